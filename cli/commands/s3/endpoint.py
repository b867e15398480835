"""Where the server of this home listens, or will."""

from emulator.settings import Settings


def port_of(settings: Settings) -> int:
    """Return the running server's port, else the one that is set."""
    from cli.server import find_server
    from emulator.home import Home

    running = find_server(Home(settings.home))
    return running.port if running else settings.port
