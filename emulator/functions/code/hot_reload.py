"""Deployed at each save, until somebody stops it. What cannot be deployed is told, and the last good code goes on."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from emulator.errors import EmulatorError
from emulator.functions.code.saves import Saves
from emulator.functions.definition import Function
from emulator.functions.errors import PackageChangedError

_AGAIN_SECONDS = 0.2
"""When to look again after a file was saved in the middle of a deployment; its own event may come earlier."""


@dataclass(frozen=True)
class Reload:
    """What came of a save: `function` as it is from now on, or the `error` that left it as it was."""

    function: Function | None = None
    error: EmulatorError | None = None
    seconds: float = 0.0


def reloads(deploy: Callable[[], Function], saves: Saves) -> Iterator[Reload]:
    """Yield what comes of the deployment now, whose errors are raised, and then of each save that changes something."""
    started = time.monotonic()
    current = deploy()
    yield Reload(current, seconds=time.monotonic() - started)
    told = ""
    while True:
        saves.wait()
        started = time.monotonic()
        try:
            function = _deploy_whole(deploy, saves)
        except EmulatorError as error:
            if error.message != told:  # one save may wake us twice
                yield Reload(error=error, seconds=time.monotonic() - started)
            told = error.message
            continue
        if function.revision_id != current.revision_id or told:
            yield Reload(function, seconds=time.monotonic() - started)
        current, told = function, ""


def _deploy_whole(deploy: Callable[[], Function], saves: Saves) -> Function:
    while True:
        saves.look()
        try:
            return deploy()
        except PackageChangedError:
            saves.wait(_AGAIN_SECONDS)
