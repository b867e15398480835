"""A shell is killed between two of the steps of a verb: the next to look finds one truth."""

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.home import Home
from emulator.ids import new_id
from emulator.resources.client_tokens import digest
from emulator.state import Database
from emulator.units import utc_now
from emulator.volumes import Attachment, VolumeRequest, Volumes
from emulator.volumes.model import Snapshot, SnapshotState, Volume, VolumeState
from emulator.volumes.snapshot_records import SnapshotRecords
from emulator.volumes.store import Held
from tests.conftest import wait_for
from tests.unit.volumes.conftest import Machines, Make, OpenShell, Steps, refused


def _planned(steps: Steps, **details: object) -> Volume:
    """A volume whose row is written and whose folder is not made yet."""
    volume = Volume(new_id("vol"), 8, "gp2", "us-east-1a", utc_now())
    volume = dataclasses.replace(volume, **details)  # type: ignore[arg-type]
    steps.records.add(volume)
    steps.places.create()
    return volume


def _states(volumes: Volumes) -> list[tuple[str, str, bool]]:
    return [(one.id, one.status, one.attachment is not None) for one in volumes.describe()]


def test_a_volume_that_was_never_made_is_forgotten(volumes: Volumes, steps: Steps, home: Home) -> None:
    """With what had been made of it."""
    volume = _planned(steps)
    steps.places.half_made(volume.id).mkdir()

    assert _states(volumes) == []
    assert list(home.volumes.iterdir()) == []


def test_a_volume_that_was_made_before_the_kill_is_there(volumes: Volumes, steps: Steps) -> None:
    """Whole, since it appears by a rename."""
    volume = _planned(steps)
    with steps.claims.hold(volume.id) as claim:
        steps.mover.make(claim, steps.places.half_made(volume.id), steps.places.free(volume.id))

    assert _states(volumes) == [(volume.id, "available", False)]


def test_attaching_that_had_not_begun_to_move_is_undone(
    volumes: Volumes, steps: Steps, machines: Machines, make: Make
) -> None:
    """The device is free for another volume, too."""
    volume, other, instance_id = make(), make(), machines.launch()
    attachment = Attachment(volume.id, instance_id, "/dev/sdf", utc_now())
    steps.records.begin(volume.id, VolumeState.ATTACHING, attachment)

    volumes.attach(other.id, instance_id, "/dev/sdf")

    assert _states(volumes) == [(volume.id, "available", False), (other.id, "in-use", True)]


def test_attaching_that_had_moved_is_done(volumes: Volumes, steps: Steps, machines: Machines, make: Make) -> None:
    """The instance has it, so that it is attached."""
    volume, instance_id = make(), machines.launch()
    attachment = Attachment(volume.id, instance_id, "/dev/sdf", utc_now(), delete_on_termination=True)
    steps.records.begin(volume.id, VolumeState.ATTACHING, attachment)
    with steps.claims.hold(volume.id) as claim:
        steps.mover.move(claim, steps.places.free(volume.id), steps.places.attached(attachment))

    (seen,) = volumes.describe()

    assert (seen.status, seen.attachment) == ("in-use", attachment)


def test_detaching_that_had_not_begun_to_move_is_undone(
    volumes: Volumes, steps: Steps, machines: Machines, make: Make
) -> None:
    """The instance still has it."""
    volume, instance_id = make(), machines.launch()
    attachment = volumes.attach(volume.id, instance_id, "/dev/sdf")
    steps.records.begin(volume.id, VolumeState.DETACHING)

    (seen,) = volumes.describe()

    assert (seen.status, seen.attachment) == ("in-use", attachment)


def test_detaching_that_had_moved_is_done(volumes: Volumes, steps: Steps, machines: Machines, make: Make) -> None:
    """And the device is free."""
    volume, instance_id = make(), machines.launch()
    attachment = volumes.attach(volume.id, instance_id, "/dev/sdf")
    steps.records.begin(volume.id, VolumeState.DETACHING)
    with steps.claims.hold(volume.id) as claim:
        steps.mover.move(claim, steps.places.attached(attachment), steps.places.free(volume.id))

    assert _states(volumes) == [(volume.id, "available", False)]
    assert volumes.attach(volume.id, instance_id, "/dev/sdf").device == "/dev/sdf"


def test_deleting_is_finished(volumes: Volumes, steps: Steps, make: Make, home: Home) -> None:
    """What is half gone is of no use to anybody."""
    volume = make()
    steps.records.begin(volume.id, VolumeState.DELETING)
    (home.volumes / volume.id / "who").unlink()

    assert _states(volumes) == []
    assert list(home.volumes.iterdir()) == []


def test_a_row_that_a_power_loss_has_set_back_is_set_right(
    volumes: Volumes, steps: Steps, machines: Machines, make: Make
) -> None:
    """The last rows may be lost, the folder's place is not: it is known by its inode."""
    volume, instance_id = make(), machines.launch()
    os.rename(steps.places.free(volume.id), machines.inside(instance_id) / "sdg")  # noqa: PTH104

    (seen,) = volumes.describe()

    assert seen.attachment is not None
    assert (seen.attachment.instance_id, seen.attachment.device) == (instance_id, "/dev/sdg")
    assert volumes.detach(volume.id).volume_id == volume.id


@pytest.mark.parametrize("is_copied", [False, True])
def test_a_snapshot_is_whole_or_not_there(
    volumes: Volumes, steps: Steps, database: Database, make: Make, home: Home, is_copied: bool
) -> None:
    """Killed while it copied, or just afterwards."""
    volume = make()
    snapshot = Snapshot(new_id("snap"), volume.id, 8, "", utc_now())
    SnapshotRecords(database).add(snapshot)
    shutil.copytree(home.volumes / volume.id, steps.places.half_made(snapshot.id))
    if is_copied:
        steps.places.half_made(snapshot.id).rename(steps.places.snapshot(snapshot.id))

    found = volumes.snapshots.describe()

    assert [one.state for one in found] == ([SnapshotState.COMPLETED] if is_copied else [])
    assert [path.name for path in home.snapshots.iterdir()] == ([snapshot.id] if is_copied else [])
    assert [path.name for path in home.volumes.iterdir()] == [volume.id]


def test_names_that_root_has_exchanged_do_not_exchange_volumes(
    volumes: Volumes, machines: Machines, make: Make, home: Home
) -> None:
    """Root in an instance may rename what is in /volumes; each volume comes back as what it was."""
    first, second, instance_id = make(), make(), machines.launch()
    volumes.attach(first.id, instance_id, "/dev/sdf")
    volumes.attach(second.id, instance_id, "/dev/sdg")
    inside = machines.inside(instance_id)
    (inside / "sdf").rename(inside / "mine")
    (inside / "sdg").rename(inside / "sdf")
    (inside / "mine").rename(inside / "sdg")

    volumes.detach(first.id)
    volumes.detach(second.id)

    assert (home.volumes / first.id / "who").read_text() == first.id
    assert (home.volumes / second.id / "who").read_text() == second.id


def test_a_volume_whose_folder_was_removed_says_so(volumes: Volumes, machines: Machines, make: Make) -> None:
    """Root in an instance can do that; the volume can be detached and deleted, and nothing else."""
    volume, instance_id = make(), machines.launch()
    volumes.attach(volume.id, instance_id, "/dev/sdf")
    shutil.rmtree(machines.inside(instance_id) / "sdf")

    states = _states(volumes)
    volumes.detach(volume.id)
    with refused("IncorrectState", "is in the 'error' state"):
        volumes.attach(volume.id, instance_id, "/dev/sdf")
    with refused("IncorrectState", "is in the 'error' state"):
        volumes.snapshots.create(volume.id)
    volumes.delete(volume.id)

    assert states == [(volume.id, "error", True)]
    assert _states(volumes) == []


def test_a_new_folder_in_the_place_of_a_removed_one_is_the_volume(
    volumes: Volumes, machines: Machines, make: Make, home: Home
) -> None:
    """As a disk that was formatted anew."""
    volume, instance_id = make(), machines.launch()
    volumes.attach(volume.id, instance_id, "/dev/sdf")
    shutil.rmtree(machines.inside(instance_id) / "sdf")
    (home.root / "takes the inode").mkdir()
    (machines.inside(instance_id) / "sdf").mkdir()
    (machines.inside(instance_id) / "sdf" / "new").touch()

    volumes.detach(volume.id)

    assert [path.name for path in (home.volumes / volume.id).iterdir()] == ["new"]


_KILLED_WHILE_COPYING = """
import sys
from pathlib import Path
from emulator.home import Home
from emulator.progress import Silent
from emulator.state import Database
from emulator.state import Database
from emulator.units import utc_now
from emulator.volumes.claims import Claims
from emulator.volumes.model import Attachment, VolumeState
from emulator.volumes.mover import Here
from emulator.volumes.places import Places
from emulator.volumes.records import VolumeRecords

home, volume_id, instance_id = Home(Path(sys.argv[1])), sys.argv[2], sys.argv[3]
places, attachment = Places(home), Attachment(volume_id, instance_id, "/dev/sdf", utc_now())
with Claims(home, Silent()).hold(volume_id) as claim:
    VolumeRecords(Database(home.state_file)).begin(volume_id, VolumeState.ATTACHING, attachment)
    script = 'while [ ! -e "$3" ]; do sleep 0.05; done; mv -T "$1" "$2"'
    Here().run(claim, script, places.free(volume_id), places.attached(attachment), home.root / "go")
"""


def test_a_program_that_outlives_its_shell_keeps_the_claim(
    volumes: Volumes, open_shell: OpenShell, machines: Machines, make: Make, home: Home
) -> None:
    """Killed with -9, a shell leaves its `cp` behind: nobody may take the volume until that is done."""
    volume, instance_id = make(), machines.launch()
    words = [sys.executable, "-c", _KILLED_WHILE_COPYING, str(home.root), volume.id, instance_id]
    with subprocess.Popen(words, cwd=Path.cwd()) as shell:
        wait_for(lambda: volumes.describe()[0].state is VolumeState.ATTACHING)
        wait_for(lambda: Path(f"/proc/{shell.pid}/task/{shell.pid}/children").read_text())
        shell.send_signal(signal.SIGKILL)

    (meanwhile,) = open_shell().describe()
    (home.root / "go").touch()
    (afterwards,) = wait_for(lambda: [one for one in volumes.describe() if one.state is VolumeState.IN_USE])

    assert meanwhile.attachment is not None
    assert (meanwhile.status, meanwhile.attachment.state) == ("in-use", "attaching")
    assert afterwards.is_attached_to(instance_id)
    assert (machines.inside(instance_id) / "sdf" / "who").read_text() == volume.id


def test_an_interrupted_verb_is_as_if_it_had_not_been_tried(
    volumes: Volumes, steps: Steps, machines: Machines, make: Make
) -> None:
    """Ctrl-C strikes in the middle: the row is settled before the command ends."""
    volume, instance_id = make(), machines.launch()
    attachment = Attachment(volume.id, instance_id, "/dev/sdf", utc_now())

    with steps.store.hold(volume.id) as held, pytest.raises(KeyboardInterrupt):
        _interrupt_attaching(steps, held, attachment)

    row = steps.records.get(volume.id)
    assert row is not None
    assert (row.state, row.attachment) == (VolumeState.AVAILABLE, None)


def _interrupt_attaching(steps: Steps, held: Held, attachment: Attachment) -> None:
    steps.records.begin(held.volume.id, VolumeState.ATTACHING, attachment)
    with steps.store._settled_after(held.claim):
        raise KeyboardInterrupt


def test_a_request_whose_volume_was_never_made_may_be_made_again(volumes: Volumes, steps: Steps) -> None:
    """With the same token: the first try came to nothing."""
    request = VolumeRequest("us-east-1a", 8, client_token="once")
    volume = Volume(new_id("vol"), 8, "gp2", "us-east-1a", utc_now())
    steps.records.add(volume, "once", digest(request))

    made = volumes.create(request)

    assert made.id != volume.id
    assert volumes.describe() == [made]
