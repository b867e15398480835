"""Idle workers are paused, wake when they are wanted, and are missed by nobody when they die in their sleep."""

import asyncio
import json
import time
from collections.abc import Callable

import pytest

from emulator.engine import Container, Kind
from emulator.functions import Function
from emulator.functions.records import Invocation, Outcome
from tests.conftest import wait_for
from tests.integration.functions.conftest import Lab

AT_ONCE = 0.01
FOR_EVER = 300.0


def workers(lab: Lab) -> list[Container]:
    return lab.run(asyncio.to_thread(lab.cloud.engine.containers.list, Kind.WORKER))


def wait_until_paused(lab: Lab) -> Container:
    """Return the one worker, once it is paused."""
    (paused,) = wait_for(lambda: [one for one in workers(lab) if one.state == "paused"])
    return paused


def count(lab: Lab, function: Function) -> object:
    return json.loads(lab.invoke(function).payload)


def test_a_paused_worker_goes_on_where_it_was(small_lab: Callable[..., Lab]) -> None:
    """Its memory is as it was, and so is its conversation with us, however often."""
    lab = small_lab(worker_pause_seconds=AT_ONCE)
    function = lab.deploy("faults", "app.counts")
    counts = []

    for _ in range(3):
        counts.append(count(lab, function))
        wait_until_paused(lab)

    assert counts == [1, 2, 3]


def test_a_worker_that_is_wanted_while_it_is_being_paused_answers(small_lab: Callable[..., Lab]) -> None:
    """The engine is still at it when the next event comes: pause and unpause must not pass each other."""
    lab = small_lab(worker_pause_seconds=0.0)
    function = lab.deploy("faults", "app.counts")

    async def again_and_again() -> list[object]:
        counts = []
        for number in range(20):
            result = await lab.fleet.invoke(function, Invocation(b"{}"))
            counts.append(json.loads(result.payload))
            await asyncio.sleep(number / 500)  # from before the engine is asked until after it has answered
        return counts

    assert lab.run(again_and_again()) == list(range(1, 21))


@pytest.mark.parametrize("verb", ["kill", "remove"])
def test_a_paused_worker_that_is_killed_is_replaced(small_lab: Callable[..., Lab], verb: str) -> None:
    """By a person, or by an engine that ends: the next event goes to another, the first time."""
    lab = small_lab(worker_pause_seconds=AT_ONCE)
    function = lab.deploy("faults", "app.counts")
    lab.invoke(function)
    paused = wait_until_paused(lab)

    getattr(lab.cloud.engine.containers, verb)(paused.id)

    assert lab.invoke(function).payload == b"1"
    wait_for(lambda: paused.id not in [one.id for one in workers(lab)])


def test_a_worker_that_somebody_else_woke_is_as_good(small_lab: Callable[..., Lab]) -> None:
    """`docker unpause` by hand: what we then ask of the engine is refused, and the event must not be lost for that."""
    lab = small_lab(worker_pause_seconds=AT_ONCE)
    function = lab.deploy("faults", "app.good")
    lab.invoke(function)

    lab.cloud.engine.containers.unpause(wait_until_paused(lab).id)

    assert lab.invoke(function).outcome is Outcome.SUCCESS


def test_a_paused_worker_is_let_go_after_its_time(small_lab: Callable[..., Lab]) -> None:
    """Asleep or not, it holds memory."""
    lab = small_lab(worker_pause_seconds=AT_ONCE, worker_idle_seconds=1.0)
    lab.invoke(lab.deploy("faults", "app.good"))
    wait_until_paused(lab)

    wait_for(lambda: not workers(lab))

    assert lab.fleet.pool.size == 0


def test_a_fleet_with_paused_workers_closes(small_lab: Callable[..., Lab]) -> None:
    """What sleeps can be removed as well."""
    lab = small_lab(worker_pause_seconds=AT_ONCE)
    lab.invoke(lab.deploy("faults", "app.good"))
    wait_until_paused(lab)

    lab.run(lab.fleet.close())

    assert lab.cloud.engine.containers.list() == []


def test_what_a_handler_left_running_stands_still(small_lab: Callable[..., Lab]) -> None:
    """On AWS a thread that outlives its invocation does not run on either."""
    lab = small_lab(worker_pause_seconds=AT_ONCE, worker_idle_seconds=FOR_EVER)
    function = lab.deploy("faults", "app.ticks")
    lab.invoke(function)
    wait_until_paused(lab)

    asleep = time.monotonic()
    lab.run(asyncio.sleep(1))
    slept = time.monotonic() - asleep
    ticks = json.loads(lab.invoke(function).payload)

    assert slept >= 1
    assert ticks["longest_gap"] >= 0.9
