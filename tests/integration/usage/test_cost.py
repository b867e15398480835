"""What real instances and invocations are noted to have done, and what it would have cost."""

import json

from emulator.cloud import Cloud
from emulator.instances import InstanceState
from tests.conftest import wait_for
from tests.integration.functions.conftest import HANDLERS
from tests.integration.instances.conftest import cloudlet, launch


def test_an_invocation_without_a_server_is_counted(cloud: Cloud) -> None:
    """The process that runs it is gone afterwards, its note is not."""
    cloudlet(cloud, "lambda", "deploy", str(HANDLERS / "echo"), "--name", "echo", "--handler", "app.handler")
    for _ in range(2):
        assert cloudlet(cloud, "lambda", "invoke", "--function-name", "echo").returncode == 0

    document = json.loads(cloudlet(cloud, "cost", "--output", "json").stdout)

    assert [(one["FunctionName"], one["Invocations"]) for one in document["Functions"]] == [("echo", 2)]
    assert document["TotalUsd"] > 2 * 0.0000002
    assert document["Comparison"]["AlwaysOn"]["UsdPerMonth"] == 7.592


def test_an_instance_costs_until_somebody_ends_it_in_whatever_way(cloud: Cloud) -> None:
    """By command, on the engine, or behind everybody's back: the meter of none of them runs on."""
    machines = launch(cloud, "base", "t2.nano", count=4, tags={"Name": "node"})
    running = [line.is_running for line in cloud.costs.bill().instances]
    stopped, killed, removed, left = (machine.instance for machine in machines)
    assert killed.container_id and removed.container_id
    cloud.instances.stop([stopped.id])
    cloud.engine.containers.kill(killed.container_id)
    cloud.engine.containers.remove(removed.container_id)
    wait_for(lambda: cloud.instances.describe([killed.id])[0].state is InstanceState.STOPPED)

    table = cloudlet(cloud, "cost").stdout.decode()

    assert running == [True] * 4
    bill = cloud.costs.bill()
    assert {line.instance_id for line in bill.instances if line.is_running} == {left.id}
    assert {line.name for line in bill.instances} == {"node"}
    assert all(line.billed_seconds >= 60 for line in bill.instances)
    assert all(machine.id in table for machine in machines)
