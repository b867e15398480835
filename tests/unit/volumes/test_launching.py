"""Volumes that come with an instance, and what becomes of volumes when an instance is over."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import pytest

from emulator.home import Home
from emulator.progress import Silent
from emulator.units import utc_now
from emulator.volumes import Attachment, BlockDevice, Volumes
from emulator.volumes.model import VolumeState
from tests.unit.volumes.conftest import ZONES, Machines, Make, OpenShell, Steps, refused

ENDS = BlockDevice("/dev/sdf", 8)
STAYS = BlockDevice("/dev/sdg", 9, type="gp3", delete_on_termination=False)


def test_volumes_of_a_launch_are_attached_from_the_start(volumes: Volumes, machines: Machines, steps: Steps) -> None:
    """Before the machine boots, with the tags that were asked for."""
    instance_id = machines.launch()

    volumes.of_instances.make(instance_id, (ENDS, STAYS, BlockDevice("/dev/xvda", 20)), "us-east-1a", {"Name": "data"})

    first, second = volumes.describe()
    assert (first.size_gib, first.type, first.name, first.zone) == (8, "gp2", "data", "us-east-1a")
    assert (second.size_gib, second.type) == (9, "gp3")
    assert steps.records.attachments() == {instance_id: (first.attachment, second.attachment)}
    assert sorted(path.name for path in machines.inside(instance_id).iterdir()) == ["sdf", "sdg"]


def test_a_volume_of_a_launch_may_be_made_of_a_snapshot(volumes: Volumes, machines: Machines, make: Make) -> None:
    """With its size, if no other is said."""
    snapshot = volumes.snapshots.create(make(5).id)
    instance_id = machines.launch()
    device = BlockDevice("/dev/sdf", snapshot_id=snapshot.id)

    volumes.of_instances.check((device,), "us-east-1a")
    volumes.of_instances.make(instance_id, (device,), "us-east-1a")

    (made,) = [one for one in volumes.describe() if one.attachment]
    assert (made.size_gib, made.snapshot_id) == (5, snapshot.id)
    assert (machines.inside(instance_id) / "sdf" / "who").read_text() == snapshot.volume_id


def test_release_keeps_what_is_to_stay_and_deletes_what_is_to_end(
    volumes: Volumes, machines: Machines, make: Make, home: Home
) -> None:
    """What was attached later stays, as on AWS. A second release is no error."""
    instance_id, attached_later = machines.launch(), make()
    volumes.of_instances.make(instance_id, (ENDS, STAYS), "us-east-1a")
    volumes.attach(attached_later.id, instance_id, "/dev/sdh")
    (machines.inside(instance_id) / "sdg" / "data").write_text("precious")
    (machines.inside(instance_id) / "no volume").mkdir()

    volumes.of_instances.release(instance_id)
    volumes.of_instances.release(instance_id)

    kept = volumes.describe()
    assert [(one.status, one.size_gib) for one in kept] == [("available", 8), ("available", 9)]
    assert (home.volumes / kept[1].id / "data").read_text() == "precious"
    assert list((home.instances / instance_id).iterdir()) == []


def test_a_launch_that_fails_leaves_no_volume(volumes: Volumes, machines: Machines, home: Home) -> None:
    """Not even one that would have stayed."""
    instance_id = machines.launch(state="pending")
    volumes.of_instances.make(instance_id, (ENDS, STAYS), "us-east-1a")

    volumes.of_instances.release(instance_id, undo=True)

    assert volumes.describe() == []
    assert list(home.volumes.iterdir()) == []


def test_a_release_that_was_cut_short_is_finished(
    volumes: Volumes, steps: Steps, machines: Machines, make: Make, home: Home
) -> None:
    """Killed after it had closed the instance, with one volume on its way and one not begun."""
    first, second, instance_id = make(), make(), machines.launch()
    volumes.attach(first.id, instance_id, "/dev/sdf")
    volumes.attach(second.id, instance_id, "/dev/sdg")
    steps.places.close(instance_id)
    steps.records.begin(first.id, VolumeState.DETACHING)
    with steps.claims.hold(first.id) as claim:
        steps.mover.move(claim, steps.places.closed(instance_id) / "sdf", steps.places.free(first.id))

    meanwhile = volumes.describe()
    volumes.of_instances.release(instance_id)

    assert [one.is_attached_to(instance_id) for one in meanwhile] == [False, True]
    for one in (first, second):
        assert (home.volumes / one.id / "who").read_text() == one.id


def test_nothing_can_be_attached_to_what_is_being_released(
    volumes: Volumes, steps: Steps, machines: Machines, make: Make, home: Home
) -> None:
    """It would be removed with the instance's folder: another shell took it for running a moment ago."""
    volume, instance_id = make(), machines.launch()
    steps.places.close(instance_id)

    with refused("IncorrectState", "is not 'running'"):
        volumes.attach(volume.id, instance_id, "/dev/sdf")

    assert (home.volumes / volume.id / "who").exists()
    assert volumes.describe()[0].status == "available"


def test_attaching_that_comes_too_late_gives_the_volume_back(
    volumes: Volumes, steps: Steps, machines: Machines, make: Make, home: Home
) -> None:
    """Between its look and its move, the instance was closed."""
    volume, instance_id = make(), machines.launch()
    attachment = Attachment(volume.id, instance_id, "/dev/sdf", utc_now())
    with steps.store.hold(volume.id) as held, refused("InternalError"):
        steps.records.begin(volume.id, VolumeState.ATTACHING, attachment)
        with steps.store._settled_after(held.claim):
            steps.places.close(instance_id)
            steps.mover.move(held.claim, steps.places.free(volume.id), steps.places.attached(attachment))

    assert volumes.describe()[0].status == "available"
    assert (home.volumes / volume.id / "who").exists()


@pytest.mark.parametrize("is_forgotten", [False, True])
def test_a_volume_of_an_instance_that_is_no_more_can_be_used(
    volumes: Volumes, machines: Machines, make: Make, is_forgotten: bool
) -> None:
    """Whoever ended the instance was killed before it released the volumes, perhaps more than an hour ago."""
    volume, doomed, instance_id, another = make(), make(), machines.launch(), machines.launch()
    volumes.attach(volume.id, instance_id, "/dev/sdf")
    volumes.attach(doomed.id, instance_id, "/dev/sdg")
    machines.end(instance_id)
    if is_forgotten:
        machines.forget(instance_id)

    volumes.attach(volume.id, another, "/dev/sdf")
    volumes.delete(doomed.id)

    assert (machines.inside(another) / "sdf" / "who").read_text() == volume.id
    assert [one.id for one in volumes.describe()] == [volume.id]


def test_several_shells_may_release_one_instance_at_once(
    volumes: Volumes, open_shell: OpenShell, machines: Machines, make: Make, home: Home
) -> None:
    """One of them does what there is to do with each volume."""
    made, instance_id = [make() for _ in range(5)], machines.launch()
    for volume, letter in zip(made, "fghij", strict=True):
        volumes.attach(volume.id, instance_id, f"/dev/sd{letter}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda shell: shell.of_instances.release(instance_id), [open_shell() for _ in range(4)]))

    for volume in volumes.describe():
        assert volume.status == "available"
        assert (home.volumes / volume.id / "who").read_text() == volume.id
    assert list((home.instances / instance_id).iterdir()) == []


@pytest.mark.parametrize(
    ("devices", "words"),
    [
        ((ENDS, ENDS), "used in more than one"),
        ((BlockDevice("/dev/sdf"),), "size or snapshotId"),
        ((BlockDevice("/dev/xvda", 8, delete_on_termination=False),), "ends with it"),
        ((BlockDevice("/dev/xvda", snapshot_id="snap-12345678"),), "comes from its AMI"),
    ],
)
def test_mappings_that_make_no_sense_are_refused_before_a_launch(
    volumes: Volumes, devices: tuple[BlockDevice, ...], words: str
) -> None:
    """With the code that AWS has for them."""
    with refused("InvalidBlockDeviceMapping", words):
        volumes.of_instances.check(devices, "us-east-1a")


def test_other_mistakes_in_a_mapping_have_their_own_codes(volumes: Volumes) -> None:
    """A wrong zone, type, device or snapshot is the same mistake as elsewhere."""
    with refused("InvalidZone.NotFound"):
        volumes.of_instances.check((ENDS,), "mars-1a")
    with refused("InvalidParameterValue", "VolumeType"):
        volumes.of_instances.check((BlockDevice("/dev/sdf", 8, type="gp9"),), ZONES[0])
    with refused("InvalidParameterValue", "is not a valid EBS device name"):
        volumes.of_instances.check((BlockDevice("/dev/disk", 8),), ZONES[0])
    with refused("InvalidSnapshot.NotFound"):
        volumes.of_instances.check((BlockDevice("/dev/sdf", 8, "snap-12345678"),), ZONES[0])


def test_the_root_disk_s_size_is_accepted_with_a_warning(home: Home, volumes: Volumes, steps: Steps) -> None:
    """Nearly every tutorial asks for one."""
    warnings: list[str] = []
    launching = dataclasses.replace(volumes.of_instances, progress=_Listener(warnings))

    launching.check((BlockDevice("/dev/xvda", 20),), "us-east-1a")

    assert len(warnings) == 1
    assert "/dev/xvda, 20 GiB, is not enforced" in warnings[0]


class _Listener(Silent):
    """Hears warnings."""

    def __init__(self, heard: list[str]) -> None:
        self._heard = heard

    def warn(self, sentence: str) -> None:
        self._heard.append(sentence)
