"""Holders as an engine that misbehaves would have them: one that hangs, one that refuses, one whose holders end."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, cast

import pytest

from emulator.engine import ContainerSpec, Engine
from emulator.errors import EngineError
from emulator.functions.errors import WorkerStartError
from emulator.functions.workers.holder import Holders, Sleepers
from emulator.functions.workers.removal import Removal
from tests.conftest import wait_for

SLEEPERS = Sleepers("image")


class SlowEngine:
    """As much of an engine as holders ask for; it does not start anything while `going` is not set."""

    def __init__(self) -> None:
        self.networks = self.containers = self
        self.going = threading.Event()
        self.going.set()
        self.refusing = False
        self.running: list[str] = []
        self.asked = 0

    def ensure_vpc(self) -> str:
        return "vpc"

    def run(self, _: ContainerSpec) -> str:
        self.asked += 1
        name = f"holder-{self.asked}"
        self.going.wait(30)
        if self.refusing:
            raise EngineError("no room")
        self.running.append(name)
        return name

    def remove(self, container_id: str) -> None:
        if container_id in self.running:
            self.running.remove(container_id)


class Others:
    """Makes holders that are something else, or fails to."""

    def __init__(self, *, broken: bool = False) -> None:
        self._broken = broken

    async def make(self, run: Callable[[ContainerSpec], Awaitable[str]]) -> str:
        holder_id = await SLEEPERS.make(run)
        if self._broken:
            raise EngineError("it does not come")
        return holder_id

    async def ended(self, holder_id: str) -> None: ...


def story(
    engine: SlowEngine, tell: Callable[[Holders], Coroutine[Any, Any, None]], start_seconds: float = 60.0
) -> None:
    """Run *tell* on new holders, which are closed afterwards and then have left nothing."""

    async def all_of_it() -> None:
        removal = Removal(cast(Engine, engine))
        holders = Holders(cast(Engine, engine), SLEEPERS, removal, start_seconds)
        try:
            await tell(holders)
        finally:
            await holders.close()

    asyncio.run(all_of_it())
    assert engine.running == []


def test_nobody_gets_a_holder_before_it_is_known_of_what_kind() -> None:
    """A worker that is told an address that it does not reach would wait there until it times out."""
    engine = SlowEngine()

    async def tell(holders: Holders) -> None:
        getting = asyncio.create_task(holders.get("f"))
        await holders.joined()
        assert not getting.done()
        await holders.use(SLEEPERS)
        assert await getting in engine.running

    story(engine, tell)


def test_the_spare_one_of_another_kind_is_replaced_and_removed() -> None:
    """It would be handed out, and could do nothing."""
    engine = SlowEngine()

    async def tell(holders: Holders) -> None:
        before = await holders.joined()
        await holders.use(Others())
        assert await holders.get("f") != before
        assert before not in engine.running

    story(engine, tell)


def test_a_holder_that_was_started_and_does_not_come_is_removed() -> None:
    """Whoever asked is told why, and the next who asks has another one started."""
    engine = SlowEngine()

    async def tell(holders: Holders) -> None:
        await holders.use(Others(broken=True))
        for _ in range(2):
            with pytest.raises(EngineError, match="does not come"):
                await holders.get("f")
        # A new one for each, and one more to be ready, in a thread of its own.
        await asyncio.to_thread(wait_for, lambda: engine.asked >= 3)

    story(engine, tell)


def test_an_engine_that_hangs_holds_nobody_up_for_ever() -> None:
    """What it starts when it wakes up is removed; the next who asks has a new one."""
    engine = SlowEngine()
    engine.going.clear()

    async def tell(holders: Holders) -> None:
        await holders.use(SLEEPERS)
        with pytest.raises(EngineError, match=r"not started a container within 0\.05 s"):
            await holders.get("f")
        engine.going.set()
        holder_id = await _in_the_end(holders)
        await asyncio.to_thread(wait_for, lambda: len(engine.running) <= 2)  # this one and the spare one
        assert holder_id in engine.running

    story(engine, tell, start_seconds=0.05)


def test_a_start_that_was_refused_is_tried_again_for_the_next() -> None:
    """An engine that had no room may have some now."""
    engine = SlowEngine()
    engine.refusing = True

    async def tell(holders: Holders) -> None:
        await holders.use(SLEEPERS)
        with pytest.raises(EngineError, match="no room"):
            await holders.get("f")
        engine.refusing = False
        assert await _in_the_end(holders) in engine.running

    story(engine, tell)


def test_what_ends_is_replaced_whether_it_was_held_or_spare() -> None:
    """Its network has ended with it."""
    engine = SlowEngine()

    async def tell(holders: Holders) -> None:
        await holders.use(SLEEPERS)
        held, spare = await holders.get("f"), await holders.joined()
        assert holders.died(held) == "f"
        assert holders.died(spare) is None
        assert await holders.get("f") not in (held, spare)

    story(engine, tell)


def test_who_waits_while_the_server_ends_is_told_so() -> None:
    """A pool that waits for its starts to end would wait for ever."""
    engine = SlowEngine()

    async def tell(holders: Holders) -> None:
        getting = asyncio.create_task(holders.get("f"))
        await asyncio.sleep(0)
        holders.refuse()
        with pytest.raises(WorkerStartError, match="ending"):
            await getting

    story(engine, tell)


async def _in_the_end(holders: Holders) -> str:
    """Return a holder once there is one: those that were on their way may fail yet."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await holders.get("f")
            except EngineError:
                await asyncio.sleep(0.01)
