"""What the pool is to know of functions: what their workers are made from, and where failures are kept."""

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from emulator.errors import EmulatorError
from emulator.functions.code.mounted import MountedCode
from emulator.functions.definition import Function
from emulator.functions.function_records import FunctionRecords
from emulator.threads import run_alone


@dataclass(frozen=True)
class Supplies:
    """What a worker is made from. To find it again takes longer than anything else that we add to a start."""

    image: str
    code: MountedCode


@dataclass(frozen=True)
class Supply:
    """`image` and `code` may take long: an image may have to be built."""

    image: Callable[[Function], str]
    code: Callable[[Function], MountedCode]
    records: FunctionRecords

    async def of(self, function: Function) -> Supplies:
        """Return what workers of *function* are made from; it is looked for in a thread of its own."""
        return await run_alone(self._find, function)

    def _find(self, function: Function) -> Supplies:
        return Supplies(self.image(function), self.code(function))

    def current(self, function: Function) -> Function:
        """Return *function* as it is on record: who asks may have read it before another shell changed it."""
        try:
            return self.records.functions.find(function.name, function.version)
        except (EmulatorError, sqlite3.Error):  # deleted since, say
            return function

    async def note_failure(self, function: Function, reason: str) -> None:
        """Have get-function say why no worker can be started."""
        await asyncio.to_thread(self.records.start_failures.note, function.name, function.version, reason)

    async def forget_failure(self, function: Function) -> None:
        """Have get-function say that all is well."""
        await asyncio.to_thread(self.records.start_failures.forget, function.name, function.version)
