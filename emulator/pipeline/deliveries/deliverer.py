"""Brings notifications to folders and web servers, as often as it takes. A target that is slow holds up no other."""

import asyncio
import functools
import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import aiohttp

from emulator.buckets import Buckets
from emulator.errors import EmulatorError, InvalidRequestError, NotFoundError
from emulator.functions.events.lineage import MOST_PASSES, passes, traced
from emulator.functions.events.rounds import Rounds
from emulator.ids import new_request_id
from emulator.pipeline.deliveries.deliveries import Deliveries, Delivery
from emulator.pipeline.deliveries.folders import FolderSender
from emulator.pipeline.deliveries.targets import is_web
from emulator.pipeline.deliveries.web import TIMEOUT_SECONDS, WebSender
from emulator.state.writer import Writer

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

_MOST_EACH = 8
"""How many deliveries to one target may be under way."""
_LONGEST_NAP_SECONDS = 5.0
"""What another process added, and nobody woke us for, is found by then at the latest."""


class _LoopError(InvalidRequestError):
    """What this rule tells of came of its own telling."""

    def __init__(self) -> None:
        super().__init__(f"the notification led back to its own rule {MOST_PASSES} times: a loop", code="RecursiveLoop")


@dataclass(frozen=True)
class _Seen:
    """What there is to do: deliveries to begin, whether any is on its way at all, and when to look again."""

    due: Sequence[Delivery]
    pending: int
    next_seconds: float


class Deliverer:
    """Runs in one event loop, from `start` to `stop`; its rounds may be woken from any thread."""

    def __init__(
        self,
        deliveries: Deliveries,
        buckets: Buckets,
        writer: Writer,
        on_delivered: Callable[[], None] = lambda: None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        """*on_delivered* is called when a file was written: there may be an event to handle."""
        self.rounds = Rounds("deliverer", self._round, _LONGEST_NAP_SECONDS)
        self._deliveries = deliveries
        self._writer = writer
        self._folders = FolderSender(buckets, deliveries)
        self._on_delivered = on_delivered
        self._web = WebSender(timeout_seconds)
        self._in_hand: dict[tuple[str, str], Delivery] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._recovered = False

    def start(self) -> None:
        """Begin to deliver."""
        self.rounds.start()

    async def stop(self) -> None:
        """Begin nothing more; what is under way is delivered again by the next server."""
        await self.rounds.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._web.close()

    async def wait_idle(self) -> None:
        """Return once nothing is on its way any more, what has to be tried again included."""
        while self._deliveries.pending():
            await self.rounds.wait_idle()

    async def _round(self) -> float | None:
        """Begin all that is due and has room; return the seconds until more is, None if nothing is on its way."""
        busy = Counter(delivery.target for delivery in self._in_hand.values())
        seen = await self._written(self._look, set(self._in_hand), busy)
        for delivery in seen.due:
            self._in_hand[delivery.id] = delivery
            task = asyncio.create_task(self._deliver(delivery, self._web))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return seen.next_seconds if self._in_hand or seen.pending else None

    def _look(self, in_hand: set[tuple[str, str]], busy: Counter[str]) -> _Seen:
        if not self._recovered:
            if waiting := self._deliveries.recover():
                log.info("notifications that had not arrived are sent: deliveries=%d", waiting)
            self._recovered = True
        due = self._deliveries.due(in_hand, busy, _MOST_EACH)
        pending = self._deliveries.pending()
        next_seconds = self._deliveries.seconds_until_due() if pending else None
        return _Seen(due, pending, _LONGEST_NAP_SECONDS if next_seconds is None else next_seconds)

    async def _written(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Have *work* done where the state file is written; who is cancelled meanwhile goes on when it is done."""
        running = asyncio.ensure_future(self._writer.write(functools.partial(work, *args, **kwargs)))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            raise

    async def _deliver(self, delivery: Delivery, web: WebSender) -> None:
        """Send *delivery*, and write down what came of it; raises nothing but cancellation."""
        try:
            try:
                await self._send(delivery, web)
            except sqlite3.Error:
                raise
            except (NotFoundError, InvalidRequestError) as error:
                await self._note(delivery, f"{error.code}: {error.message}", for_good=True)
            except (EmulatorError, aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
                await self._note(delivery, str(error) or type(error).__name__)
            except Exception as error:  # ours to fix; uncounted, it would be tried at once, and for ever
                log.exception("notification could not be sent: name=%s rule=%s", delivery.name, delivery.rule)
                await self._note(delivery, repr(error))
        except sqlite3.Error as error:
            log.warning("delivery could not be noted: name=%s reason=%s", delivery.name, error)
            await asyncio.sleep(_LONGEST_NAP_SECONDS)
        finally:
            del self._in_hand[delivery.id]
            self.rounds.wake()

    async def _send(self, delivery: Delivery, web: WebSender) -> None:
        mark = f"{delivery.bucket}/{delivery.rule}"
        if passes(delivery.trace, mark) >= MOST_PASSES:
            raise _LoopError
        trace = traced(delivery.trace, mark, new_request_id())
        if is_web(delivery.target):
            await web.send(delivery, trace)
            await self._written(self._deliveries.delivered, delivery)
        else:
            await _in_thread(self._folders.send, delivery, trace)
            self._on_delivered()

    async def _note(self, delivery: Delivery, error: str, *, for_good: bool = False) -> None:
        given_up = await self._written(self._deliveries.failed, delivery, error, for_good=for_good)
        facts = (delivery.name, delivery.rule, delivery.tries + 1, error)
        if given_up:
            log.error("notification was given up: name=%s rule=%s tries=%d reason=%s", *facts)
        else:
            log.warning("notification is sent again later: name=%s rule=%s tries=%d reason=%s", *facts)


async def _in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do *work* in a thread; who is cancelled meanwhile goes on when it is done, so that nothing is left half noted."""
    running = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
