"""What a server does of itself, nobody waiting for an answer: dispatch, deliver, have rules come due and objects go."""

from contextlib import AsyncExitStack

from emulator.buckets.lifecycle import Lifecycle
from emulator.functions.events.courier import Courier
from emulator.functions.events.dispatcher import Dispatcher
from emulator.functions.workers.pool import WorkerPool
from emulator.pipeline.deliveries.deliverer import Deliverer
from emulator.pipeline.destinations import BucketDestinations
from emulator.pipeline.lifecycle import LifecycleClock
from emulator.pipeline.rooms import Rooms
from emulator.pipeline.ticker import Ticker
from emulator.state.writer import Writer

DRAIN_SECONDS = 20.0
"""How long the end of a server waits for what is under way: events and calls alike."""


class Background:
    """The rounds of one server. Used from one event loop."""

    def __init__(self, rooms: Rooms, pool: WorkerPool, writer: Writer, most_each: int) -> None:
        """Have at most *most_each* events of one function in hand."""
        queue, records = rooms.queue, rooms.functions.records
        self._queue = queue
        deliver = BucketDestinations(rooms.buckets).deliver
        self._courier = Courier(queue.outbox, deliver, on_delivered=self.wake)
        self._dispatcher = Dispatcher(
            queue, pool, records, writer, most_each=most_each, on_told=self._courier.rounds.wake
        )
        self._ticker = Ticker(rooms.schedules, queue, records.region, writer, on_activity=self.wake)
        self._deliveries = rooms.deliveries
        self._deliverer = Deliverer(rooms.deliveries, rooms.buckets, writer, on_delivered=self.wake)
        self._lifecycle = LifecycleClock(Lifecycle(rooms.buckets), on_activity=self.wake)
        self._all = {
            "deliverer": self._deliverer.rounds,
            "lifecycle": self._lifecycle.rounds,
            "dispatcher": self._dispatcher.rounds,
            "courier": self._courier.rounds,
            "ticker": self._ticker.rounds,
        }

    def start(self) -> None:
        for rounds in self._all.values():
            rounds.start()

    def wake(self) -> None:
        """Look now at what is queued and what is to be told."""
        self._dispatcher.rounds.wake()
        self._deliverer.rounds.wake()

    @property
    def troubles(self) -> dict[str, str]:
        """Return what does not get on at this moment, and why."""
        return {name: rounds.trouble for name, rounds in self._all.items() if rounds.trouble is not None}

    async def wait_idle(self) -> None:
        """Return once nothing is queued, running or to be delivered."""
        while self._is_busy():  # each may make the others anew
            await self._dispatcher.rounds.wait_idle()
            await self._courier.rounds.wait_idle()
            await self._deliverer.wait_idle()

    def _is_busy(self) -> bool:
        return bool(self._queue.pending() or self._queue.outbox.pending() or self._deliveries.pending())

    async def stop(self) -> None:
        """Begin nothing more, finish what is under way, put the rest back: each step, whatever comes of the others."""
        async with AsyncExitStack() as last_to_first:
            last_to_first.push_async_callback(self._courier.rounds.stop)
            last_to_first.push_async_callback(self._deliverer.stop)
            last_to_first.push_async_callback(self._dispatcher.finish, DRAIN_SECONDS)
            last_to_first.push_async_callback(self._dispatcher.rounds.stop)
            last_to_first.push_async_callback(self._ticker.rounds.stop)
            last_to_first.push_async_callback(self._lifecycle.rounds.stop)
