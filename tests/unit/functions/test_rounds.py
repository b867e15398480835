"""Rounds go on whatever a round comes to: what stopped here would stop for good."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable

import pytest

from emulator.functions.events.rounds import Rounds

NEVER = 3600.0


class Work:
    """A round whose ends are told beforehand; the last one repeats."""

    def __init__(self, *ends: float | Exception | None) -> None:
        self._ends = iter(ends)
        self._last: float | Exception | None = None
        self.rounds = 0

    async def __call__(self) -> float | None:
        await asyncio.sleep(0)
        self.rounds += 1
        self._last = next(self._ends, self._last)
        if isinstance(self._last, Exception):
            raise self._last
        return self._last


def run(work: Callable[[], Awaitable[float | None]], act: Callable[[Rounds], Awaitable[None]]) -> None:
    """Have rounds of *work* while *act* is under way."""

    async def both() -> None:
        rounds = Rounds("test", work, NEVER)
        rounds.start()
        async with asyncio.timeout(20):
            await act(rounds)
            await rounds.stop()

    asyncio.run(both())


async def until(fact: Callable[[], bool]) -> None:
    """Return when *fact* is true; TimeoutError if it does not become so."""
    async with asyncio.timeout(20):
        while not fact():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.005)


def test_there_is_a_round_when_more_is_due_and_when_somebody_wakes_us() -> None:
    """In between nothing is done."""
    work = Work(0.0, 0.01, None)

    async def act(rounds: Rounds) -> None:
        await until(lambda: work.rounds == 3)
        await asyncio.sleep(0.05)
        assert work.rounds == 3
        await asyncio.to_thread(rounds.wake)
        await until(lambda: work.rounds == 4)

    run(work, act)


def test_waking_during_a_round_means_another() -> None:
    """What was queued after the round had looked must not wait for the longest nap."""
    seen = []

    async def work() -> float | None:
        seen.append("")
        if len(seen) == 1:
            rounds_of["it"].wake()
            await asyncio.sleep(0.01)
        return None

    rounds_of: dict[str, Rounds] = {}

    async def act(rounds: Rounds) -> None:
        rounds_of["it"] = rounds
        await until(lambda: len(seen) == 2)

    run(work, act)


@pytest.mark.parametrize("error", [UnicodeEncodeError("utf-8", "\ud83d", 0, 1, "no"), sqlite3.OperationalError("full")])
def test_a_round_that_fails_is_told_and_followed_by_another(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """Also by more than one; it shows for as long as it lasts."""
    work = Work(error, error, None)
    troubles = []

    async def act(rounds: Rounds) -> None:
        await until(lambda: rounds.trouble is not None)
        troubles.append(rounds.trouble)
        await rounds.wait_idle()
        troubles.append(rounds.trouble)

    with caplog.at_level(logging.WARNING):
        run(work, act)

    assert work.rounds >= 3
    assert troubles == [f"{type(error).__name__}: {error}", None]
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    is_ours = not isinstance(error, sqlite3.Error)
    assert [bool(record.exc_info) for record in caplog.records] == [is_ours, False]


def test_who_waits_for_idleness_waits_for_a_round_that_began_later() -> None:
    """One that had looked already may have missed what it is waited for."""
    looked: list[int] = []
    state = {"added": 0}

    async def work() -> float | None:
        looked.append(state["added"])
        await asyncio.sleep(0.02)
        return None

    async def act(rounds: Rounds) -> None:
        await until(lambda: len(looked) == 1)
        state["added"] = 1
        await rounds.wait_idle()
        assert looked[-1] == 1

    run(work, act)


def test_what_is_not_done_is_not_idle() -> None:
    """Due later is not done."""
    work = Work(0.01, 0.01, 0.01, None)

    async def act(rounds: Rounds) -> None:
        await rounds.wait_idle()
        assert work.rounds >= 4

    run(work, act)


def test_the_end_waits_for_the_round_that_is_under_way() -> None:
    """What it took must not be forgotten; but no other is begun, and a pause is cut short."""
    slow: list[str] = []

    async def work() -> float | None:
        slow.append("begun")
        await asyncio.sleep(0.05)
        slow.append("ended")
        raise OSError("and a pause follows")

    async def act(rounds: Rounds) -> None:
        await until(lambda: bool(slow))
        await rounds.stop()

    run(work, act)

    assert slow == ["begun", "ended"]
