"""Who waits for a worker is served in the order of coming, and nobody is forgotten."""

import asyncio
from collections.abc import Coroutine
from typing import Any, cast

import pytest

from emulator.functions.errors import WorkerStartError
from emulator.functions.workers.crew import Line
from emulator.functions.workers.worker import Worker


def worker() -> Worker:
    """Something to be told apart: a line only hands it on."""
    return cast("Worker", object())


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def test_first_come_first_served() -> None:
    """And who has left is passed over, however he left."""

    async def scenario() -> None:
        line, given = Line(), [worker(), worker()]
        first, second, third = line.join(), line.join(), line.join()
        line.leave(second)
        first.cancel()
        fourth = line.join()

        assert [line.serve(one) for one in given] == [True, True]
        assert [third.result(), fourth.result()] == given
        assert not line.serve(worker())
        assert len(line) == 0

    run(scenario())


def test_a_refusal_is_for_the_head_or_for_everybody() -> None:
    """One worker that cannot start is one who waits in vain; what cannot be built is for all of them."""

    async def scenario() -> None:
        line = Line()
        line.refuse(WorkerStartError("nobody is there"))
        waiting = [line.join() for _ in range(4)]

        line.refuse(WorkerStartError("for one"))
        assert [one.done() for one in waiting] == [True, False, False, False]
        waiting[1].cancel()
        line.refuse(WorkerStartError("for all"), everybody=True)

        assert all(one.done() for one in waiting)
        with pytest.raises(WorkerStartError, match="for one"):
            await waiting[0]
        with pytest.raises(WorkerStartError, match="for all"):
            await waiting[3]
        assert waiting[2].exception() is not None

    run(scenario())


def test_the_head_knows_how_long_it_has_waited() -> None:
    """By that a busy function is told to make room for another."""

    now = [100.0]

    async def scenario() -> None:
        line = Line(lambda: now[0])
        assert line.waited_seconds() == 0
        head = line.join()
        now[0] += 2
        line.join()
        now[0] += 3

        assert line.waited_seconds() == 5
        line.leave(head)
        assert line.waited_seconds() == 3

    run(scenario())
