"""The verbs on volumes, as somebody who knows EC2 expects them."""

from pathlib import Path

import pytest

from emulator.home import Home
from emulator.resources.filters import Filter
from emulator.volumes import VolumeRequest, Volumes
from tests.unit.volumes.conftest import NEVER_MADE, Machines, Make, refused


def test_a_volume_appears_in_its_instance_and_goes_again(
    volumes: Volumes, machines: Machines, make: Make, home: Home
) -> None:
    """As a folder that is called as the device is."""
    volume, instance_id = make(), machines.launch()

    attached = volumes.attach(volume.id, instance_id, "/dev/sdf")
    inside = (machines.inside(instance_id) / "sdf" / "who").read_text()
    seen = volumes.describe([volume.id])[0]
    detached = volumes.detach(volume.id)

    assert inside == volume.id
    assert (attached.instance_id, attached.device, attached.state) == (instance_id, "/dev/sdf", "attached")
    assert (seen.status, seen.attachment) == ("in-use", attached)
    assert detached.state == "detached"
    assert list(machines.inside(instance_id).iterdir()) == []
    assert (home.volumes / volume.id / "who").read_text() == volume.id
    assert volumes.describe()[0].status == "available"


def test_what_is_on_a_volume_goes_along_to_the_next_instance(volumes: Volumes, machines: Machines, make: Make) -> None:
    """It outlives instances: that is what it is for."""
    volume, first, second = make(), machines.launch(), machines.launch()
    volumes.attach(volume.id, first, "/dev/sdf")
    (machines.inside(first) / "sdf" / "data").write_text("precious")

    volumes.detach(volume.id)
    volumes.attach(volume.id, second, "/dev/xvdg")

    assert (machines.inside(second) / "xvdg" / "data").read_text() == "precious"


def test_an_attached_volume_cannot_be_attached_or_deleted(volumes: Volumes, machines: Machines, make: Make) -> None:
    """Neither to another instance nor to the same one."""
    volume, instance_id = make(), machines.launch()
    volumes.attach(volume.id, instance_id, "/dev/sdf")

    with refused("VolumeInUse", f"{volume.id} is already attached to an instance"):
        volumes.attach(volume.id, machines.launch(), "/dev/sdf")
    with refused("VolumeInUse", f"Volume {volume.id} is currently attached to {instance_id}"):
        volumes.delete(volume.id)

    assert (machines.inside(instance_id) / "sdf" / "who").exists()


def test_one_device_holds_one_volume(volumes: Volumes, machines: Machines, make: Make) -> None:
    """And the instance's own disk is on a device, too."""
    first, second, instance_id = make(), make(), machines.launch()
    volumes.attach(first.id, instance_id, "/dev/sdf")

    with refused(
        "InvalidParameterValue",
        "Invalid value '/dev/sdf' for unixDevice. Attachment point /dev/sdf is already in use",
    ):
        volumes.attach(second.id, instance_id, "/dev/sdf")
    with refused("InvalidParameterValue", "/dev/xvda is already in use"):
        volumes.attach(second.id, instance_id, "/dev/xvda")

    assert volumes.describe([second.id])[0].status == "available"


def test_what_root_has_made_in_the_instance_is_not_replaced(volumes: Volumes, machines: Machines, make: Make) -> None:
    """A folder, or even a link, in the place where the volume would appear."""
    volume, instance_id = make(), machines.launch()
    (machines.inside(instance_id) / "sdf").mkdir()
    (machines.inside(instance_id) / "sdg").symlink_to("/etc")

    for device in ("/dev/sdf", "/dev/sdg"):
        with refused("InvalidParameterValue", f"{device} is already in use"):
            volumes.attach(volume.id, instance_id, device)

    assert volumes.describe()[0].status == "available"


def test_a_volume_stays_within_its_zone(volumes: Volumes, machines: Machines, make: Make) -> None:
    """As disks do."""
    with refused("InvalidVolume.ZoneMismatch"):
        volumes.attach(make().id, machines.launch(zone="us-east-1b"), "/dev/sdf")


@pytest.mark.parametrize("state", ["pending", "shutting-down", "terminated"])
def test_only_what_runs_or_could_run_gets_volumes(volumes: Volumes, machines: Machines, make: Make, state: str) -> None:
    """A stopped instance is one of them."""
    volume = make()

    with refused("IncorrectState", "is not 'running'"):
        volumes.attach(volume.id, machines.launch(state=state), "/dev/sdf")
    volumes.attach(volume.id, machines.launch(state="stopped"), "/dev/sdf")


def test_detaching_checks_what_it_is_told(volumes: Volumes, machines: Machines, make: Make) -> None:
    """A script that is wrong about where a volume is must not take it away."""
    volume, instance_id = make(), machines.launch()
    with refused("IncorrectState", f"Volume '{volume.id}' is in the 'available' state."):
        volumes.detach(volume.id)
    volumes.attach(volume.id, instance_id, "/dev/sdf")

    with refused("InvalidAttachment.NotFound"):
        volumes.detach(volume.id, "i-0123456789abcdef0")
    with refused("InvalidAttachment.NotFound"):
        volumes.detach(volume.id, instance_id, "/dev/sdg")

    assert volumes.detach(volume.id, instance_id, "/dev/sdf").volume_id == volume.id


def test_a_deleted_volume_leaves_nothing(volumes: Volumes, make: Make, home: Home) -> None:
    """No folder, no tag, no lock."""
    volume = make(tags={"Name": "pgdata"})

    volumes.delete("pgdata")

    assert volumes.describe() == []
    assert list(home.volumes.iterdir()) == []
    assert list(home.locks.glob("vol-*")) == []
    with refused("InvalidVolume.NotFound", f"The volume '{volume.id}' does not exist."):
        volumes.delete(volume.id)


def test_volumes_are_called_by_id_or_by_name(volumes: Volumes, make: Make) -> None:
    """A name that two have is nobody's."""
    volume = make(tags={"Name": "pgdata"})

    assert volumes.describe(["pgdata", volume.id]) == [volume]
    with refused("InvalidVolumeID.Malformed", 'Invalid id: "pgdat"'):
        volumes.describe(["pgdat"])
    with refused("InvalidVolume.NotFound", f"The volumes '{NEVER_MADE}, vol-12345678' do not exist."):
        volumes.describe([volume.id, NEVER_MADE, "vol-12345678"])
    make(tags={"Name": "pgdata"})
    with refused("InvalidParameterValue", "several volumes"):
        volumes.describe(["pgdata"])


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("status", "in-use", True),
        ("status", "available", False),
        ("size", "8", True),
        ("attachment.device", "/dev/sd?", True),
        ("attachment.status", "attached", True),
        ("attachment.instance-id", "i-*", True),
        ("attachment.delete-on-termination", "true", False),
        ("availability-zone", "us-east-1b", False),
        ("volume-type", "gp2", True),
        ("volume-id", "vol-*", True),
        ("encrypted", "true", False),
        ("snapshot-id", "snap-*", False),
        ("tag:Name", "pg*", True),
    ],
)
def test_volumes_are_found_by_what_they_are(
    volumes: Volumes, machines: Machines, make: Make, name: str, value: str, found: bool
) -> None:
    """With AWS's filters."""
    volume = make(tags={"Name": "pgdata"})
    volumes.attach(volume.id, machines.launch(), "/dev/sdf")

    assert bool(volumes.describe(filters=[Filter(name, (value,))])) is found


def test_a_filter_that_is_none_is_refused(volumes: Volumes) -> None:
    """Or it would find all, or nothing."""
    with refused("InvalidParameterValue", "The filter 'colour' is invalid"):
        volumes.describe(filters=[Filter("colour", ("red",))])


@pytest.mark.parametrize(
    ("request_", "code", "words"),
    [
        (VolumeRequest("us-east-1a", 0), "InvalidParameterValue", "too small; minimum is 1 GiB"),
        (VolumeRequest("us-east-1a", 16385), "InvalidParameterValue", "too large for volume type gp2"),
        (VolumeRequest("us-east-1a", 8, type="st1"), "InvalidParameterValue", "minimum is 125 GiB"),
        (VolumeRequest("us-east-1a", 8, type="gp4"), "InvalidParameterValue", "for VolumeType"),
        (VolumeRequest("us-east-1a"), "MissingParameter", "size or snapshotId"),
        (VolumeRequest("mars-1a", 8), "InvalidZone.NotFound", "The zone 'mars-1a' does not exist."),
        (VolumeRequest("us-east-1a", 8, tags={"aws:x": "1"}), "InvalidParameterValue", "reserved"),
        (VolumeRequest("us-east-1a", 8, client_token=""), "InvalidParameterValue", "client token"),
        (VolumeRequest("us-east-1a", 8, "snap-0123456789abcdef0"), "InvalidSnapshot.NotFound", "does not exist"),
    ],
)
def test_what_can_never_work_makes_nothing(
    volumes: Volumes, home: Home, request_: VolumeRequest, code: str, words: str
) -> None:
    """Said before a folder is made."""
    with refused(code, words):
        volumes.create(request_)

    assert volumes.describe() == []
    assert not home.volumes.exists()


def test_the_same_request_with_the_same_token_makes_one_volume(volumes: Volumes) -> None:
    """Another request with it is refused."""
    request = VolumeRequest("us-east-1a", 8, client_token="once")

    first = volumes.create(request)
    second = volumes.create(request)

    assert first == second
    assert volumes.describe() == [first]
    with refused("IdempotentParameterMismatch"):
        volumes.create(VolumeRequest("us-east-1a", 9, client_token="once"))


def test_a_volume_grows_and_does_not_shrink(volumes: Volumes, make: Make) -> None:
    """In name only, as all of its size."""
    volume = make()

    before, after = volumes.modify(volume.id, 16, "gp3")

    assert (before.size_gib, after.size_gib, after.type) == (8, 16, "gp3")
    assert volumes.describe() == [after]
    with refused("InvalidParameterValue", "New size cannot be smaller than existing size"):
        volumes.modify(volume.id, 8)


def test_a_dry_run_changes_nothing(volumes: Volumes, machines: Machines, make: Make, tmp_path: Path) -> None:
    """And finds what would go wrong."""
    volume, instance_id = make(), machines.launch()
    before = volumes.describe()

    with refused("DryRunOperation"):
        volumes.create(VolumeRequest("us-east-1a", 8), dry_run=True)
    with refused("DryRunOperation"):
        volumes.attach(volume.id, instance_id, "/dev/sdf", dry_run=True)
    with refused("DryRunOperation"):
        volumes.delete(volume.id, dry_run=True)
    with refused("DryRunOperation"):
        volumes.modify(volume.id, 9, dry_run=True)
    with refused("DryRunOperation"):
        volumes.snapshots.create(volume.id, dry_run=True)
    with refused("IncorrectState"):
        volumes.detach(volume.id, dry_run=True)

    assert volumes.describe() == before
    assert volumes.snapshots.describe() == []
