"""How many invocations may run at once."""

import sqlite3
from collections.abc import Mapping

import pytest

from emulator.functions.errors import ACCOUNT_LIMIT, RESERVED_LIMIT, ThrottledError
from emulator.functions.workers.limits import Limits


class Rows:
    """What shells have reserved, and how often it was asked for."""

    def __init__(self, **reserved: int) -> None:
        self.reserved: Mapping[str, int] = reserved
        self.asked = 0
        self.now = 0.0
        self.broken = False

    def read(self) -> Mapping[str, int]:
        self.asked += 1
        if self.broken:
            raise sqlite3.OperationalError("disk I/O error")
        return self.reserved

    def limits(self) -> Limits:
        return Limits(self.read, lambda: self.now)


def reason(limits: Limits, function: str) -> str:
    with pytest.raises(ThrottledError) as caught:
        limits.begin(function)
    return caught.value.reason


def test_no_more_than_is_reserved_run_at_once() -> None:
    """And a place is free as soon as one has ended."""
    limits = Rows(mine=2).limits()
    limits.begin("mine")
    limits.begin("mine")

    assert reason(limits, "mine") == RESERVED_LIMIT
    limits.end("mine")
    limits.begin("mine")


def test_nothing_runs_where_nothing_is_reserved() -> None:
    """Zero is how people switch a function off."""
    assert reason(Rows(off=0).limits(), "off") == RESERVED_LIMIT


def test_what_is_reserved_is_missing_to_all_others() -> None:
    """An account has a thousand: what one function has for itself, used or not, the rest do not share."""
    limits = Rows(mine=900).limits()
    for number in range(100):
        limits.begin(f"other-{number % 7}")

    assert reason(limits, "another") == ACCOUNT_LIMIT
    assert limits.room("mine") == 900
    limits.end("other-0")
    limits.begin("another")


def test_a_change_is_seen_within_a_second_and_not_asked_for_each_time() -> None:
    """A query for each invocation would be felt; a shell that reserves must be heard all the same."""
    rows = Rows()
    limits = rows.limits()
    for _ in range(100):
        limits.begin("mine")

    rows.reserved = {"mine": 1}
    rows.now = 1.0

    assert reason(limits, "mine") == RESERVED_LIMIT
    assert rows.asked == 2


def test_a_state_file_that_cannot_be_read_leaves_the_limits_as_they_were() -> None:
    """A full disk must not stop what runs, nor set what was switched off free."""
    rows = Rows(off=0)
    limits = rows.limits()
    assert limits.room("off") == 0

    rows.broken, rows.now = True, 1.0

    assert reason(limits, "off") == RESERVED_LIMIT
    limits.begin("other")
