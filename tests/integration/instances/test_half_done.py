"""What a shell left half done when it was killed is finished by the next one that looks."""

import contextlib
import shutil
import signal
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.engine import ContainerSpec, Kind
from emulator.instances import AttributeChange, InstanceState
from emulator.instances.containers import INSTANCE_LABEL
from emulator.instances.parts import USER_INITIATED
from emulator.instances.records import Records
from emulator.instances.shell import Shell
from emulator.units import utc_now
from tests.conftest import wait_for
from tests.integration.instances.conftest import CLOUDLET, Machine, boxes, environment, later, launch

_DEAD = "shell-of-somebody-who-died.lock"


def _state(machine: Machine) -> InstanceState:
    return machine.cloud.instances.describe([machine.id])[0].state


def test_an_ended_instance_does_not_come_back_however_late_somebody_looks(cloud: Cloud) -> None:
    """Its shell was killed before it took the containers away, and the first to come is somebody who launches."""
    (machine,) = launch(cloud, "minimal")
    Records(cloud.database).end(machine.instance.launch, USER_INITIATED, utc_now() - timedelta(minutes=61))

    (other,) = launch(cloud, "minimal")

    assert [one.id for one in cloud.instances.describe() if one.state is InstanceState.RUNNING] == [other.id]
    assert {one.labels[INSTANCE_LABEL] for one in cloud.engine.containers.list()} == {other.id}


@pytest.mark.parametrize("lapse", [timedelta(0), timedelta(minutes=61)])
def test_a_container_that_the_engine_makes_too_late_goes_at_the_next_look(cloud: Cloud, lapse: timedelta) -> None:
    """An engine finishes what a killed shell had asked for, also after the launch was given up and cleared away."""
    (machine,) = launch(cloud, image="minimal")
    made = cloud.engine.containers.list(Kind.INSTANCE, Kind.INTERFACE)
    cloud.instances.terminate([machine.id])
    for one in made:
        cloud.engine.containers.create(
            ContainerSpec(cloud.images.holder_image(), one.kind, command=("true",), labels=dict(one.labels))
        )

    listed = later(cloud, lapse).describe()

    assert [one.state for one in listed] == [InstanceState.TERMINATED]
    assert boxes(cloud) == []
    assert later(cloud, timedelta(minutes=61)).describe() == []


def test_an_interface_that_is_alone_and_that_nothing_is_known_of_goes(cloud: Cloud) -> None:
    """A home that lost its file cannot know what it was made for, and nothing will ever join it."""
    image = cloud.images.holder_image()
    labels = {INSTANCE_LABEL: "i-0123456789abcdef0"}
    cloud.engine.containers.create(ContainerSpec(image, Kind.INTERFACE, command=("true",), labels=labels))

    assert cloud.instances.describe() == []

    assert boxes(cloud) == []


@pytest.mark.parametrize(
    ("under_way", "stands", "becomes"),
    [
        (InstanceState.STOPPING, False, InstanceState.STOPPED),
        (InstanceState.PENDING, True, InstanceState.RUNNING),
        (InstanceState.RUNNING, True, InstanceState.RUNNING),
        (InstanceState.STOPPED, True, InstanceState.STOPPED),
        (InstanceState.SHUTTING_DOWN, False, InstanceState.TERMINATED),
    ],
)
def test_what_a_dead_shell_had_begun_is_brought_to_its_end(
    cloud: Cloud, under_way: InstanceState, stands: bool, becomes: InstanceState
) -> None:
    """A stop, a start, a reboot, an image of a stopped one, a termination."""
    (machine,) = launch(cloud, "minimal")
    if stands:
        cloud.instances.stop([machine.id])
    records = Records(cloud.database)
    records.begin(machine.instance.launch, under_way, _DEAD)

    assert _state(machine) is becomes

    record = records.all()[machine.id]
    assert (record.under_way, record.shell) == (None, None) or becomes is InstanceState.TERMINATED
    assert _state(machine) is becomes


def test_an_instance_whose_image_was_made_by_a_shell_that_was_killed_runs_again(cloud: Cloud) -> None:
    """It was shut down for it; nobody would look for the reason there."""
    (machine,) = launch(cloud)
    machine.booted()
    command = (*CLOUDLET, "ec2", "create-image", "--instance-id", machine.id, "--name", "never-made")
    with subprocess.Popen(command, env=environment(cloud), stderr=subprocess.DEVNULL) as shell:
        wait_for(lambda: cloud.engine.containers.list(Kind.INSTANCE)[0].state == "exited", pause_seconds=0.005)
        shell.send_signal(signal.SIGKILL)

    assert _state(machine) is InstanceState.RUNNING
    assert machine.booted()


def test_what_cannot_be_cleared_away_holds_up_nothing_else(
    cloud: Cloud, busy_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said each time, and done as soon as it can be."""
    stuck, other = launch(cloud, "minimal", count=2)
    held = cloud.home.instances / stuck.id / "seed"
    with _mounted(busy_folder, held):
        Records(cloud.database).end(stuck.instance.launch, USER_INITIATED, utc_now())

        states = {one.id: one.state for one in cloud.instances.describe()}
        cloud.instances.stop([other.id])

    assert states == {stuck.id: InstanceState.TERMINATED, other.id: InstanceState.RUNNING}
    assert f"could not be seen to: instance={stuck.id}" in caplog.text
    cloud.instances.describe()
    assert not held.exists()


@pytest.fixture
def busy_folder(tmp_path: Path) -> Path:
    """A folder to mount elsewhere: what is mounted cannot be removed."""
    folder = tmp_path / "busy"
    folder.mkdir()
    return folder


@contextlib.contextmanager
def _mounted(source: Path, target: Path) -> Iterator[None]:
    subprocess.run(("mount", "--bind", source, target), check=True)
    try:
        yield
    finally:
        subprocess.run(("umount", target), check=True)


def test_a_lost_folder_is_made_anew_by_whoever_needs_it(cloud: Cloud) -> None:
    """Changes and tags are written down in any case; the instance hears of them when it boots again."""
    (machine,) = launch(cloud, "minimal")
    shutil.rmtree(cloud.home.instances / machine.id)

    cloud.instances.modify(machine.id, AttributeChange(is_protected=True))
    cloud.tags.create([machine.id], {"Name": "found"})
    shutil.rmtree(cloud.home.instances / machine.id)
    cloud.tags.create([machine.id], {"Name": "found again"})

    (instance,) = cloud.instances.describe([machine.id])
    assert (instance.launch.is_protected, instance.name) == (True, "found again")


def test_a_living_shell_is_left_to_its_work(cloud: Cloud) -> None:
    """Who looks meanwhile sees the state that it says, and changes nothing."""
    (machine,) = launch(cloud, "minimal")
    with Shell(cloud.home.locks).at_work() as shell:
        Records(cloud.database).begin(machine.instance.launch, InstanceState.STOPPING, shell)

        seen = _state(machine)
        (container,) = cloud.engine.containers.list(Kind.INSTANCE)
        Records(cloud.database).finish(machine.id, shell)

    assert (seen, container.state) == (InstanceState.STOPPING, "running")
    assert _state(machine) is InstanceState.RUNNING
