"""An instance that is held still, as its machine is while an image is made of it: nothing can be begun in it."""

import time
from collections.abc import Callable

from emulator.engine import Engine, Kind
from emulator.errors import ConflictError
from emulator.instances.containers import INSTANCE_LABEL
from emulator.progress import Progress

PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.1


class HeldStillError(ConflictError):
    """The engine has paused the machine, and nobody lets it go on."""

    code = "IncorrectInstanceState"

    def __init__(self, instance_id: str, container_id: str) -> None:
        super().__init__(
            f"The instance '{instance_id}' is held still: nothing can be begun in it.",
            hint=f"if no image is being made of it, let it go on: docker unpause {container_id[:12]}",
        )


def wait_while_held(engine: Engine, instance_id: str, progress: Progress, patience_seconds: float) -> None:
    """Return when a machine is not held still; HeldStillError if it is for longer than *patience_seconds*."""

    def held() -> str | None:
        machines = engine.containers.list(Kind.INSTANCE, filters={INSTANCE_LABEL: instance_id})
        return next((one.id for one in machines if one.state == "paused"), None)

    if held() is not None:
        with progress.step(f"Waiting for {instance_id}, which is held still"):
            _wait(held, instance_id, time.monotonic() + patience_seconds)


def _wait(held: Callable[[], str | None], instance_id: str, deadline: float) -> None:
    while (container_id := held()) is not None:
        if time.monotonic() > deadline:
            raise HeldStillError(instance_id, container_id)
        time.sleep(_PAUSE_SECONDS)
