"""Where an engine may be: DOCKER_HOST, the Docker context, the usual sockets. Nothing here talks to one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator.settings import Settings

DOCKER_SOCKET = Path("/var/run/docker.sock")
PODMAN_SOCKET = Path("/run/podman/podman.sock")

_DEFAULT_CONTEXT = "default"


@dataclass(frozen=True)
class EngineAddress:
    """A URL as the Docker SDK takes it, and who named it; the URL is empty if the name leads nowhere."""

    url: str
    source: str
    """`DOCKER_HOST`, `DOCKER_CONTEXT=desktop`, `context desktop`, or a socket's path."""
    named: bool = False
    """Chosen by the user, not found."""

    @property
    def socket(self) -> Path | None:
        """The unix socket's path, if it is one."""
        return Path("/", self.url.removeprefix("unix://")) if self.url.startswith("unix://") else None


def find_engine(settings: Settings) -> EngineAddress | None:
    """
    Return the first address in the order users know from Docker, or None if there is no trace of an engine.

    A DOCKER_HOST or a context is believed even if nothing answers there: falling back in silence would put
    containers on an engine that the user did not choose.
    """
    if settings.engine_url:
        return EngineAddress(settings.engine_url, "DOCKER_HOST", named=True)
    if settings.docker_context and settings.docker_context != _DEFAULT_CONTEXT:
        return _context(settings, settings.docker_context, f"DOCKER_CONTEXT={settings.docker_context}")
    chosen = _DEFAULT_CONTEXT if settings.docker_context else _current_context(settings.docker_config)
    if chosen != _DEFAULT_CONTEXT:
        return _context(settings, chosen, f"context {chosen}")
    return find_socket(usual_sockets(settings.runtime_dir))


def usual_sockets(runtime_dir: Path | None) -> tuple[Path, ...]:
    """Return where engines listen by themselves; a user's own podman comes before the system's, which is root's."""
    own_podman = (runtime_dir / "podman" / "podman.sock",) if runtime_dir else ()
    return (DOCKER_SOCKET, *own_podman, PODMAN_SOCKET)


def find_socket(sockets: Sequence[Path]) -> EngineAddress | None:
    """Return the first of *sockets* that is there."""
    return next((EngineAddress(f"unix://{socket}", str(socket)) for socket in sockets if _present(socket)), None)


def _present(socket: Path) -> bool:
    try:
        socket.stat()
    except PermissionError:
        return True  # in a folder that is forbidden: the caller hears of it when it connects
    except OSError:
        return False
    return True


def _current_context(config_folder: Path) -> str:
    """Read the chosen context from Docker's own files; importing the SDK for this costs a tenth of a second."""
    try:
        content = json.loads((config_folder / "config.json").read_text())
    except (OSError, ValueError):
        return _DEFAULT_CONTEXT
    name = content.get("currentContext") if isinstance(content, dict) else None
    return str(name or _DEFAULT_CONTEXT)


def _context(settings: Settings, name: str, source: str) -> EngineAddress:
    for meta in (settings.docker_config / "contexts" / "meta").glob("*/meta.json"):
        try:
            content = json.loads(meta.read_text())
            if content["Name"] == name:
                return EngineAddress(content["Endpoints"]["docker"]["Host"], source, named=True)
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return EngineAddress("", source, named=True)
