"""What the pool is to know of functions: what their workers are made from, and where failures are kept."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from emulator.functions.code.mounted import MountedCode
from emulator.functions.definition import Function
from emulator.functions.repository import FunctionRepository


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
    repository: FunctionRepository

    async def of(self, function: Function) -> Supplies:
        """Return what workers of *function* are made from; it is looked for in a thread."""
        image = await asyncio.to_thread(self.image, function)
        return Supplies(image, await asyncio.to_thread(self.code, function))

    async def note_failure(self, function: Function, reason: str) -> None:
        """Have get-function say why no worker can be started."""
        await asyncio.to_thread(self.repository.note_failure, function.name, function.version, reason)

    async def forget_failure(self, function: Function) -> None:
        """Have get-function say that all is well."""
        await asyncio.to_thread(self.repository.clear_failure, function.name, function.version)
