"""Launch, stop, start, terminate; and what others do to instances meanwhile."""

import contextlib
import dataclasses
import signal
import subprocess
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.engine import ContainerSpec, Kind
from emulator.errors import ConflictError, EmulatorError, NotFoundError
from emulator.instances import Instances, InstanceState, LaunchRequest
from emulator.instances.errors import IncorrectInstanceStateError, InstanceNotFoundError, PortInUseError
from emulator.progress import Silent
from emulator.resources.references import AmbiguousNameError, MalformedIdError
from emulator.settings import Settings
from tests.conftest import wait_for
from tests.integration.instances.conftest import CLOUDLET, Machine, boxes, environment, later, launch


def _state(cloud: Cloud, instance_id: str) -> InstanceState:
    return cloud.instances.describe([instance_id])[0].state


def test_stop_and_start_keep_id_disk_address_and_mac(cloud: Cloud) -> None:
    """A server that comes back as another one would be of little use."""
    (machine,) = launch(cloud)
    before = machine.instance
    assert machine.run("sh", "-c", "echo kept > /root/note; echo lost > /run/note; sync").exit_code == 0

    stopped = cloud.instances.stop([machine.id])
    while_stopped = cloud.instances.describe([machine.id])[0]
    started = cloud.instances.start([machine.id])

    after = cloud.instances.describe([machine.id])[0]
    assert (stopped[0].previous, stopped[0].current) == (InstanceState.RUNNING, InstanceState.STOPPED)
    assert (started[0].previous, started[0].current) == (InstanceState.STOPPED, InstanceState.RUNNING)
    assert while_stopped.state is InstanceState.STOPPED
    assert while_stopped.launch.private_ip == before.launch.private_ip
    assert after.launch.started_at is not None
    assert dataclasses.replace(after.launch, started_at=None) == before.launch
    assert (after.mac_address, after.state) == (before.mac_address, before.state)
    assert after.mac_address is not None
    assert machine.says("cat", "/root/note") == "kept"
    assert machine.says("cat", "/sys/class/net/eth0/address") == before.mac_address
    assert machine.run("cat", "/run/note").exit_code != 0
    machine.booted()


def test_what_is_done_already_succeeds_without_a_change(cloud: Cloud) -> None:
    """AWS's habit: a script may be run again."""
    (machine,) = launch(cloud)

    started = cloud.instances.start([machine.id])[0]
    cloud.instances.stop([machine.id])
    stopped = cloud.instances.stop([machine.id])[0]
    cloud.instances.terminate([machine.id])
    reason = cloud.instances.describe([machine.id])[0].reason
    terminated = cloud.instances.terminate([machine.id])[0]

    assert (started.previous, started.current) == (InstanceState.RUNNING, InstanceState.RUNNING)
    assert (stopped.previous, stopped.current) == (InstanceState.STOPPED, InstanceState.STOPPED)
    assert (terminated.previous, terminated.current) == (InstanceState.TERMINATED, InstanceState.TERMINATED)
    assert cloud.instances.describe([machine.id])[0].reason == reason


def test_a_terminated_instance_is_listed_for_an_hour_with_its_reason(cloud: Cloud) -> None:
    """And leaves nothing on the engine."""
    (machine,) = launch(cloud, tags={"Name": "short"})

    cloud.instances.terminate(["short"])

    (listed,) = cloud.instances.describe()
    assert listed.state is InstanceState.TERMINATED
    assert listed.reason == "Client.UserInitiatedShutdown: User initiated shutdown"
    assert boxes(cloud) == []
    an_hour_later = later(cloud, timedelta(minutes=61))
    assert an_hour_later.describe() == []
    with pytest.raises(InstanceNotFoundError):
        an_hour_later.describe([machine.id])


def test_a_terminated_instance_can_be_neither_started_nor_stopped_nor_entered(cloud: Cloud) -> None:
    """And the others named beside it are left alone."""
    running, ended = launch(cloud, count=2)
    cloud.instances.terminate([ended.id])

    for deed in (cloud.instances.start, cloud.instances.stop):
        with pytest.raises(IncorrectInstanceStateError) as caught:
            deed([running.id, ended.id])
        assert caught.value.code == "IncorrectInstanceState"
    with pytest.raises(IncorrectInstanceStateError):
        cloud.instances.running_container(ended.id)

    assert _state(cloud, running.id) is InstanceState.RUNNING


def test_a_container_removed_from_outside_is_an_instance_that_ended(cloud: Cloud) -> None:
    """`docker rm -f` is allowed; the list tells of it, and nothing is left lying about."""
    (machine,) = launch(cloud)
    assert machine.instance.container_id is not None

    cloud.engine.containers.remove(machine.instance.container_id)

    (listed,) = cloud.instances.describe()
    assert listed.state is InstanceState.TERMINATED
    assert listed.reason == "Server.InternalError: the container was removed from outside"
    assert boxes(cloud) == []
    assert cloud.instances.describe()[0].reason == listed.reason


def test_an_instance_whose_interface_was_removed_says_so(cloud: Cloud) -> None:
    """It can be stopped and terminated; only a start needs what is gone."""
    (machine,) = launch(cloud)
    assert machine.instance.interface_id is not None

    cloud.engine.containers.remove(machine.instance.interface_id)
    cloud.instances.stop([machine.id])

    with pytest.raises(EmulatorError, match="was removed from outside"):
        cloud.instances.start([machine.id])
    cloud.instances.terminate([machine.id])
    assert boxes(cloud) == []


def test_a_lost_state_file_loses_no_running_instance(cloud: Cloud) -> None:
    """The engine's labels know what runs."""
    (machine,) = launch(cloud, size="t3.small")
    cloud.close()
    cloud.home.state_file.unlink()

    with Cloud(cloud.settings) as reopened:
        (found,) = reopened.instances.describe()
        reopened.instances.terminate([machine.id])
        (ended,) = reopened.instances.describe()

    assert (found.launch, found.state) == (machine.instance.launch, InstanceState.RUNNING)
    assert ended.state is InstanceState.TERMINATED


def test_a_strange_container_of_this_home_does_not_break_the_list(cloud: Cloud) -> None:
    """Without the labels that a launch gives, it is no instance."""
    cloud.engine.containers.create(ContainerSpec(cloud.images.holder_image(), Kind.INSTANCE, command=("true",)))

    assert cloud.instances.describe() == []


def test_two_homes_never_see_each_others_instances(cloud: Cloud, tmp_path: Path, settings: Settings) -> None:
    """A test run must not end somebody's server."""
    (machine,) = launch(cloud)

    with Cloud(dataclasses.replace(settings, home=tmp_path / "other")) as other:
        assert other.instances.describe() == []
        with pytest.raises(InstanceNotFoundError):
            other.instances.terminate([machine.id])
        assert other.engine.containers.remove_all() == 0

    assert _state(cloud, machine.id) is InstanceState.RUNNING


def test_three_at_once_are_one_reservation(cloud: Cloud) -> None:
    """Numbered from 0, each with an address of its own."""
    machines = launch(cloud, count=3)

    launches = [machine.instance.launch for machine in machines]
    assert [one.launch_index for one in launches] == [0, 1, 2]
    assert len({one.reservation_id for one in launches}) == 1
    assert len({one.private_ip for one in launches}) == 3
    assert len({one.instance_id for one in launches}) == 3


def test_when_one_of_several_fails_none_is_left(cloud: Cloud) -> None:
    """A container's name is taken by another as soon as the instance's id is known, if that one is fast enough."""
    image = cloud.images.holder_image()
    cloud.images.ensure_built(cloud.images.find("minimal"))
    home = cloud.home.instances

    def take_a_name() -> None:
        found = wait_for(lambda: list(home.iterdir()) if home.is_dir() else [], pause_seconds=0.0005)
        spec = ContainerSpec(image, Kind.HOLDER, name=f"cloudlet-{found[-1].name}", command=("true",))
        with contextlib.suppress(ConflictError):  # the launch was faster
            cloud.engine.containers.create(spec)

    def is_refused() -> bool:
        thread = threading.Thread(target=take_a_name, daemon=True)
        thread.start()
        try:
            launched = launch(cloud, image="minimal", count=3)
        except EmulatorError as error:
            return "already in use" in error.message
        finally:
            thread.join()
        cloud.instances.terminate([one.id for one in launched])
        return False

    wait_for(is_refused)

    assert boxes(cloud) == []
    assert [one for one in cloud.instances.describe() if one.state is not InstanceState.TERMINATED] == []


def test_a_port_that_is_taken_meanwhile_is_named_and_leaves_nothing(cloud: Cloud, web: Machine) -> None:
    """The engine's word, where the check before came too early, in ours."""

    class Unchecked(LaunchRequest):
        def check_ports_free(self) -> None:
            """Somebody takes the port right after the check."""

    ((port, _),) = web.instance.ports

    with pytest.raises(PortInUseError, match=f"port {port} of this machine"):
        cloud.instances.run(Unchecked("base", "t3.micro", publish=((port, 80),)))

    assert boxes(cloud) == []


def test_a_taken_port_fails_before_anything_is_made(cloud: Cloud, web: Machine) -> None:
    """Also before the AMI is built."""
    ((port, _),) = web.instance.ports

    with pytest.raises(PortInUseError):
        launch(cloud, publish=((port, 80),))

    assert boxes(cloud) == []


def test_an_unknown_ami_makes_nothing(cloud: Cloud) -> None:
    """AWS's code."""
    with pytest.raises(NotFoundError) as caught:
        launch(cloud, image="wbe")

    assert caught.value.code == "InvalidAMIID.NotFound"
    assert boxes(cloud) == []


def test_a_name_stands_for_an_id_if_it_is_unique(shared: Cloud, web: Machine, nano: Machine) -> None:
    """Wherever an id is wanted."""
    found = shared.instances.describe(["web", nano.id, web.id])

    assert [instance.id for instance in found] == [web.id, nano.id]


def test_unknown_references_have_awss_codes_and_our_hints(shared: Cloud, web: Machine) -> None:
    """A name that is nearly right is named."""
    with pytest.raises(MalformedIdError) as name:
        shared.instances.describe(["wbe"])
    with pytest.raises(InstanceNotFoundError) as one:
        shared.instances.describe(["i-00000000000000000"])
    with pytest.raises(InstanceNotFoundError) as two:
        shared.instances.describe(["i-00000000000000000", web.id, "i-00000000"])

    assert name.value.code == "InvalidInstanceID.Malformed"
    assert "web" in (name.value.hint or "")
    assert one.value.code == "InvalidInstanceID.NotFound"
    assert one.value.message == "The instance ID 'i-00000000000000000' does not exist"
    assert two.value.message == "The instance IDs 'i-00000000000000000, i-00000000' do not exist"


def test_a_name_that_two_have_stands_for_neither_until_one_has_ended(cloud: Cloud) -> None:
    """Acting on one of them would be a guess."""
    first, second = launch(cloud, count=2, tags={"Name": "twin"})

    with pytest.raises(AmbiguousNameError) as caught:
        cloud.instances.stop(["twin"])
    cloud.instances.terminate([first.id])

    assert first.id in caught.value.message
    assert second.id in caught.value.message
    assert cloud.instances.describe(["twin"])[0].id == second.id


def test_two_shells_that_launch_at_once_get_different_addresses(cloud: Cloud) -> None:
    """On a new home, whose state file and folders they both make."""
    command = (
        *CLOUDLET,
        "ec2",
        "run-instances",
        "--image-id",
        "base",
        "--instance-type",
        "t3.micro",
        "--count",
        "2",
        "-q",
    )
    shells = [
        subprocess.Popen(command, env=environment(cloud), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]

    outputs = [shell.communicate(timeout=120) for shell in shells]

    assert [shell.returncode for shell in shells] == [0, 0], outputs
    instances = cloud.instances.describe()
    assert {line for output, _ in outputs for line in output.decode().split()} == {one.id for one in instances}
    assert len({one.launch.private_ip for one in instances}) == 4
    assert len({one.launch.reservation_id for one in instances}) == 2


def test_two_shells_may_terminate_one_instance_while_a_third_looks(cloud: Cloud) -> None:
    """It is running, shutting down or terminated by its user: never lost, never an error."""
    (machine,) = launch(cloud)
    seen: list[tuple[InstanceState, str | None]] = []
    failures: list[Exception] = []

    def end() -> None:
        try:
            cloud.instances.terminate([machine.id])
        except Exception as error:  # noqa: BLE001 - told to the test below
            failures.append(error)

    threads = [threading.Thread(target=end) for _ in range(2)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        (instance,) = cloud.instances.describe([machine.id])
        seen.append((instance.state, instance.reason))
    for thread in threads:
        thread.join()

    assert failures == []
    assert seen
    assert all("removed from outside" not in (reason or "") for _, reason in seen)
    assert {state for state, _ in seen} <= {
        InstanceState.RUNNING,
        InstanceState.STOPPED,
        InstanceState.SHUTTING_DOWN,
        InstanceState.TERMINATED,
    }
    assert boxes(cloud) == []


@pytest.mark.parametrize("presses", [1, 3])
def test_ctrl_c_during_a_launch_leaves_nothing(cloud: Cloud, presses: int) -> None:
    """Whatever it had begun is taken back before the shell has its prompt again, however impatient the user is."""
    command = (*CLOUDLET, "ec2", "run-instances", "--image-id", "base", "--instance-type", "t3.micro", "--count", "4")
    shell = subprocess.Popen(command, env=environment(cloud), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: cloud.engine.containers.list(Kind.INTERFACE), pause_seconds=0.005)

    for _ in range(presses):
        shell.send_signal(signal.SIGINT)
        cloud.engine.containers.list()  # so that they are told apart
    output, errors = shell.communicate(timeout=60)

    assert shell.returncode == 130, (output, errors)
    assert output == b""
    assert boxes(cloud) == []
    assert cloud.instances.describe() == []


def test_a_type_larger_than_this_machine_starts_with_a_warning(cloud: Cloud) -> None:
    """One clear sentence; the record keeps the size that was asked for."""
    said: list[str] = []

    class Listening(Silent):
        def warn(self, sentence: str) -> None:
            said.append(sentence)

    instances = Instances(cloud.engine, cloud.home, cloud.database, cloud.neighbours, Listening())

    (instance,) = instances.run(LaunchRequest("base", "r5.24xlarge"))

    assert instance.state is InstanceState.RUNNING
    assert instance.launch.instance_type == "r5.24xlarge"
    assert len(said) == 1
    assert said[0].startswith("r5.24xlarge has 96 vCPUs and 768 GiB")
