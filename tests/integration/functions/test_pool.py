"""How many workers there are, and when they go."""

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.engine import Container, Kind
from emulator.errors import EmulatorError
from emulator.functions.errors import WorkerStartError
from emulator.functions.records import Invocation, InvocationResult, Outcome
from emulator.functions.workers.supply import Supply
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


def wait_until_gone(lab: Lab) -> None:
    """Return when no worker is left."""

    async def workers() -> int:
        return lab.fleet.pool.size + len(await asyncio.to_thread(lab.cloud.engine.containers.list, Kind.WORKER))

    wait_for(lambda: lab.run(workers()) == 0)


@pytest.mark.parametrize("with_a_worker", [True, False])
def test_a_function_outlives_its_network_holder(small_lab: Callable[..., Lab], with_a_worker: bool) -> None:
    """A restarted engine ends holders, too; the function must get another, not fail for ever."""
    lab = small_lab(worker_idle_seconds=300 if with_a_worker else 0.01)
    function = lab.deploy("faults", "app.good")
    lab.invoke(function)
    if not with_a_worker:
        wait_until_gone(lab)

    for holder in lab.cloud.engine.containers.list(Kind.HOLDER):
        lab.cloud.engine.containers.kill(holder.id)
    if with_a_worker:
        wait_until_gone(lab)
    results = [lab.invoke(function) for _ in range(2)]

    assert [result.outcome for result in results] == [Outcome.SUCCESS] * 2
    lab.run(lab.fleet.close())
    assert lab.cloud.engine.containers.list() == []


def test_whatever_keeps_a_worker_from_starting_is_told_and_the_next_one_starts(lab: Lab) -> None:
    """A full disk is not the engine's fault, and must not leave the caller waiting for ever."""
    function = lab.deploy("faults", "app.good")
    shutil.rmtree(lab.cloud.home.pipes)

    with pytest.raises(WorkerStartError, match="No such file"):
        lab.invoke(function)
    lab.cloud.home.create()

    assert lab.invoke(function).outcome is Outcome.SUCCESS


def test_an_image_that_is_gone_is_not_a_function_that_is_gone(cloud: Cloud) -> None:
    """The engine's 404 is a server's fault to the caller; get-function says why, until a worker starts again."""
    images = ["sha256:" + "0" * 64] * 2
    supply = Supply(
        lambda function: images.pop() if images else cloud.functions.runtime_image(function),
        cloud.functions.mounted_code,
        cloud.functions.records,
    )
    lab = Lab(cloud, supply=supply)
    function = lab.deploy("faults", "app.good")

    with pytest.raises(EmulatorError) as caught:
        lab.invoke(function)
    failure = wait_for(lambda: cloud.functions.records.start_failures.of(function.name, function.version))
    result = lab.invoke(function)

    assert caught.value.code == "ServiceException"
    assert "No such image" in str(failure)
    assert result.outcome is Outcome.SUCCESS
    lab.close()
    assert cloud.functions.records.start_failures.of(function.name, function.version) is None


def test_an_image_that_was_removed_is_looked_up_anew(cloud: Cloud) -> None:
    """Somebody pruned images while the server ran: the next start finds or builds another, and nobody notices."""
    images = ["sha256:" + "0" * 64]
    supply = Supply(
        lambda function: images.pop() if images else cloud.functions.runtime_image(function),
        cloud.functions.mounted_code,
        cloud.functions.records,
    )
    lab = Lab(cloud, supply=supply)

    results = lab.invoke_together(lab.deploy("faults", "app.good"), [b"{}"] * 3)

    assert [result.outcome for result in results] == [Outcome.SUCCESS] * 3
    lab.close()


def test_a_retired_worker_leaves_no_task_behind(small_lab: Callable[..., Lab]) -> None:
    """It was waiting for work, and would otherwise do so until the server ends."""
    lab = small_lab(worker_idle_seconds=0.01)
    function = lab.deploy("faults", "app.good")

    async def answering() -> int:
        return sum("_handle_request" in str(task.get_coro()) for task in asyncio.all_tasks())

    lab.invoke(function)
    wait_until_gone(lab)

    wait_for(lambda: lab.run(answering()) == 0, deadline_seconds=10)


def test_an_invocation_that_waits_for_room_survives_a_deployment(small_lab: Callable[..., Lab]) -> None:
    """The line of the old revision has no worker that could serve it: the new one's must."""
    lab = small_lab(max_workers=1)
    burns = lab.deploy("faults", "app.burns", name="busy", timeout_seconds=30)
    old = lab.deploy("faults", "app.good", name="waits")
    new = lab.deploy("faults", "app.counts", name="waits")

    async def all_of_them() -> list[InvocationResult]:
        async with asyncio.timeout(60):
            return list(
                await asyncio.gather(
                    lab.fleet.invoke(burns, Invocation(b'{"seconds": 1}')),
                    lab.fleet.invoke(old, Invocation(b"{}")),
                    lab.fleet.invoke(new, Invocation(b"{}")),
                )
            )

    results = lab.run(all_of_them())

    assert [result.outcome for result in results] == [Outcome.SUCCESS] * 3


def test_an_ending_fleet_refuses_work_and_leaves_nothing(lab: Lab) -> None:
    """The door is still open while workers are removed: what comes then must not start another."""
    function = lab.deploy("faults", "app.good")
    lab.invoke(function)

    async def close_and_invoke() -> list[object]:
        closing = asyncio.create_task(lab.fleet.close())
        await asyncio.sleep(0)
        late = lab.fleet.invoke(function, Invocation(b"{}"))
        return list(await asyncio.gather(closing, late, return_exceptions=True))

    _, refusal = lab.run(close_and_invoke())

    assert isinstance(refusal, WorkerStartError)
    assert lab.cloud.engine.containers.list() == []


def test_a_function_keeps_its_network_only_while_it_has_workers(small_lab: Callable[..., Lab]) -> None:
    """A server that runs for weeks must not hold a container for each function there ever was."""
    lab = small_lab(worker_idle_seconds=0.01)
    function = lab.deploy("faults", "app.good")
    lab.invoke(function)

    wait_until_gone(lab)
    before = len(lab.cloud.engine.containers.list(Kind.HOLDER))
    lab.run(lab.fleet.pool.tidy(function.name))

    assert (before, len(lab.cloud.engine.containers.list(Kind.HOLDER))) == (2, 1)
    assert lab.invoke(function).outcome is Outcome.SUCCESS


def test_many_functions_leave_nothing_when_they_have_been_idle(small_lab: Callable[..., Lab]) -> None:
    """Workers, networks and ports: a server runs for weeks, and sees every function there ever was."""
    lab = small_lab(worker_idle_seconds=0.1, network_seconds=0.1, max_workers=4)
    functions = [lab.deploy("faults", "app.good", name=f"one-of-many-{number}") for number in range(10)]

    async def containers() -> list[Kind]:
        found = await asyncio.to_thread(lab.cloud.engine.containers.list, Kind.WORKER, Kind.HOLDER)
        return [one.kind for one in found]

    wait_for(lambda: lab.run(containers()) == [Kind.HOLDER])
    before = tcp_sockets()

    async def all_of_them() -> list[InvocationResult]:
        return list(await asyncio.gather(*(lab.fleet.invoke(one, Invocation(b"{}")) for one in functions)))

    results = lab.run(all_of_them())

    assert [result.outcome for result in results] == [Outcome.SUCCESS] * 10
    wait_for(lambda: lab.run(containers()) == [Kind.HOLDER])
    wait_for(lambda: (lab.run(containers()), tcp_sockets() <= before)[1])
    assert lab.fleet.pool.size == 0


def tcp_sockets() -> int:
    """Return how many TCP sockets this process has open: what it keeps to the engine is none of a worker's."""
    process = Path("/proc/self")
    tcp = {
        f"socket:[{line.split()[9]}]"
        for name in ("tcp", "tcp6")
        for line in (process / "net" / name).read_text().splitlines()[1:]
    }
    links = []
    for descriptor in (process / "fd").iterdir():
        try:
            links.append(str(descriptor.readlink()))
        except FileNotFoundError:  # closed since
            continue
    return len(tcp.intersection(links))
