"""What happens to workers, from outside and within: the right result, the next one works, nothing is left."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from emulator.engine import Container, Kind
from emulator.functions import Function
from emulator.functions.records import Invocation, InvocationResult, Outcome
from tests.conftest import wait_for
from tests.integration.functions.conftest import Lab


@dataclass(frozen=True)
class Fault:
    """What a handler does, and what is to come of it."""

    event: dict[str, Any]
    settings: dict[str, Any] = field(default_factory=dict)
    outcome: Outcome = Outcome.SUCCESS
    answer: dict[str, Any] | None = None
    error_type: str = ""
    costs_worker: bool = False


FAULTS = {
    "opens_files": Fault({}, {}, Outcome.ERROR, error_type="OSError"),
    "forks": Fault({}, {"memory_mb": 1024, "timeout_seconds": 60}),
    "ignores_sigterm": Fault(
        {}, {"timeout_seconds": 1}, Outcome.TIMEOUT, error_type="Sandbox.Timedout", costs_worker=True
    ),
    "talks_without_end": Fault({"megabytes": 100}, {"memory_mb": 1769, "timeout_seconds": 60}, answer={"printed": 100}),
    "answers_half": Fault({}, {}, Outcome.ERROR, error_type="Runtime.ExitError", costs_worker=True),
}


def workers(lab: Lab) -> list[Container]:
    return lab.run(asyncio.to_thread(lab.cloud.engine.containers.list, Kind.WORKER))


async def until_it_sleeps(lab: Lab, function: Function) -> None:
    """Return when the handler is at work."""
    async with asyncio.timeout(60):
        while not any(line == "sleeping" for line in lab.log_lines(function)):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("what", FAULTS)
def test_what_a_handler_does_to_its_worker_harms_nobody_else(lab: Lab, what: str) -> None:
    """
    The right result; another function's invocation beside it works, and so does the next one of the same version.

    That one has the same worker wherever the runtime has lived through it.
    """
    fault = FAULTS[what]
    function = lab.deploy("faults", "app.does", **fault.settings)
    neighbour = lab.deploy("faults", "app.good", name="neighbour")
    event = json.dumps({"do": what} | fault.event).encode()

    async def beside() -> list[InvocationResult]:
        return list(
            await asyncio.gather(
                lab.fleet.invoke(function, Invocation(event)), lab.fleet.invoke(neighbour, Invocation(b"{}"))
            )
        )

    result, other = lab.run(beside())
    after = lab.invoke(function, b'{"do": "good"}')

    body = json.loads(result.payload)
    assert result.outcome is fault.outcome, result.payload
    assert fault.answer is None or body == fault.answer
    assert not fault.error_type or body["errorType"] == fault.error_type
    assert [json.loads(one.payload) for one in (other, after)] == [{"ok": True}] * 2
    assert started(lab, function) == (2 if fault.costs_worker else 1)
    lab.run(lab.fleet.close())
    assert lab.cloud.engine.containers.list() == []


def started(lab: Lab, function: Function) -> int:
    """Return how many workers have been started for *function*."""
    return sum("INIT_START" in line for line in lab.cloud.functions.logs(function.name).new_lines())


def test_all_of_a_hundred_megabytes_is_logged(lab: Lab) -> None:
    """A handler that prints much is slowed down, not cut off."""
    function = lab.deploy("faults", "app.talks_without_end", memory_mb=1769, timeout_seconds=60)

    lab.invoke(function, b'{"megabytes": 10}')

    assert sum(line == "x" * 1023 for line in lab.log_lines(function)) == 10 * 1024


def test_a_busy_worker_that_is_killed_fails_its_invocation_alone(lab: Lab) -> None:
    """As a process that the kernel kills does; the next event has a new worker."""
    function = lab.deploy("faults", "app.sleeps", timeout_seconds=60)

    async def kill_while_busy() -> InvocationResult:
        running = asyncio.create_task(lab.fleet.invoke(function, Invocation(b'{"seconds": 50}')))
        containers = lab.cloud.engine.containers
        await until_it_sleeps(lab, function)
        (worker,) = await asyncio.to_thread(containers.list, Kind.WORKER)
        await asyncio.to_thread(containers.kill, worker.id)
        return await running

    result = lab.run(kill_while_busy())

    body = json.loads(result.payload)
    assert body["errorType"] == "Runtime.ExitError"
    assert body["errorMessage"] == f"RequestId: {result.request_id} Error: Runtime exited with error: signal: killed"
    assert lab.invoke(function, b'{"seconds": 0}').outcome is Outcome.SUCCESS


def test_idle_workers_that_are_all_killed_are_not_handed_out(lab: Lab) -> None:
    """An event must not be given to the dead, not even while nobody has heard yet that they are."""
    function = lab.deploy("faults", "app.sleeps")
    lab.invoke_together(function, [b'{"seconds": 0.3}'] * 3)
    dead = workers(lab)

    async def kill_and_invoke() -> list[InvocationResult]:
        await asyncio.gather(*(asyncio.to_thread(lab.cloud.engine.containers.kill, one.id) for one in dead))
        each = (lab.fleet.invoke(function, Invocation(b'{"seconds": 0}')) for _ in range(3))
        return list(await asyncio.gather(*each))

    results = lab.run(kill_and_invoke())

    assert len(dead) == 3
    assert [result.outcome for result in results] == [Outcome.SUCCESS] * 3
    wait_for(lambda: not {one.id for one in dead} & {one.id for one in workers(lab)})


def test_a_worker_that_vanished_while_nobody_listened_is_found_out(lab: Lab) -> None:
    """The stream of events breaks off and the container is removed: without a look around it would be busy for ever."""
    function = lab.deploy("faults", "app.sleeps", timeout_seconds=600)

    async def lose() -> InvocationResult:
        running = asyncio.create_task(lab.fleet.invoke(function, Invocation(b'{"seconds": 500}')))
        await until_it_sleeps(lab, function)
        ear = lab.fleet._ear
        assert ear is not None
        assert ear._deaths is not None
        ear._deaths.close()
        (container_id,) = lab.fleet.pool.containers()
        await asyncio.to_thread(lab.cloud.engine.containers.remove, container_id)
        async with asyncio.timeout(60):
            return await running

    assert json.loads(lab.run(lose()).payload)["errorType"] == "Runtime.ExitError"
