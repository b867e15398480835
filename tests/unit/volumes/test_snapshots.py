"""Snapshots: what a volume held at one time."""

import os
from pathlib import Path

from emulator.home import Home
from emulator.resources.filters import Filter
from emulator.volumes import VolumeRequest, Volumes
from tests.unit.volumes.conftest import Machines, Make, refused


def test_a_snapshot_needs_nothing_of_its_volume_afterwards(volumes: Volumes, make: Make, home: Home) -> None:
    """Neither the files nor that it still exists."""
    volume = make()
    (home.volumes / volume.id / "data").write_text("before")
    snapshot = volumes.snapshots.create(volume.id, "before the upgrade")

    (home.volumes / volume.id / "data").write_text("after")
    volumes.delete(volume.id)
    copy = volumes.create(VolumeRequest("us-east-1b", snapshot_id=snapshot.id))

    assert (home.volumes / copy.id / "data").read_text() == "before"
    assert (copy.size_gib, copy.snapshot_id, copy.zone) == (8, snapshot.id, "us-east-1b")
    assert (str(snapshot.state), snapshot.description, snapshot.volume_id) == (
        "completed",
        "before the upgrade",
        volume.id,
    )


def test_a_volume_needs_nothing_of_its_snapshot_afterwards(volumes: Volumes, make: Make, home: Home) -> None:
    """It may be deleted, and what is written to the volume does not change it."""
    snapshot = volumes.snapshots.create(make().id)
    copy = volumes.create(VolumeRequest("us-east-1a", snapshot_id=snapshot.id))

    (home.volumes / copy.id / "who").write_text("another")
    kept = (home.snapshots / snapshot.id / "who").read_text()
    volumes.snapshots.delete(snapshot.id)

    assert kept == snapshot.volume_id
    assert (home.volumes / copy.id / "who").read_text() == "another"
    assert list(home.snapshots.iterdir()) == []


def test_a_copy_is_the_same_in_all_that_a_file_has(volumes: Volumes, make: Make, home: Home) -> None:
    """Modes, times, links of both kinds, and the folder's own mode."""
    volume = make()
    folder = home.volumes / volume.id
    (folder / "who").chmod(0o640)
    os.utime(folder / "who", ns=(1, 1_000_000_007))
    os.link(folder / "who", folder / "twin")
    (folder / "link").symlink_to("/nowhere")
    folder.chmod(0o700)

    copy = home.snapshots / volumes.snapshots.create(volume.id).id

    assert copy.stat().st_mode & 0o777 == 0o700
    assert (copy / "who").stat().st_mode & 0o777 == 0o640
    assert (copy / "who").stat().st_mtime_ns == 1_000_000_007
    assert (copy / "who").stat().st_ino == (copy / "twin").stat().st_ino != (folder / "who").stat().st_ino
    assert (copy / "link").readlink() == Path("/nowhere")


def test_an_attached_volume_can_be_copied(volumes: Volumes, machines: Machines, make: Make, home: Home) -> None:
    """It stays where it is."""
    volume, instance_id = make(), machines.launch()
    volumes.attach(volume.id, instance_id, "/dev/sdf")

    snapshot = volumes.snapshots.create(volume.id)

    assert (home.snapshots / snapshot.id / "who").read_text() == volume.id
    assert volumes.describe()[0].status == "in-use"


def test_a_volume_may_be_larger_than_its_snapshot_but_not_smaller(volumes: Volumes, make: Make) -> None:
    """There would be no room for what it holds."""
    snapshot = volumes.snapshots.create(make(8).id)

    larger = volumes.create(VolumeRequest("us-east-1a", 9, snapshot.id))

    assert larger.size_gib == 9
    with refused("InvalidParameterValue", f"Volume of size 7GB is smaller than snapshot '{snapshot.id}'"):
        volumes.create(VolumeRequest("us-east-1a", 7, snapshot.id))


def test_a_link_in_place_of_a_volume_is_not_followed(
    volumes: Volumes, machines: Machines, make: Make, home: Home, tmp_path: Path
) -> None:
    """Root in an instance can make one to any path, and the copy would be of this machine's files."""
    volume, instance_id = make(), machines.launch()
    volumes.attach(volume.id, instance_id, "/dev/sdf")
    (tmp_path / "secrets").mkdir()
    (machines.inside(instance_id) / "sdf").rename(machines.inside(instance_id) / "elsewhere")
    (machines.inside(instance_id) / "sdf").symlink_to(tmp_path / "secrets")

    snapshot = volumes.snapshots.create(volume.id)

    assert [path.name for path in (home.snapshots / snapshot.id).iterdir()] == ["who"]


def test_snapshots_are_found_by_what_they_are(volumes: Volumes, make: Make) -> None:
    """By name, by volume, by owner."""
    first = volumes.snapshots.create(make().id, "nightly", {"Name": "monday"})
    second = volumes.snapshots.create(make().id, "manual")

    assert volumes.snapshots.describe() == [first, second]
    assert volumes.snapshots.describe(["monday"]) == [first]
    assert volumes.snapshots.describe(filters=[Filter("volume-id", (second.volume_id,))]) == [second]
    assert volumes.snapshots.describe(filters=[Filter("description", ("night*",))]) == [first]
    assert volumes.snapshots.describe(filters=[Filter("progress", ("100%",))], owners=["self"]) == [first, second]
    assert volumes.snapshots.describe(owners=["amazon"]) == []
    with refused("InvalidSnapshot.NotFound", "The snapshot 'snap-12345678' does not exist."):
        volumes.snapshots.describe(["snap-12345678"])
    with refused("InvalidSnapshotID.Malformed"):
        volumes.snapshots.delete("tuesday")


def test_a_copy_that_fails_leaves_nothing(volumes: Volumes, make: Make, home: Home) -> None:
    """Here because nobody, not even root, can write where it is to be."""
    volume = make()
    home.snapshots.rmdir()
    home.snapshots.symlink_to("/proc")

    with refused("InternalError", "could not be moved: mv: "):
        volumes.snapshots.create(volume.id)

    assert volumes.snapshots.describe() == []
    assert [path.name for path in home.volumes.iterdir()] == [volume.id]
