"""How many workers there are, and when they go."""

import asyncio
import json
from collections.abc import Callable

from emulator.engine import Container, Kind
from emulator.functions.records import Outcome
from tests.conftest import wait_for
from tests.integration.functions.conftest import Lab


def test_concurrent_invocations_get_workers_of_their_own(lab: Lab) -> None:
    """A worker serves one invocation at a time."""
    function = lab.deploy("faults", "app.burns", memory_mb=1769, timeout_seconds=30)

    results = lab.invoke_together(function, [b'{"seconds": 0.5}'] * 3)

    assert [result.outcome for result in results] == [Outcome.SUCCESS] * 3
    assert len(lab.cloud.engine.containers.list(Kind.WORKER)) == 3


def test_there_are_never_more_workers_than_allowed(small_lab: Callable[..., Lab]) -> None:
    """A burst must wait in line, not bring the machine down."""
    lab = small_lab(max_workers=2)
    function = lab.deploy("faults", "app.counts")

    results = lab.invoke_together(function, [b"{}"] * 30)

    assert [result.outcome for result in results] == [Outcome.SUCCESS] * 30
    assert sum(json.loads(result.payload) == 1 for result in results) <= 2
    assert lab.fleet.pool.size <= 2


def test_an_idle_worker_makes_room_for_another_function(small_lab: Callable[..., Lab]) -> None:
    """Otherwise one function's rest would be another's starvation."""
    lab = small_lab(max_workers=1)
    lab.invoke(lab.deploy("faults", "app.good", name="first"))

    result = lab.invoke(lab.deploy("faults", "app.good", name="second"))

    assert result.outcome is Outcome.SUCCESS
    assert lab.fleet.pool.size == 1


def test_an_idle_worker_is_let_go_after_its_time(small_lab: Callable[..., Lab]) -> None:
    """What nobody uses must not hold memory for ever."""
    lab = small_lab(worker_idle_seconds=0.2)
    lab.invoke(lab.deploy("faults", "app.good"))

    def workers() -> list[Container]:
        return lab.run(asyncio.to_thread(lab.cloud.engine.containers.list, Kind.WORKER))

    wait_for(lambda: not workers())
    assert lab.fleet.pool.size == 0
