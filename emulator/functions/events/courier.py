"""Brings the outbox's records to where they belong, one after the other, as often as it takes."""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Callable

from emulator.errors import InvalidRequestError, NotFoundError
from emulator.functions.events.outbox import Delivery, Outbox

log = logging.getLogger(__name__)

_LONGEST_NAP_SECONDS = 5.0


class Courier:
    """Runs in one event loop; `wake` may be called from any thread."""

    def __init__(self, outbox: Outbox, deliver: Callable[[Delivery], None], on_delivered: Callable[[], None]) -> None:
        """*deliver* blocks, and does nothing the second time; *on_delivered* is called after a round."""
        self._outbox = outbox
        self._deliver = deliver
        self._on_delivered = on_delivered
        self._loop = asyncio.get_running_loop()
        self._work = asyncio.Event()
        self._idle = asyncio.Event()

    def wake(self) -> None:
        """Look at the outbox now."""
        self._loop.call_soon_threadsafe(self._work.set)

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            self._work.clear()
            nap = _LONGEST_NAP_SECONDS
            try:
                due = await asyncio.to_thread(self._round)
            except sqlite3.Error as error:  # a full disk, say: what is in the outbox stays there
                log.warning("outbox could not be used: reason=%s", error)
            else:
                if due is None:
                    self._idle.set()
                nap = nap if due is None else min(due, nap)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._work.wait(), nap)

    async def wait_idle(self) -> None:
        """Return once nothing is on its way any more."""
        while self._outbox.pending():
            self._idle.clear()
            self._work.set()
            await self._idle.wait()

    def _round(self) -> float | None:
        """Deliver what is due; return the seconds until more is, None if there is none."""
        while due := self._outbox.due():
            for delivery in due:
                self._bring(delivery)
            self._on_delivered()
        return self._outbox.seconds_until_due()

    def _bring(self, delivery: Delivery) -> None:
        try:
            self._deliver(delivery)
        except (NotFoundError, InvalidRequestError) as error:  # no such bucket: as on AWS, the record is lost
            log.error("record could not be delivered: request_id=%s reason=%s", delivery.request_id, error.message)  # noqa: TRY400
            self._outbox.give_up(delivery, f"{error.code}: {error.message}")
        except sqlite3.Error:
            raise
        except Exception as error:  # noqa: BLE001 - a full disk, say: it is tried again
            log.warning("record will be delivered later: request_id=%s reason=%s", delivery.request_id, error)
            self._outbox.put_off(delivery, str(error))
        else:
            self._outbox.delivered(delivery)
