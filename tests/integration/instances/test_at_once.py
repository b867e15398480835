"""Several shells that want something of the same instances, or of what these are made of, at the same moment."""

import functools
import os
import secrets
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from emulator.cloud import Cloud
from emulator.engine import Kind
from emulator.errors import NotFoundError
from emulator.instances import AttributeChange, ImageRequest, Instances, InstanceState, LaunchRequest
from emulator.instances.containers import INSTANCE_LABEL
from emulator.instances.errors import IncorrectInstanceStateError, NotStoppedError
from emulator.instances.records import Records
from emulator.instances.shell import Shell
from emulator.instances.turns import Turns
from emulator.network.errors import AddressInUseError
from emulator.progress import Silent
from tests.conftest import wait_for
from tests.integration.instances.conftest import Machine, launch


@pytest.fixture
def beside(cloud: Cloud) -> Iterator[Callable[[Callable[[Cloud], object]], "Future[object]"]]:
    """Have another shell of the same home do something, and return what it will come to."""
    with Cloud(cloud.settings) as other, ThreadPoolExecutor(4) as pool:
        yield lambda work: pool.submit(work, other)


def _modify(instance_id: str, change: AttributeChange, other: Cloud) -> object:
    return other.instances.modify(instance_id, change)


def _terminate(instance_id: str, other: Cloud) -> object:
    return other.instances.terminate([instance_id])


Beside = Callable[[Callable[[Cloud], object]], "Future[object]"]


def _is_begun(machine: Machine) -> bool:
    return Records(machine.cloud.database).all()[machine.id].shell is not None


def _engine_state(machine: Machine) -> str:
    (container,) = machine.cloud.engine.containers.list(Kind.INSTANCE, filters={INSTANCE_LABEL: machine.id})
    return container.state


def test_a_stop_waits_for_a_reboot_and_is_what_counts(cloud: Cloud, beside: Beside) -> None:
    """What is called stopped stands still."""
    (machine,) = launch(cloud)
    machine.booted()

    rebooting = beside(lambda other: other.instances.reboot([machine.id]))
    wait_for(lambda: _is_begun(machine), pause_seconds=0.001)
    (stopped,) = cloud.instances.stop([machine.id])
    rebooting.result()

    assert stopped.current is InstanceState.STOPPED
    assert cloud.instances.describe([machine.id])[0].state is InstanceState.STOPPED
    assert _engine_state(machine) == "exited"


def test_a_start_waits_for_a_stop(cloud: Cloud, beside: Beside) -> None:
    """The order in which they were asked for."""
    (machine,) = launch(cloud)
    machine.booted()

    stopping = beside(lambda other: other.instances.stop([machine.id]))
    wait_for(lambda: _is_begun(machine), pause_seconds=0.001)
    (started,) = cloud.instances.start([machine.id])
    stopping.result()

    assert (started.previous, started.current) == (InstanceState.STOPPED, InstanceState.RUNNING)
    assert cloud.instances.describe([machine.id])[0].state is InstanceState.RUNNING


def test_what_changed_while_one_was_waited_for_is_seen(cloud: Cloud, beside: Beside) -> None:
    """A reboot that waits for one machine must not boot another that somebody has stopped meanwhile."""
    first, second = sorted(launch(cloud, "minimal", count=2), key=lambda machine: machine.id)
    records = Records(cloud.database)
    with Shell(cloud.home.locks).at_work() as shell:
        records.begin(first.instance.launch, InstanceState.RUNNING, shell)
        rebooting = beside(lambda other: other.instances.reboot([first.id, second.id]))
        stopped = beside(lambda other: other.instances.stop([second.id]))
        stopped.result()
        assert not rebooting.done()
        records.finish(first.id, shell)

    with pytest.raises(IncorrectInstanceStateError):
        rebooting.result()

    assert _engine_state(second) == "exited"
    assert cloud.instances.describe([second.id])[0].state is InstanceState.STOPPED


def test_what_a_verb_leaves_alone_is_seen_as_it_is(cloud: Cloud) -> None:
    """A stopped machine that is named beside one to be rebooted does not run, and must not be booted for that."""
    running, stopped = launch(cloud, "minimal", count=2)
    cloud.instances.stop([stopped.id])
    seen: list[InstanceState | None] = []
    records = Records(cloud.database)
    turns = Turns(records, Shell(cloud.home.locks), lambda ids: cloud.instances.describe(ids))

    with turns.turn(
        cloud.instances.describe([running.id, stopped.id]), {InstanceState.RUNNING: InstanceState.STOPPING}
    ):
        seen = [records.all()[one.id].under_way for one in (running, stopped)]

    assert seen == [InstanceState.STOPPING, InstanceState.STOPPED]


def test_a_type_changes_only_when_nobody_starts_the_machine(cloud: Cloud, beside: Beside) -> None:
    """Whoever comes second finds it running, and is told so."""
    (machine,) = launch(cloud, "minimal", "t3.nano")
    cloud.instances.stop([machine.id])

    starting = beside(lambda other: other.instances.start([machine.id]))
    wait_for(lambda: _is_begun(machine), pause_seconds=0.001)
    with pytest.raises(NotStoppedError):
        cloud.instances.modify(machine.id, AttributeChange(instance_type="t3.small"))
    starting.result()

    assert cloud.instances.describe([machine.id])[0].launch.instance_type == "t3.nano"


def test_two_shells_that_terminate_one_instance_both_succeed(cloud: Cloud, beside: Beside) -> None:
    """Whichever of them takes which container away."""
    for _ in range(5):
        (machine,) = launch(cloud, "minimal")

        both = [beside(functools.partial(_terminate, machine.id)) for _ in range(2)]

        assert [one.result()[0].current for one in both] == [InstanceState.TERMINATED] * 2  # type: ignore[index]


def test_two_stops_are_one(cloud: Cloud, beside: Beside) -> None:
    """As on AWS: the second finds it done."""
    (machine,) = launch(cloud)

    both = [beside(lambda other: other.instances.stop([machine.id])) for _ in range(2)]

    assert [one.result()[0].current for one in both] == [InstanceState.STOPPED] * 2  # type: ignore[index]


def test_an_instance_that_is_stopped_while_its_image_is_made_stays_stopped(cloud: Cloud, beside: Beside) -> None:
    """The image is made all the same."""
    (machine,) = launch(cloud)
    machine.booted()

    imaging = beside(lambda other: other.instances.create_image(machine.id, ImageRequest("beside")))
    wait_for(lambda: _is_begun(machine), pause_seconds=0.001)
    cloud.instances.stop([machine.id])
    imaging.result()

    assert cloud.instances.describe([machine.id])[0].state is InstanceState.STOPPED
    assert cloud.images.find("beside")


def test_an_instance_that_is_terminated_while_its_image_is_made_leaves_none(cloud: Cloud, beside: Beside) -> None:
    """Its name can be used again."""
    (machine,) = launch(cloud)
    machine.booted()

    imaging = beside(lambda other: other.instances.create_image(machine.id, ImageRequest("beside")))
    wait_for(lambda: _is_begun(machine) and _engine_state(machine) == "exited", pause_seconds=0.001)
    cloud.instances.terminate([machine.id])

    with pytest.raises(IncorrectInstanceStateError):
        imaging.result()
    assert "beside" not in [ami.name for ami in cloud.images.list()]
    assert cloud.engine.containers.list() == []


def test_one_of_several_may_be_terminated_while_they_are_launched(cloud: Cloud, beside: Beside) -> None:
    """The others are launched."""
    cloud.images.ensure_built(cloud.images.find("minimal"))
    launching = beside(lambda other: other.instances.run(LaunchRequest("minimal", "t3.nano", count=4)))
    doomed = wait_for(lambda: [one for one in cloud.instances.describe() if one.state is InstanceState.PENDING])[0]

    cloud.instances.terminate([doomed.id])
    launching.result()

    states = {one.id: one.state for one in cloud.instances.describe()}
    assert states.pop(doomed.id) is InstanceState.TERMINATED
    assert list(states.values()) == [InstanceState.RUNNING] * 3
    assert doomed.id not in {one.labels[INSTANCE_LABEL] for one in cloud.engine.containers.list()}


def test_an_interface_that_hangs_costs_nobody_else_a_launch(cloud: Cloud) -> None:
    """The new instance runs, and is told; so is that the other does not answer."""
    (hung,) = launch(cloud, "minimal")
    (interface,) = cloud.engine.containers.list(Kind.INTERFACE)
    pid = cloud.engine.containers.pid(interface.id)
    said: list[str] = []

    class Listening(Silent):
        def warn(self, sentence: str) -> None:
            said.append(sentence)

    instances = Instances(cloud.engine, cloud.home, cloud.database, cloud.neighbours, Listening())
    os.kill(pid, signal.SIGSTOP)
    try:
        (launched,) = instances.run(LaunchRequest("minimal", "t3.nano"))
    finally:
        os.kill(pid, signal.SIGCONT)

    assert launched.state is InstanceState.RUNNING
    assert Records(cloud.database).all()[launched.id].under_way is None
    assert len(said) == 1
    assert hung.id in said[0]


def test_the_address_of_an_instance_whose_interface_is_down_is_taken(cloud: Cloud) -> None:
    """After an engine was restarted, say: it will want it back."""
    (machine,) = launch(cloud, "minimal")
    cloud.instances.stop([machine.id])
    assert machine.instance.interface_id is not None
    cloud.engine.containers.stop(machine.instance.interface_id, 0)

    with pytest.raises(AddressInUseError) as caught:
        launch(cloud, "minimal", private_ip=machine.instance.launch.private_ip)

    assert caught.value.code == "InvalidIPAddress.InUse"
    cloud.instances.start([machine.id])
    assert machine.run("true").exit_code == 0


def test_a_group_that_is_deleted_while_an_image_is_built_fails_the_launch(cloud: Cloud) -> None:
    """An instance in no group would let nobody in, and nobody would know why."""
    folder = cloud.home.user_amis / "slow"
    folder.mkdir(parents=True)
    unique = secrets.token_hex(8)
    (folder / "ami.yaml").write_text(
        f"version: 1\nname: slow\nextends: minimal\nrun:\n  - sleep 3\nenv:\n  UNIQUE: '{unique}'\n"
    )
    group = cloud.network.groups.create("doomed", "for a moment")
    builds = threading.Event()

    class Listening(Silent):
        def detail(self, line: str) -> None:
            builds.set()

    with Cloud(cloud.settings, Listening()) as other, ThreadPoolExecutor(1) as pool:
        request = LaunchRequest("slow", "t3.nano", security_groups=("doomed",))
        launching = pool.submit(lambda: other.instances.run(request))
        assert builds.wait(timeout=60)
        cloud.network.groups.delete(group.id)

        with pytest.raises(NotFoundError) as caught:
            launching.result()

    assert caught.value.code == "InvalidGroup.NotFound"
    assert cloud.instances.describe() == []


def test_the_address_of_a_terminated_instance_means_nothing_to_its_peers(cloud: Cloud) -> None:
    """Whoever gets it next is not let in for that."""
    stays, goes = launch(cloud, "minimal", count=2)
    rules = cloud.home.interface(stays.id) / "rules.nft"
    assert goes.instance.launch.private_ip in rules.read_text()

    cloud.instances.terminate([goes.id])

    assert goes.instance.launch.private_ip not in rules.read_text()


def test_two_shells_that_change_different_metadata_options_both_have_their_way(cloud: Cloud, beside: Beside) -> None:
    """None writes back what the other has changed."""
    (machine,) = launch(cloud, "minimal")

    for tokens, tags in [("required", "enabled"), ("optional", "disabled")] * 5:
        changes = (
            AttributeChange(metadata={"HttpTokens": tokens}),
            AttributeChange(metadata={"InstanceMetadataTags": tags}),
        )
        for done in [beside(functools.partial(_modify, machine.id, change)) for change in changes]:
            done.result()

        options = cloud.instances.describe([machine.id])[0].launch.metadata
        assert (options.http_tokens, options.instance_metadata_tags) == (tokens, tags)
