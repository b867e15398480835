"""What functions did: how many invocations, and how much memory for how long. Sums by the hour, kept for good."""

import logging
import sqlite3
import threading
from dataclasses import dataclass
from datetime import UTC, datetime

from emulator.state import Database

log = logging.getLogger(__name__)

_HOUR_SECONDS = 3600
_MB_MS_PER_GB_SECOND = 1024 * 1000


@dataclass(frozen=True)
class FunctionUsage:
    """One function's invocations. `billed_mb_ms` is memory in MB times billed duration in ms, summed."""

    function: str
    requests: int
    billed_mb_ms: int
    first_at: datetime
    """When the first of them ended."""

    @property
    def gb_seconds(self) -> float:
        return self.billed_mb_ms / _MB_MS_PER_GB_SECOND


@dataclass
class _Sum:
    first_at: float
    requests: int = 0
    billed_mb_ms: int = 0


class InvocationMeter:
    """
    Writes down what the functions of one home do, several invocations at once.

    A server that is killed loses what was added since the last `flush`, a part of a second: never an event, nor a log.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._pending: dict[tuple[str, int], _Sum] = {}

    def add(self, function: str, memory_mb: int, billed_ms: int, at: datetime) -> bool:
        """Count one invocation; tell whether it is the first since the last `flush`, so that there must be another."""
        moment = at.timestamp()
        hour = int(moment) // _HOUR_SECONDS * _HOUR_SECONDS
        with self._lock:
            is_first = not self._pending
            noted = self._pending.setdefault((function, hour), _Sum(moment))
            noted.requests += 1
            noted.billed_mb_ms += memory_mb * billed_ms
        return is_first

    def flush(self) -> None:
        """Write down what was added; what cannot be counted, say on a full disk, was an invocation all the same."""
        with self._lock:
            pending, self._pending = self._pending, {}
        if not pending:
            return
        try:
            with self._database.transaction() as transaction:
                transaction.executemany(
                    "INSERT INTO function_usage (function, hour, requests, billed_mb_ms, first_at)"
                    " VALUES (?, ?, ?, ?, ?)"
                    " ON CONFLICT DO UPDATE SET requests = requests + excluded.requests,"
                    " billed_mb_ms = billed_mb_ms + excluded.billed_mb_ms",
                    [(*key, noted.requests, noted.billed_mb_ms, noted.first_at) for key, noted in pending.items()],
                )
        except sqlite3.Error as error:
            lost = sum(noted.requests for noted in pending.values())
            log.warning("invocations could not be counted: invocations=%d reason=%s", lost, error)

    def usage(self, since: datetime) -> list[FunctionUsage]:
        """Return what each function did from the hour of *since* on, by name."""
        hour = int(since.timestamp()) // _HOUR_SECONDS * _HOUR_SECONDS
        rows = self._database.rows(
            "SELECT function, sum(requests) AS requests, sum(billed_mb_ms) AS billed_mb_ms, min(first_at) AS first_at"
            " FROM function_usage WHERE hour >= ? GROUP BY function ORDER BY function",
            hour,
        )
        return [
            FunctionUsage(
                row["function"],
                row["requests"],
                row["billed_mb_ms"],
                datetime.fromtimestamp(row["first_at"], UTC),
            )
            for row in rows
        ]
