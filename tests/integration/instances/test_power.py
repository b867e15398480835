"""Stop, start, reboot, power off: from outside and from inside, and how it looks to another shell."""

import random
import socket
import threading

import pytest

from emulator.cloud import Cloud
from emulator.errors import ConflictError
from emulator.instances import AttributeChange, InstanceState, LaunchRequest
from emulator.instances.errors import (
    IncorrectInstanceStateError,
    NotStoppedError,
    TerminationProtectedError,
    TokenOfTerminatedError,
)
from emulator.network.addresses import choose_address
from emulator.resources.client_tokens import IdempotentParameterMismatchError
from emulator.resources.dry_run import DryRunError
from emulator.resources.filters import Filter
from emulator.units import GIB
from tests.conftest import wait_for
from tests.integration.instances.conftest import Machine, launch


def _state(cloud: Cloud, instance_id: str) -> InstanceState:
    return cloud.instances.describe([instance_id])[0].state


def _booted_at(machine: Machine) -> str:
    return machine.booted().says("stat", "-c", "%y", "/proc/1")


def _has_booted_since(machine: Machine, booted_at: str) -> bool:
    try:
        return machine.says("stat", "-c", "%y", "/proc/1") != booted_at
    except (AssertionError, ConflictError):  # nothing runs in a machine that is on its way down, or up
        return False


def test_another_shell_sees_an_instance_come_stop_and_go(cloud: Cloud) -> None:
    """Every state that AWS has on the way, each with its code."""
    seen: list[tuple[int, str]] = []
    done = threading.Event()

    def look() -> None:
        with Cloud(cloud.settings) as another:
            while not done.is_set():
                for instance in another.instances.describe():
                    state = (instance.state.value, instance.state.label)
                    if seen[-1:] != [state]:
                        seen.append(state)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        (machine,) = launch(cloud)
        slow = ("--unit", "slow", "--property", "ExecStop=/bin/sleep 2")  # so that it can be seen stopping
        machine.booted().says("systemd-run", *slow, "sleep", "infinity")
        cloud.instances.stop([machine.id])
        wait_for(lambda: seen[-1:] == [(80, "stopped")])
        cloud.instances.terminate([machine.id])
        wait_for(lambda: seen[-1:] == [(48, "terminated")])
    finally:
        done.set()
        watcher.join()

    assert [state for state in seen if state != (32, "shutting-down")] == [
        (0, "pending"),
        (16, "running"),
        (64, "stopping"),
        (80, "stopped"),
        (48, "terminated"),
    ]


def test_a_reboot_boots_anew_and_changes_nothing_else(cloud: Cloud) -> None:
    """By our verb, which returns when it boots, and by the machine's own."""
    (machine,) = launch(cloud)
    first = _booted_at(machine)
    machine.says("sh", "-c", "echo kept > /srv/file; echo lost > /run/file")

    cloud.instances.reboot([machine.id])
    second = _booted_at(machine)
    assert second != first
    machine.run("systemctl", "reboot")
    wait_for(lambda: _has_booted_since(machine, second))

    assert _state(cloud, machine.id) is InstanceState.RUNNING
    assert machine.booted().says("cat", "/srv/file") == "kept"
    assert machine.run("cat", "/run/file").exit_code != 0
    (instance,) = cloud.instances.describe([machine.id])
    assert (instance.launch, instance.mac_address) == (machine.instance.launch, machine.instance.mac_address)


def test_a_power_off_inside_stops_the_instance(cloud: Cloud) -> None:
    """With AWS's reason, and it starts again."""
    (machine,) = launch(cloud)
    machine.booted().run("systemctl", "poweroff")

    wait_for(lambda: _state(cloud, machine.id) is InstanceState.STOPPED)

    (instance,) = cloud.instances.describe([machine.id])
    assert instance.reason == "Client.InstanceInitiatedShutdown: Instance initiated shutdown"
    assert instance.reason_at is not None
    cloud.instances.start([machine.id])
    assert cloud.instances.describe([machine.id])[0].reason is None
    machine.booted()


def test_a_power_off_inside_ends_an_instance_that_was_told_so(cloud: Cloud) -> None:
    """A stop from outside does not."""
    (machine,) = launch(cloud, shutdown_behavior="terminate")
    machine.booted()
    cloud.instances.stop([machine.id])
    assert _state(cloud, machine.id) is InstanceState.STOPPED
    cloud.instances.start([machine.id])

    machine.booted().run("systemctl", "poweroff")

    wait_for(lambda: _state(cloud, machine.id) is InstanceState.TERMINATED)
    assert cloud.engine.containers.list() == []
    assert not list(cloud.home.instances.iterdir())


def test_a_protected_instance_is_terminated_only_when_it_is_protected_no_more(cloud: Cloud) -> None:
    """Neither is the one that was named beside it."""
    protected, other = launch(cloud, "minimal", count=2)
    cloud.instances.modify(protected.id, AttributeChange(is_protected=True))

    with pytest.raises(TerminationProtectedError) as caught:
        cloud.instances.terminate([other.id, protected.id])

    assert caught.value.code == "OperationNotPermitted"
    assert _state(cloud, other.id) is _state(cloud, protected.id) is InstanceState.RUNNING
    cloud.instances.modify(protected.id, AttributeChange(is_protected=False))
    cloud.instances.terminate([other.id, protected.id])


def test_a_stopped_instance_takes_another_type_and_has_its_size(cloud: Cloud) -> None:
    """A running one does not: AWS's code."""
    (machine,) = launch(cloud, size="t2.nano")
    with pytest.raises(NotStoppedError) as caught:
        cloud.instances.modify(machine.id, AttributeChange(instance_type="t3.small"))
    assert caught.value.code == "IncorrectInstanceState"

    cloud.instances.stop([machine.id])
    for change in (AttributeChange(instance_type="t3.small"), AttributeChange(user_data=b"#!/bin/sh\n")):
        cloud.instances.modify(machine.id, change)
    cloud.instances.start([machine.id])

    machine.booted()
    assert machine.says("nproc") == "2"
    assert machine.says("cat", "/sys/fs/cgroup/memory/memory.limit_in_bytes") == str(2 * GIB)
    assert machine.says("free", "--bytes").splitlines()[1].split()[1] == str(2 * GIB)
    assert machine.says("curl", "-s", "http://169.254.169.254/latest/meta-data/instance-type") == "t3.small"
    assert machine.says("curl", "-s", "http://169.254.169.254/latest/user-data") == "#!/bin/sh"
    assert cloud.instances.user_data(machine.id) == b"#!/bin/sh\n"


def test_a_request_with_a_token_launches_once(cloud: Cloud) -> None:
    """However often it is made; another request with the same token is refused."""
    request = LaunchRequest("minimal", "t3.nano", count=2, client_token="once")

    first = cloud.instances.run(request)
    second = cloud.instances.run(request)

    assert [one.id for one in second] == [one.id for one in first]
    with pytest.raises(IdempotentParameterMismatchError):
        cloud.instances.run(LaunchRequest("minimal", "t3.nano", client_token="once"))
    assert len(cloud.instances.describe()) == 2

    cloud.instances.terminate([one.id for one in first])
    with pytest.raises(TokenOfTerminatedError) as caught:
        cloud.instances.run(request)
    assert caught.value.code == "IdempotentInstanceTerminated"


def test_a_request_with_a_token_may_be_made_again_although_its_own_instance_has_what_it_asks_for(cloud: Cloud) -> None:
    """A port and an address that it got the first time."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    subnet = cloud.network.subnet()
    address = choose_address(subnet.cidr, cloud.network.taken(), random.Random())
    request = LaunchRequest("minimal", "t3.nano", publish=((port, 80),), private_ip=address, client_token="once")

    (first,) = cloud.instances.run(request)
    (second,) = cloud.instances.run(request)

    assert second.id == first.id


def test_a_dry_run_changes_nothing(cloud: Cloud, shared: Cloud, nano: Machine) -> None:
    """It says that the request is right; one that is wrong says what is."""
    with pytest.raises(DryRunError):
        cloud.instances.run(LaunchRequest("minimal", "t3.nano"), dry_run=True)
    assert cloud.instances.describe() == []

    for verb in (shared.instances.stop, shared.instances.start, shared.instances.terminate, shared.instances.reboot):
        with pytest.raises(DryRunError) as caught:
            verb([nano.id], dry_run=True)
        assert caught.value.code == "DryRunOperation"
    assert _state(shared, nano.id) is InstanceState.RUNNING


def test_instances_are_found_by_filters(shared: Cloud, web: Machine, nano: Machine) -> None:
    """AWS's names and wildcards."""

    def found(name: str, *values: str) -> set[str]:
        both = (web.id, nano.id)  # other tests may have launched more
        return {one.id for one in shared.instances.describe(both, [Filter(name, values)])}

    assert found("tag:Name", "w?b") == {web.id}
    assert found("instance-type", "t2.*") == {nano.id}
    assert found("private-ip-address", nano.instance.launch.private_ip) == {nano.id}
    assert found("instance-state-name", "running") == {web.id, nano.id}
    assert found("group-name", "default") == {web.id, nano.id}
    assert found("availability-zone", "*c") == set()


def test_a_stopped_instance_cannot_be_rebooted(cloud: Cloud) -> None:
    """AWS's code."""
    (machine,) = launch(cloud, "minimal")
    cloud.instances.stop([machine.id])

    with pytest.raises(IncorrectInstanceStateError):
        cloud.instances.reboot([machine.id])
