"""How many workers run at once: AWS's limits, the machine's, and those that are kept ready."""

import asyncio
import dataclasses
import json
from collections.abc import Callable

import pytest

from emulator.engine import Kind
from emulator.functions import Function
from emulator.functions.errors import RESERVED_LIMIT, ThrottledError
from emulator.functions.records import Invocation, InvocationResult, Outcome
from emulator.functions.references import FunctionReference
from emulator.functions.workers.room import Room
from emulator.units import MIB
from tests.conftest import wait_for
from tests.integration.functions.conftest import Lab


def published(lab: Lab, function: Function, version: str = "1") -> Function:
    """Return version *version*, made of what the function is now."""
    version_of_it = dataclasses.replace(function, version=version)
    lab.cloud.functions.repository.save(version_of_it)
    return version_of_it


def ready(lab: Lab, function: Function) -> int:
    async def count() -> int:
        return sum(worker.loaded for worker in lab.fleet.pool.provisioned(function))

    return lab.run(count())


def wait_until_ready(lab: Lab, function: Function, wanted: int) -> None:
    wait_for(lambda: (lab.run(asyncio.sleep(0.02)), ready(lab, function) == wanted)[1])


def test_no_more_run_at_once_than_is_reserved(lab: Lab) -> None:
    """The third of three is told so at once; it does not wait, since AWS does not either."""
    function = lab.deploy("faults", "app.sleeps", timeout_seconds=30)
    lab.cloud.functions.concurrency.reserve(function.name, 2)

    async def three() -> list[InvocationResult | BaseException]:
        each = (lab.fleet.invoke(function, Invocation(b'{"seconds": 0.3}')) for _ in range(3))
        return list(await asyncio.gather(*each, return_exceptions=True))

    *served, refused = sorted(lab.run(three()), key=lambda one: isinstance(one, BaseException))

    assert [one.outcome for one in served if isinstance(one, InvocationResult)] == [Outcome.SUCCESS] * 2
    assert isinstance(refused, ThrottledError)
    assert refused.reason == RESERVED_LIMIT
    assert lab.invoke(function, b'{"seconds": 0}').outcome is Outcome.SUCCESS


def test_a_function_that_is_switched_off_is_heard_of_within_a_second(lab: Lab) -> None:
    """Somebody in another shell has just seen what it costs."""
    function = lab.deploy("faults", "app.good")
    lab.invoke(function)
    lab.cloud.functions.concurrency.reserve(function.name, 0)

    def is_off() -> bool:
        try:
            lab.invoke(function)
        except ThrottledError:
            return True
        return False

    wait_for(is_off, deadline_seconds=5)


def test_who_has_no_memory_waits_for_it(lab: Lab) -> None:
    """That this machine is full is no limit of AWS's: all are answered, one after the other."""
    lab.fleet.pool._hiring._room = Room(8, lambda: 300 * MIB)
    function = lab.deploy("faults", "app.counts", memory_mb=256)

    results = lab.invoke_together(function, [b"{}"] * 3)

    assert sorted(json.loads(result.payload) for result in results) == [1, 2, 3]  # by one worker
    assert lab.fleet.pool.size == 1


def test_a_function_without_a_worker_is_not_starved_by_a_busy_one(small_lab: Callable[..., Lab]) -> None:
    """A line that never ends must not keep the only place for ever."""
    lab = small_lab(max_workers=1)
    busy = lab.deploy("faults", "app.sleeps", name="busy")
    other = lab.deploy("faults", "app.good", name="other")

    async def both() -> tuple[int, InvocationResult]:
        handled = 0

        async def go_on() -> None:
            nonlocal handled
            while True:
                await lab.fleet.invoke(busy, Invocation(b'{"seconds": 0.05}'))
                handled += 1

        crowd = [asyncio.create_task(go_on()) for _ in range(5)]
        await asyncio.sleep(0.5)
        result = await lab.fleet.invoke(other, Invocation(b"{}"))
        for one in crowd:
            one.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
        return handled, result

    handled, result = lab.run(both())

    assert result.outcome is Outcome.SUCCESS
    assert handled > 0


def test_workers_are_kept_ready_and_replaced(lab: Lab) -> None:
    """Two are there before anybody asks; one that dies is made up for; an idle time does not end them."""
    function = published(lab, lab.deploy("faults", "app.tells_its_start"))

    lab.cloud.functions.concurrency.provision(FunctionReference(function.name, "1"), 2)
    wait_until_ready(lab, function, 2)
    told = json.loads(lab.invoke(function).payload)
    containers = {one.id for one in lab.cloud.engine.containers.list(Kind.WORKER)}
    lab.cloud.engine.containers.kill(min(containers))

    assert told["type"] == "provisioned-concurrency"
    wait_until_ready(lab, function, 2)
    wait_for(lambda: min(containers) not in {one.id for one in lab.cloud.engine.containers.list(Kind.WORKER)})


def test_what_is_provisioned_no_longer_goes(lab: Lab) -> None:
    """As AWS stops the bill, so must the memory be free again; an alias stands for its version."""
    function = published(lab, lab.deploy("faults", "app.good"))
    concurrency = lab.cloud.functions.concurrency
    first = FunctionReference(function.name, "1")
    concurrency.provision(first, 2)
    wait_until_ready(lab, function, 2)

    concurrency.provision(first, 1)
    wait_until_ready(lab, function, 1)
    concurrency.unprovision(first)
    wait_until_ready(lab, function, 0)

    wait_for(lambda: (lab.run(asyncio.sleep(0.02)), not lab.cloud.engine.containers.list(Kind.WORKER))[1])


def test_a_handler_that_does_not_load_is_not_tried_without_end(lab: Lab) -> None:
    """A container a second, all night, would be the price of a typo."""
    function = published(lab, lab.deploy("broken_import", "app.handler"))
    lab.cloud.functions.concurrency.provision(FunctionReference(function.name, "1"), 1)

    async def starts() -> int:
        names = set()
        for _ in range(60):
            names |= {one.id for one in await asyncio.to_thread(lab.cloud.engine.containers.list, Kind.WORKER)}
            await asyncio.sleep(0.05)
        return len(names)

    assert 1 <= lab.run(starts()) <= 3
    assert lab.fleet.pool.failure(function) == "FUNCTION_ERROR_INIT_FAILURE"


@pytest.mark.parametrize(("timeout_seconds", "outcome"), [(30, Outcome.SUCCESS), (1, Outcome.TIMEOUT)])
def test_what_loads_too_long_begins_anew_in_its_first_invocation(
    small_lab: Callable[..., Lab], timeout_seconds: int, outcome: Outcome
) -> None:
    """As on AWS: the loading counts towards the function's timeout then, and is billed as a part of the duration."""
    lab = small_lab(init_seconds=0.5)
    function = lab.deploy("slow_import", "app.handler", timeout_seconds=timeout_seconds)

    result = lab.invoke(function)

    assert result.outcome is outcome
    assert result.duration_ms >= 1000
    assert result.init_ms is None
    if outcome is Outcome.SUCCESS:
        assert json.loads(result.payload)["remaining_ms"] < 29_500
        assert lab.invoke(function).duration_ms < result.duration_ms  # it is warm now
    else:
        assert b"Task timed out after 1.00 seconds" in result.payload


def test_an_import_that_fails_late_tells_its_own_error(small_lab: Callable[..., Lab]) -> None:
    """Whenever it comes, it is the error that helps, not that the process ended."""
    lab = small_lab(init_seconds=0.01)
    result = lab.invoke(lab.deploy("broken_import", "app.handler", timeout_seconds=30))

    body = json.loads(result.payload)
    assert body["errorType"] == "Runtime.ImportModuleError"
    assert body["requestId"] == ""
