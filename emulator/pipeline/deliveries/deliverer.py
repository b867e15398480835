"""Brings notifications to folders and web servers, as often as it takes. A target that is slow holds up no other."""

import asyncio
import contextlib
import logging
import sqlite3
from collections import Counter
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import aiohttp

from emulator.buckets import Buckets
from emulator.errors import EmulatorError, InvalidRequestError, NotFoundError
from emulator.functions.events.lineage import MOST_PASSES, passes, traced
from emulator.ids import new_request_id
from emulator.pipeline.deliveries.deliveries import Deliveries, Delivery
from emulator.pipeline.deliveries.folders import FolderSender
from emulator.pipeline.deliveries.targets import is_web
from emulator.pipeline.deliveries.web import TIMEOUT_SECONDS, WebSender

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

_MOST_EACH = 8
"""How many deliveries to one target may be under way."""
_LONGEST_NAP_SECONDS = 1.0
"""What another process added is found by then at the latest."""


class _LoopError(InvalidRequestError):
    """What this rule tells of came of its own telling."""

    def __init__(self) -> None:
        super().__init__(f"the notification led back to its own rule {MOST_PASSES} times: a loop", code="RecursiveLoop")


class Deliverer:
    """Runs in one event loop; `wake` may be called from any thread."""

    def __init__(
        self,
        deliveries: Deliveries,
        buckets: Buckets,
        on_delivered: Callable[[], None] = lambda: None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        """*on_delivered* is called when a file was written: there may be an event to handle."""
        self._deliveries = deliveries
        self._folders = FolderSender(buckets, deliveries)
        self._on_delivered = on_delivered
        self._timeout_seconds = timeout_seconds
        self._loop = asyncio.get_running_loop()
        self._work = asyncio.Event()
        self._idle = asyncio.Event()
        self._in_hand: dict[tuple[str, str], Delivery] = {}

    def wake(self) -> None:
        """Look at what is due now."""
        self._loop.call_soon_threadsafe(self._work.set)

    async def run(self) -> None:
        """Deliver until cancelled; what is under way then is delivered again by the next server."""
        async with WebSender(self._timeout_seconds) as web, asyncio.TaskGroup() as tasks:
            await self._recover()
            while True:
                self._work.clear()
                nap = _LONGEST_NAP_SECONDS
                try:
                    nap = min(nap, await self._begin(web, tasks))
                except sqlite3.Error as error:  # a full disk, say: what is to be delivered stays
                    log.warning("deliveries could not be looked up: reason=%s", error)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._work.wait(), nap)

    async def wait_idle(self) -> None:
        """Return once nothing is on its way any more, what has to be tried again included."""
        while self._deliveries.pending():
            self._idle.clear()
            self._work.set()
            await self._idle.wait()

    async def _recover(self) -> None:
        try:
            if waiting := await _in_thread(self._deliveries.recover):
                log.info("notifications that had not arrived are sent: deliveries=%d", waiting)
        except sqlite3.Error as error:
            log.warning("deliveries have grown older without a server: reason=%s", error)

    async def _begin(self, web: WebSender, tasks: asyncio.TaskGroup) -> float:
        """Begin all that is due and has room; return the seconds until more is, as far as is known."""
        busy = Counter(delivery.target for delivery in self._in_hand.values())
        for delivery in await _in_thread(self._deliveries.due, set(self._in_hand), busy, _MOST_EACH):
            self._in_hand[delivery.id] = delivery
            tasks.create_task(self._deliver(delivery, web))
        if not self._in_hand and not await _in_thread(self._deliveries.pending):
            self._idle.set()
        due = await _in_thread(self._deliveries.seconds_until_due)
        return _LONGEST_NAP_SECONDS if due is None else due

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
            except Exception as error:
                log.exception("notification could not be sent: name=%s rule=%s", delivery.name, delivery.rule)
                await self._note(delivery, repr(error))
        except sqlite3.Error as error:
            log.warning("delivery could not be noted: name=%s reason=%s", delivery.name, error)
            await asyncio.sleep(_LONGEST_NAP_SECONDS)
        finally:
            del self._in_hand[delivery.id]
            self._work.set()

    async def _send(self, delivery: Delivery, web: WebSender) -> None:
        mark = f"{delivery.bucket}/{delivery.rule}"
        if passes(delivery.trace, mark) >= MOST_PASSES:
            raise _LoopError
        trace = traced(delivery.trace, mark, new_request_id())
        if is_web(delivery.target):
            await web.send(delivery, trace)
            await _in_thread(self._deliveries.delivered, delivery)
        else:
            await _in_thread(self._folders.send, delivery, trace)
            self._on_delivered()

    async def _note(self, delivery: Delivery, error: str, *, for_good: bool = False) -> None:
        given_up = await _in_thread(self._deliveries.failed, delivery, error, for_good=for_good)
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
