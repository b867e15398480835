"""Where an engine may be: DOCKER_HOST, the Docker context, the usual sockets. Nothing here talks to one."""

import json
from dataclasses import dataclass
from pathlib import Path

DOCKER_SOCKET = Path("/var/run/docker.sock")
PODMAN_SOCKET = Path("/run/podman/podman.sock")


@dataclass(frozen=True)
class EngineAddress:
    """A URL as the Docker SDK takes it, and who named it."""

    url: str
    source: str

    @property
    def socket(self) -> Path | None:
        """The unix socket's path, if it is one."""
        return Path(self.url.removeprefix("unix://")) if self.url.startswith("unix://") else None


def find_engine(
    engine_url: str | None,
    runtime_dir: Path | None,
    docker_config: Path | None = None,
) -> EngineAddress | None:
    """
    Return the first address in the order users know from Docker, or None if there is no trace of an engine.

    A DOCKER_HOST or a context is believed even if nothing answers there: falling back in silence would put
    containers on an engine that the user did not choose.
    """
    if engine_url:
        return EngineAddress(engine_url, "DOCKER_HOST")
    if context := _current_context(docker_config or Path.home() / ".docker"):
        return context
    podman_user = [runtime_dir / "podman" / "podman.sock"] if runtime_dir else []
    for socket in (DOCKER_SOCKET, PODMAN_SOCKET, *podman_user):
        if _present(socket):
            return EngineAddress(f"unix://{socket}", str(socket))
    return None


def _present(socket: Path) -> bool:
    try:
        return socket.exists()
    except PermissionError:
        return True  # there, and forbidden: the caller hears of it when it connects


def _current_context(config_folder: Path) -> EngineAddress | None:
    """Read the chosen context from Docker's own files; importing the SDK for this costs a tenth of a second."""
    try:
        name = json.loads((config_folder / "config.json").read_text()).get("currentContext", "default")
    except (OSError, ValueError):
        return None
    if name == "default":
        return None
    for meta in (config_folder / "contexts" / "meta").glob("*/meta.json"):
        try:
            content = json.loads(meta.read_text())
            if content["Name"] == name:
                return EngineAddress(content["Endpoints"]["docker"]["Host"], f"context {name}")
        except (OSError, ValueError, KeyError):
            continue
    return None
