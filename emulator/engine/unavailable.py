"""Why an engine cannot be used. Absent, named but silent, forbidden, too old: four faults with four remedies."""

from emulator.engine.find import EngineAddress
from emulator.errors import EngineUnavailableError

OLDEST = "1.41"
OLDEST_API = tuple(int(part) for part in OLDEST.split("."))

_OLDEST_ENGINE = "Docker 20.10 or podman 4"


class EngineAbsentError(EngineUnavailableError):
    """No engine answers where this machine keeps its engines. The only fault that an installation can mend."""


class EngineUnreachableError(EngineUnavailableError):
    """The engine that the user named does not answer; another one in its place would not be what was asked for."""


class EngineForbiddenError(EngineUnavailableError):
    """An engine is there and this user may not use it."""


class EngineTooOldError(EngineUnavailableError):
    """An engine answers and lacks what cloudlet needs."""


def absent() -> EngineAbsentError:
    """Return the error for a machine without a trace of an engine."""
    return EngineAbsentError(
        "no container engine was found on this machine", hint="install and start one with `cloudlet doctor --fix`"
    )


def explain(address: EngineAddress, reason: Exception) -> EngineUnavailableError:
    """Return the error for an engine at *address* that could not be opened because of *reason*."""
    if not address.url:
        return EngineUnreachableError(f"{address.source} names no Docker context that exists", hint=_way_out(address))
    if address.url.startswith("ssh://"):
        return EngineUnreachableError(
            f"{address.source} names an engine on another machine, {address.url}",
            hint=f"cloudlet needs one that sees this machine's files: {_way_out(address)}",
        )
    if isinstance(reason, PermissionError):
        return EngineForbiddenError(f"you may not use the container engine at {address.url}", hint=_permit(address))
    if address.named:
        return EngineUnreachableError(
            f"no container engine answers at {address.url}, which {address.source} names",
            hint=f"start it, or {_way_out(address)}",
        )
    return EngineAbsentError(
        f"the container engine at {address.url} does not answer", hint="start it with `cloudlet doctor --fix`"
    )


def too_old(address: EngineAddress, api_version: str) -> EngineTooOldError:
    """Return the error for an engine whose newest API is *api_version*."""
    return EngineTooOldError(
        f"the container engine at {address.url} is too old: it speaks API {api_version}, {OLDEST} is needed",
        hint=f"upgrade it to {_OLDEST_ENGINE}, or newer",
    )


def _way_out(address: EngineAddress) -> str:
    if address.source.startswith("context"):
        return "choose this machine's own with `docker context use default`"
    return f"unset {address.source.partition('=')[0]} to use this machine's own"


def _permit(address: EngineAddress) -> str:
    if "podman" in address.url:
        return "start your own with `systemctl --user enable --now podman.socket`, or run as root"
    return "join its group with `sudo usermod -aG docker $USER` and log in again, or run as root"
