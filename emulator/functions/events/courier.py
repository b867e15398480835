"""Brings the outbox's records to where they belong, one after the other, as often as it takes."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable

from emulator.errors import InvalidRequestError, NotFoundError
from emulator.functions.events.outbox import Delivery, Outbox
from emulator.functions.events.reason import storable
from emulator.functions.events.rounds import Rounds

log = logging.getLogger(__name__)

_LONGEST_NAP_SECONDS = 5.0


class Courier:
    """Runs in one event loop; its rounds have to be started."""

    def __init__(self, outbox: Outbox, deliver: Callable[[Delivery], None], on_delivered: Callable[[], None]) -> None:
        """*deliver* blocks, and does nothing the second time; *on_delivered* is called after a round."""
        self.rounds = Rounds("courier", self._round, _LONGEST_NAP_SECONDS)
        self._outbox = outbox
        self._deliver = deliver
        self._on_delivered = on_delivered

    async def _round(self) -> float | None:
        """Deliver what is due; return the seconds until more is, None if there is none."""
        if await asyncio.to_thread(self._bring_due):
            self._on_delivered()
        return self._outbox.seconds_until_due()

    def _bring_due(self) -> int:
        due = self._outbox.due()
        for delivery in due:
            self._bring(delivery)
        return len(due)

    def _bring(self, delivery: Delivery) -> None:
        try:
            self._deliver(delivery)
        except (NotFoundError, InvalidRequestError) as error:  # no such bucket: as on AWS, the record is lost
            log.error("record could not be delivered: request_id=%s reason=%s", delivery.request_id, error.message)  # noqa: TRY400
            self._outbox.give_up(delivery, f"{error.code}: {error.message}")
        except sqlite3.OperationalError:  # the state file is full, say: nor could it be noted
            raise
        except Exception as error:  # noqa: BLE001 - a full disk, say: it is tried again
            told = storable(str(error))
            log.warning("record will be delivered later: request_id=%s reason=%s", delivery.request_id, told)
            self._outbox.put_off(delivery, f"{type(error).__name__}: {error}")
        else:
            self._outbox.delivered(delivery)
