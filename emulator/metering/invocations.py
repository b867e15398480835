"""What functions did: how many invocations, and how much memory for how long. Sums by the hour, kept for good."""

import logging
import sqlite3
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


class InvocationMeter:
    """Writes down what the functions of one home do."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, function: str, memory_mb: int, billed_ms: int, at: datetime) -> None:
        """Count one invocation; one that cannot be counted, say on a full disk, is still an invocation."""
        hour = int(at.timestamp()) // _HOUR_SECONDS * _HOUR_SECONDS
        try:
            with self._database.transaction() as transaction:
                transaction.execute(
                    "INSERT INTO function_usage (function, hour, requests, billed_mb_ms, first_at)"
                    " VALUES (?, ?, 1, ?, ?)"
                    " ON CONFLICT DO UPDATE SET requests = requests + 1,"
                    " billed_mb_ms = billed_mb_ms + excluded.billed_mb_ms",
                    (function, hour, memory_mb * billed_ms, at.timestamp()),
                )
        except sqlite3.Error as error:
            log.warning("invocation could not be counted: function=%s reason=%s", function, error)

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
