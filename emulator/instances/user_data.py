"""What became of user data: asked inside, where it runs."""

import time
from collections.abc import Sequence

from emulator.engine import Engine
from emulator.errors import ConflictError, EmulatorError, NotFoundError
from emulator.instances.model import Instance
from emulator.userdata import OUTPUT, WAIT_COMMAND

_TURN_SECONDS = 60.0  # an engine is not asked to keep silent for longer
_TIMED_OUT = 124
_ENDED = 143
_CUT_SHORT = {137, _ENDED}
_PAUSE_SECONDS = 1.0


class UserDataFailedError(ConflictError):
    """A script of the user data ended with an error, or has not ended yet."""

    code = "UserDataFailed"

    def __init__(self, instance_id: str, what: str) -> None:
        super().__init__(
            f"the user data of {instance_id} {what}",
            hint=f"see what it printed with `cloudlet ec2 exec {instance_id} -- cat {OUTPUT}`",
        )


def wait_for_user_data(
    engine: Engine, instances: Sequence[Instance], timeout_seconds: float
) -> list[UserDataFailedError]:
    """
    Return when the user data of all *instances* has run, with an error for each that failed or was not done in time.

    They run side by side, so they are waited for one after the other.
    """
    end = time.monotonic() + timeout_seconds
    failures = []
    for instance in instances:
        try:
            exit_code = _exit_code(engine, instance.container_id or "", end)
        except NotFoundError:
            failures.append(UserDataFailedError(instance.id, "was cut short: the instance is terminated"))
            continue
        if exit_code != 0:
            late = f"is not done after {timeout_seconds:g} s"
            what = late if exit_code is None else f"failed with exit code {exit_code}"
            failures.append(UserDataFailedError(instance.id, f"{what}; the instance runs all the same"))
    return failures


def _exit_code(engine: Engine, container_id: str, end: float) -> int | None:
    """
    Return what the user data of one instance ended with, or None if it has not by *end*, of the monotonic clock.

    User data may reboot the machine, which cuts short whoever waits inside: then it is asked again.
    """
    answer: tuple[object, ...] | None = None
    while (left := end - time.monotonic()) > 0:
        booted_at = engine.containers.started_at(container_id)
        exit_code = _wait_inside(engine, container_id, min(left, _TURN_SECONDS))
        if exit_code is not None and (exit_code not in _CUT_SHORT or answer == (exit_code, booted_at)):
            return exit_code
        answer = (exit_code, booted_at)  # the same from the same boot again is no reboot
    return None


def _wait_inside(engine: Engine, container_id: str, seconds: float) -> int | None:
    """Return the exit status of the user data, or None if it is not known after *seconds*."""
    begun = time.monotonic()
    try:
        exit_code = engine.containers.exec(container_id, ("timeout", f"{seconds:.3f}", *WAIT_COMMAND)).exit_code
    except EmulatorError:  # it does not run at this moment
        exit_code = _ENDED
    if exit_code in _CUT_SHORT:
        time.sleep(_PAUSE_SECONDS)
    return None if exit_code == _TIMED_OUT and time.monotonic() - begun >= seconds else exit_code
