"""Volumes as a machine sees them. Its users own what is in them, and nobody else does."""

from emulator.cloud import Cloud
from emulator.engine import Kind
from emulator.volumes import BlockDevice, VolumeRequest, Volumes
from tests.integration.volumes.conftest import Boot
from tests.unit.volumes.conftest import refused

_POSTGRES = "useradd --system --uid 999 postgres && install -d -o postgres -m 0700 /volumes/sdf/data"
_LOOK = "cd /volumes/sdf && stat -c '%u %a %n' . data data/table && cat data/table"


def test_a_volume_comes_and_goes_while_the_machine_runs(volumes: Volumes, boot: Boot) -> None:
    """At once, with no restart: it belongs to root, as a new disk does."""
    machine = boot()
    volume = volumes.create(VolumeRequest("us-east-1a", 8))
    before = machine.says("ls /volumes")

    volumes.attach(volume.id, machine.instance_id, "/dev/sdf")
    attached = machine.says("stat -c '%u:%g %a' /volumes/sdf")
    machine.says("echo precious > /volumes/sdf/data")
    volumes.detach(volume.id)

    assert (before, attached) == ("", "0:0 755")
    assert machine.says("ls /volumes") == ""


def test_what_a_machine_wrote_comes_back_on_the_next(volumes: Volumes, boot: Boot) -> None:
    """A database's files, of a user that this machine does not have; the folder itself is given to that user, too."""
    first = boot()
    volume = volumes.create(VolumeRequest("us-east-1a", 8))
    volumes.attach(volume.id, first.instance_id, "/dev/sdf")
    first.says(f"{_POSTGRES} && echo row > /volumes/sdf/data/table")
    first.says("chown postgres /volumes/sdf /volumes/sdf/data/table && chmod 0700 /volumes/sdf")
    written = first.says(_LOOK)

    first.remove()
    volumes.of_instances.release(first.instance_id)
    second = boot()
    volumes.attach(volume.id, second.instance_id, "/dev/sdf")

    assert second.says(_LOOK) == written
    assert written.splitlines() == ["999 700 .", "999 700 data", "999 644 data/table", "row"]


def test_a_snapshot_keeps_owners_and_is_apart_from_its_volume(volumes: Volumes, boot: Boot) -> None:
    """Made of a running machine's volume, and attached beside it."""
    machine = boot()
    volume = volumes.create(VolumeRequest("us-east-1a", 8))
    volumes.attach(volume.id, machine.instance_id, "/dev/sdf")
    machine.says(f"{_POSTGRES} && echo before > /volumes/sdf/data/table")
    before = machine.says(_LOOK)

    snapshot = volumes.snapshots.create(volume.id)
    machine.says("echo after > /volumes/sdf/data/table && rm -r /volumes/sdf/*")
    copy = volumes.create(VolumeRequest("us-east-1a", snapshot_id=snapshot.id))
    volumes.attach(copy.id, machine.instance_id, "/dev/sdg")

    assert machine.says(_LOOK.replace("sdf", "sdg")) == before
    assert machine.says("ls /volumes/sdf") == ""


def test_release_takes_volumes_out_and_leaves_nothing(volumes: Volumes, cloud: Cloud, boot: Boot) -> None:
    """Also of what root has put beside them, and of what nobody else may look into."""
    machine = boot()
    volumes.of_instances.make(
        machine.instance_id,
        (BlockDevice("/dev/sdf", 8, delete_on_termination=False), BlockDevice("/dev/sdg", 8)),
        "us-east-1a",
    )
    machine.says("echo precious > /volumes/sdf/data && mkdir -m 0700 /volumes/own && touch /volumes/own/file")
    machine.says("chown -R 999 /volumes && chmod 0700 /volumes")
    machine.remove()

    volumes.of_instances.release(machine.instance_id)

    (kept,) = volumes.describe()
    assert kept.status == "available"
    assert list((cloud.home.instances / machine.instance_id).iterdir()) == []
    assert [path.name for path in cloud.home.volumes.iterdir()] == [kept.id]
    assert cloud.engine.containers.list(Kind.MOVER) == []


def test_a_deleted_volume_is_gone_whoever_owns_what_is_in_it(volumes: Volumes, cloud: Cloud, boot: Boot) -> None:
    """With its snapshots' folders, too."""
    machine = boot()
    volume = volumes.create(VolumeRequest("us-east-1a", 8))
    volumes.attach(volume.id, machine.instance_id, "/dev/sdf")
    machine.says(f"{_POSTGRES} && touch /volumes/sdf/data/table && chown -R postgres /volumes/sdf")
    snapshot = volumes.snapshots.create(volume.id)
    volumes.detach(volume.id)

    volumes.delete(volume.id)
    volumes.snapshots.delete(snapshot.id)

    assert list(cloud.home.volumes.iterdir()) == []
    assert list(cloud.home.snapshots.iterdir()) == []


def test_a_failed_copy_leaves_nothing(volumes: Volumes, cloud: Cloud, boot: Boot) -> None:
    """In either way, the reason is that of the program that failed."""
    machine = boot()
    volume = volumes.create(VolumeRequest("us-east-1a", 8))
    volumes.attach(volume.id, machine.instance_id, "/dev/sdf")
    machine.says("touch /volumes/sdf/file")
    cloud.home.snapshots.rmdir()
    cloud.home.snapshots.symlink_to("/proc")

    with refused("InternalError", "mv: "):
        volumes.snapshots.create(volume.id)
    cloud.home.snapshots.unlink()

    assert volumes.snapshots.describe() == []
    assert list(cloud.home.volumes.iterdir()) == []


def test_a_file_that_is_being_used_does_not_hold_a_volume(volumes: Volumes, boot: Boot) -> None:
    """As on AWS with --force: whoever still has it open goes on writing to the detached volume."""
    machine = boot()
    volume = volumes.create(VolumeRequest("us-east-1a", 8))
    volumes.attach(volume.id, machine.instance_id, "/dev/sdf")
    machine.says("(while :; do echo tick; sleep 0.05; done > /volumes/sdf/log) > /dev/null 2>&1 &")

    volumes.detach(volume.id)

    assert machine.says("ls /volumes") == ""
    assert volumes.describe()[0].status == "available"
