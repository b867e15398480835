"""The pipeline ends in order whatever fails on the way, and says what does not get on while it runs."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from emulator.cloud import Cloud
from emulator.functions.events.event import Arrival
from emulator.functions.workers.fleet import Fleet
from emulator.pipeline.rooms import Rooms
from emulator.pipeline.serving import Pipeline
from emulator.settings import Settings
from tests.unit.functions.test_rounds import until

_NOT_TO_BE_NOTED = """
CREATE TRIGGER refused BEFORE INSERT ON server_seen BEGIN SELECT RAISE(ABORT, 'this cannot be written'); END
"""


class NoWorkers:
    """A fleet without an engine: it has nobody to give events to."""

    pool: Any = None
    is_closed = False

    def keep_ready(self) -> None:
        """There is nobody."""

    def let_calls_end(self, seconds: float) -> None:
        """Nobody calls."""

    async def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with Cloud(dataclasses.replace(Settings.from_environment(), home=tmp_path / "home")) as cloud:
        yield cloud


def serve(cloud: Cloud, fleet: NoWorkers, act: Callable[[Pipeline], Awaitable[None]]) -> None:
    async def run() -> None:
        rooms = Rooms(cloud.buckets, cloud.functions, cloud.schedules, cloud.queue, cloud.deliveries)
        pipeline = Pipeline(rooms, cast("Fleet", fleet), most_each=8)
        try:
            await pipeline.watch()
            await act(pipeline)
        finally:
            await pipeline.stop()

    asyncio.run(run())


def break_it(cloud: Cloud) -> None:
    """Have the dispatcher meet what nobody has thought of."""
    with cloud.database.transaction() as transaction:
        transaction.execute(_NOT_TO_BE_NOTED)


def test_what_does_not_get_on_is_shown_until_it_does(cloud: Cloud) -> None:
    """A server that looks healthy while nothing is handled is worse than one that has died."""
    break_it(cloud)

    async def act(pipeline: Pipeline) -> None:
        seen = 0
        while seen < 20:
            await asyncio.sleep(0.05)
            seen = seen + 1 if pipeline.troubles == {"dispatcher": "IntegrityError: this cannot be written"} else 0
        with cloud.database.transaction() as transaction:
            transaction.execute("DROP TRIGGER refused")
        await until(lambda: pipeline.troubles == {})
        await pipeline.enqueue(Arrival("nobody", b"{}", "test"))
        await until(lambda: cloud.queue.counts()["failed"] == 1)

    serve(cloud, NoWorkers(), act)


def test_workers_are_removed_although_the_end_fails(cloud: Cloud) -> None:
    """Containers must not be left behind for a row that cannot be written; and that it failed is said."""
    break_it(cloud)
    fleet = NoWorkers()

    async def act(pipeline: Pipeline) -> None:
        await until(lambda: bool(pipeline.troubles))

    with pytest.raises(Exception, match="this cannot be written"):
        serve(cloud, fleet, act)

    assert fleet.is_closed


def test_what_was_never_started_can_be_stopped(cloud: Cloud) -> None:
    """A start that failed half-way is undone."""
    fleet = NoWorkers()
    rooms = Rooms(cloud.buckets, cloud.functions, cloud.schedules, cloud.queue, cloud.deliveries)

    asyncio.run(Pipeline(rooms, cast("Fleet", fleet), most_each=8).stop())

    assert fleet.is_closed
