"""Why no worker could be started: what an engine means by its words, and what a caller is told."""

from emulator.errors import EmulatorError, EngineError, NotFoundError
from emulator.functions.errors import WorkerStartError

_HOLDER_ENDED = "network of a non running container"  # in an engine's own words


def closing() -> EmulatorError:
    """Return what is said to whoever comes while the server ends."""
    return WorkerStartError("the server is ending", hint="start it again with `cloudlet start`")


def is_something_missing(error: Exception) -> bool:
    """Tell whether an engine missed what a worker is made from: its image, its holder, or its holder's network."""
    return isinstance(error, NotFoundError) or _HOLDER_ENDED in str(error)


def is_about_holder(error: EmulatorError, holder_id: str) -> bool:
    """Tell whether it is the holder that ended or is gone."""
    return _HOLDER_ENDED in error.message or holder_id in error.message


def refusal_of(error: Exception) -> EmulatorError:
    """Return *error* as the caller should see it: what the engine does not find is not what the caller asked for."""
    if isinstance(error, EngineError | WorkerStartError):
        return error
    return WorkerStartError(f"no worker could be started: {error}", hint=getattr(error, "hint", None))
