"""Between a save and a line on the terminal: what is told, what is tried again, what goes on."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulator.errors import BuildError, ConflictError
from emulator.functions.code.hot_reload import Reload, reloads
from emulator.functions.definition import Function
from emulator.functions.errors import BrokenCodeError, PackageChangedError

Step = Function | Exception


class Steps:
    """Saves as a test wants them: one for each answer that a deployment is to give."""

    def __init__(self, *answers: Step) -> None:
        self.answers = list(answers)
        self.looks = 0

    def look(self) -> None:
        self.looks += 1

    def wait(self, seconds: float | None = None) -> bool:
        if seconds is None and not self.answers:
            raise KeyboardInterrupt
        return bool(self.answers)

    def deploy(self) -> Function:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def revision(number: int) -> Function:
    return Function("f", "python3.11", "app.handler", "code", "sha", 1, str(number), datetime.now(UTC))


def told(steps: Steps, deploy: Callable[[], Function] | None = None) -> list[str]:
    """Return what is told until Ctrl-C: a revision, or the message of an error."""
    lines = []
    with pytest.raises(KeyboardInterrupt):
        for reload in reloads(deploy or steps.deploy, steps):
            lines.append(line(reload))
    return lines


def line(reload: Reload) -> str:
    return reload.error.message if reload.error else reload.function.revision_id if reload.function else ""


def test_each_change_is_one_line() -> None:
    """A save that changes nothing is none."""
    assert told(Steps(revision(1), revision(1), revision(2), revision(2), revision(3))) == ["1", "2", "3"]


def test_the_first_deployment_must_work() -> None:
    """A name or an option that is wrong will not become right by a save."""
    steps = Steps(ConflictError("no"))

    with pytest.raises(ConflictError):
        next(reloads(steps.deploy, steps))


def test_a_broken_save_is_told_once_and_so_is_its_end() -> None:
    """Also if the file is then as it was: one wants to know that all is well again."""
    broken, failed = BrokenCodeError("line 1"), BuildError("pip", log=[])

    assert told(Steps(revision(1), broken, broken, failed, revision(1))) == ["1", "line 1", "pip", "1"]


def test_a_save_in_the_middle_of_a_deployment_is_deployed_at_once() -> None:
    """Its event may have come before the deployment began, and will not come again."""
    changed = PackageChangedError(Path("code"))

    assert told(Steps(revision(1), changed, changed, revision(2))) == ["1", "2"]


def test_new_folders_are_watched_before_they_are_read() -> None:
    """What is saved in them between the two would be heard by nobody."""
    steps = Steps(revision(1), revision(2))
    looks_at_deployment = []

    def deploy() -> Function:
        looks_at_deployment.append(steps.looks)
        return steps.deploy()

    told(steps, deploy)

    assert looks_at_deployment == [0, 1]
