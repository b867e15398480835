"""A laptop is shut down, or loses power: afterwards the list tells the truth, and everything can be had back."""

import dataclasses
from collections.abc import Callable, Iterator

import pytest

from emulator.cloud import Cloud
from emulator.doctor import examine, fix
from emulator.instances import Instance, InstanceState
from emulator.progress import Silent
from emulator.settings import Settings
from emulator.volumes import BlockDevice
from tests.integration.instances.conftest import Machine, launch
from tests.integration.instances.second_engine import SecondEngine, second_engine

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def engine(images: None) -> Iterator[SecondEngine]:
    """An engine with what instances are made of."""
    with second_engine() as engine, Cloud(Settings.from_environment()) as first:
        amis = [first.images.find(name) for name in ("base", "minimal")]
        engine.load([*(first.images.ensure_built(ami) for ami in amis), first.neighbours.interface_image()])
        yield engine


@pytest.fixture
def settings(settings: Settings, engine: SecondEngine) -> Settings:
    """Those of a home on the second engine."""
    return dataclasses.replace(settings, engine_url=engine.url)


def _power_cut(engine: SecondEngine) -> None:
    engine.kill()


def _shutdown(engine: SecondEngine) -> None:
    engine.stop()


@pytest.mark.parametrize("end", [_shutdown, _power_cut])
def test_after_a_restart_of_the_engine_the_list_is_true_and_all_can_be_had_back(
    cloud: Cloud, engine: SecondEngine, end: Callable[[SecondEngine], None]
) -> None:
    """Same id, address, disk and volume; what was stopped stays stopped, and nothing is terminated."""
    disk = (BlockDevice("/dev/sdf", size_gib=1),)
    (running,) = launch(cloud, tags={"Name": "running"}, publish=((0, 22),), shutdown_behavior="terminate")
    (small,) = launch(cloud, "minimal", "t3.nano", block_devices=disk)
    (stopped,) = launch(cloud, tags={"Name": "stopped"})
    cloud.instances.stop([stopped.id])
    small.says("sh", "-c", "echo kept > /volumes/sdf/file; echo kept > /srv/file; sync")
    before = {one.id: one.launch for one in cloud.instances.describe()}

    end(engine)
    engine.start()

    found = {one.id: one for one in cloud.instances.describe()}
    assert {one.id: one.launch for one in found.values()} == before
    assert found[stopped.id].state is InstanceState.STOPPED
    assert all(_is_true(cloud, one) for one in found.values())

    fix(cloud.settings, Silent())
    cloud.instances.start([stopped.id])

    assert {one.state for one in cloud.instances.describe()} == {InstanceState.RUNNING}
    for machine in (running, stopped):
        machine.booted()
        address = machine.says("curl", "-s", "http://169.254.169.254/latest/meta-data/local-ipv4")
        assert address == machine.instance.launch.private_ip
        assert machine.says("cat", "/sys/class/net/eth0/address") == machine.instance.mac_address
    assert small.says("cat", "/volumes/sdf/file", "/srv/file") == "kept\nkept"
    assert not [check for check in examine(cloud.settings).checks if check.name.startswith("instance i-")]
    cloud.instances.terminate(list(before))
    assert cloud.engine.containers.list() == []


def test_a_machine_whose_interface_was_restarted_is_impaired_until_it_is_rebooted(
    cloud: Cloud, engine: SecondEngine
) -> None:
    """It runs on, without a network; doctor says so, and mends it."""
    (machine,) = launch(cloud, "minimal", "t3.nano")
    assert machine.instance.interface_id is not None

    engine.restart_container(machine.instance.interface_id)

    (status,) = cloud.instances.statuses(cloud.instances.describe())
    assert status.system == "impaired"
    (check,) = [check for check in examine(cloud.settings).checks if check.name == f"instance {machine.id}"]
    assert "reboot-instances" in (check.hint or "")
    fix(cloud.settings, Silent())
    (status,) = cloud.instances.statuses(cloud.instances.describe())
    assert status.system == "ok"


def _is_true(cloud: Cloud, instance: Instance) -> bool:
    """Tell whether an instance that is listed as running runs, and another does not."""
    if instance.state is not InstanceState.RUNNING:
        return instance.state is InstanceState.STOPPED
    return Machine(cloud, instance).run("true").exit_code == 0
