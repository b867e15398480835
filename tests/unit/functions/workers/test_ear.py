"""The ear to the engine hears again, whatever it was that broke the last conversation off."""

import asyncio
from collections.abc import Iterator
from typing import cast

import pytest

from emulator.engine import Container, ContainerEvent, Kind
from emulator.engine.containers import Containers
from emulator.errors import EngineError, EngineUnavailableError
from emulator.functions.workers.ear import Ear
from tests.unit.functions.workers.conftest import until


class Talk:
    """What an engine says until it breaks off."""

    def __init__(self, ends: list[ContainerEvent], error: Exception | None) -> None:
        self._ends = ends
        self._error = error

    def __iter__(self) -> Iterator[ContainerEvent]:
        yield from self._ends
        if self._error is not None:
            raise self._error

    def close(self) -> None: ...


class TalkingEngine:
    """Its first conversation ends with an error; in the second one a container ends."""

    def __init__(self, error: Exception | None) -> None:
        self._talks = [Talk([], error), Talk([ContainerEvent("worker", 7)], None)]
        self.asked = 0

    def deaths(self, *_: Kind) -> Talk:
        self.asked += 1
        return self._talks.pop(0) if self._talks else Talk([], None)

    def list(self, *_: Kind) -> list[Container]:
        return []


@pytest.mark.parametrize(
    "error",
    [EngineError("gone"), EngineUnavailableError("away"), ValueError("not of the engine's"), OSError(9, "x"), None],
    ids=repr,
)
def test_it_hears_again_after_whatever_happened(error: Exception | None) -> None:
    """A thread that ends silently leaves every worker that dies from then on to be waited for, for ever."""
    engine, heard = TalkingEngine(error), list[tuple[str, int]]()

    async def story() -> None:
        ear = Ear(cast("Containers", engine), list, lambda *end: heard.append(end), again_seconds=0.01)
        ear.open()
        async with asyncio.timeout(60):
            await until(lambda: ("worker", 7) in heard)
        ear.close()

    asyncio.run(story())
    assert engine.asked >= 2
