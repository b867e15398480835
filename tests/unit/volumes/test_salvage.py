"""A home has lost its state file: the volumes of its instances are folders still, and none of them is lost with it."""

import dataclasses
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from emulator.home import Home
from emulator.progress import Silent
from emulator.units import MIB, utc_now
from emulator.volumes import BlockDevice, Volumes
from emulator.volumes.model import Volume
from emulator.volumes.mover import Here, Mover
from tests.unit.volumes.conftest import ZONES, Machines, Make, OpenShell, Steps

_STAYS = BlockDevice("/dev/sdf", 8, delete_on_termination=False)


def _lose_state_file(home: Home) -> None:
    for path in home.root.glob(f"{home.state_file.name}*"):
        path.unlink()


def _contents(home: Home, volumes: Volumes) -> dict[str, str]:
    """What the file `who` of each available volume says, by the volume's id."""
    return {
        one.id: (home.volumes / one.id / "who").read_text() for one in volumes.describe() if one.status == "available"
    }


def test_a_volume_of_which_nothing_is_written_down_is_kept(
    volumes: Volumes, open_shell: OpenShell, machines: Machines, home: Home
) -> None:
    """Whether it was to end with the instance is not known any more, either."""
    instance_id = machines.launch()
    volumes.of_instances.make(instance_id, (_STAYS, BlockDevice("/dev/sdg", 8)), ZONES[0])
    for device in ("sdf", "sdg"):
        (machines.inside(instance_id) / device / "who").write_text(device)
    _lose_state_file(home)
    later = open_shell()

    later.of_instances.release(instance_id)
    later.of_instances.release(instance_id)

    assert sorted(_contents(home, later).values()) == ["sdf", "sdg"]
    assert [(one.size_gib, one.type, one.zone) for one in later.describe()] == [(1, "gp2", ZONES[0])] * 2
    assert list((home.instances / instance_id).iterdir()) == []


def test_it_can_be_attached_again(volumes: Volumes, make: Make, machines: Machines, steps: Steps) -> None:
    """In the zone where the instance was, as any other volume can."""
    volume, first, second = make(), machines.launch(), machines.launch(zone=ZONES[1])
    volumes.attach(volume.id, first, "/dev/sdf")
    steps.records.remove(volume.id)

    volumes.of_instances.release(first, zone=ZONES[1])
    (kept,) = volumes.describe()
    volumes.attach(kept.id, second, "/dev/sdf")

    assert (machines.inside(second) / "sdf" / "who").read_text() == volume.id


def test_it_is_kept_under_any_name_where_no_volume_is_known(
    volumes: Volumes, make: Make, machines: Machines, steps: Steps, home: Home
) -> None:
    """Root in the instance may have renamed it."""
    volume, instance_id = make(), machines.launch()
    volumes.attach(volume.id, instance_id, "/dev/sdf")
    (machines.inside(instance_id) / "sdf").rename(machines.inside(instance_id) / "backup")
    steps.records.remove(volume.id)

    volumes.of_instances.release(instance_id)

    assert list(_contents(home, volumes).values()) == [volume.id]


def test_beside_known_volumes_it_is_known_by_its_device(
    volumes: Volumes, make: Make, machines: Machines, steps: Steps, home: Home
) -> None:
    """The instance got another volume after the loss; what else root has put beside them is no volume."""
    lost, known, instance_id = make(), make(), machines.launch()
    volumes.attach(lost.id, instance_id, "/dev/sdf")
    volumes.attach(known.id, instance_id, "/dev/sdg")
    (machines.inside(instance_id) / "own").mkdir()
    steps.records.remove(lost.id)

    volumes.of_instances.release(instance_id)

    assert sorted(_contents(home, volumes).values()) == sorted([lost.id, known.id])
    assert not (home.instances / instance_id / "released").exists()


def test_files_and_links_are_no_volumes(volumes: Volumes, machines: Machines, home: Home) -> None:
    """Nothing of what they lead to is touched."""
    instance_id = machines.launch()
    (home.root / "elsewhere").mkdir()
    (machines.inside(instance_id) / "sdf").symlink_to(home.root / "elsewhere")
    (machines.inside(instance_id) / "sdg").touch()

    volumes.of_instances.release(instance_id)

    assert volumes.describe() == []
    assert (home.root / "elsewhere").is_dir()
    assert list((home.instances / instance_id).iterdir()) == []


def test_a_launch_that_fails_keeps_nothing(volumes: Volumes, machines: Machines, home: Home) -> None:
    """Its machine may have run for a moment; nobody can have had a volume there."""
    instance_id = machines.launch(state="pending")
    (machines.inside(instance_id) / "sdf").mkdir()

    volumes.of_instances.release(instance_id, undo=True)

    assert volumes.describe() == []
    assert list((home.instances / instance_id).iterdir()) == []


@pytest.mark.parametrize("is_moved", [False, True])
def test_keeping_that_was_cut_short_is_finished(
    volumes: Volumes, machines: Machines, steps: Steps, home: Home, is_moved: bool
) -> None:
    """Killed after it had written the row, or after it had moved the folder, too."""
    instance_id, volume = machines.launch(), Volume("vol-0123456789abcdef0", 1, "gp2", ZONES[0], utc_now())
    (machines.inside(instance_id) / "sdf").mkdir()
    (machines.inside(instance_id) / "sdf" / "who").write_text("data")
    steps.places.close(instance_id)
    steps.places.create()
    steps.records.add(volume)
    if is_moved:
        with steps.claims.hold(volume.id) as claim:
            steps.mover.move(claim, steps.places.closed(instance_id) / "sdf", steps.places.free(volume.id))

    volumes.of_instances.release(instance_id)

    (kept,) = _contents(home, volumes).items()
    assert (kept[0] == volume.id, kept[1]) == (is_moved, "data")


def test_several_shells_keep_it_once(open_shell: OpenShell, machines: Machines, home: Home) -> None:
    """All of them see that the instance is over."""
    instance_id = machines.launch()
    for letter in "fghij":
        (machines.inside(instance_id) / f"sd{letter}").mkdir()
        (machines.inside(instance_id) / f"sd{letter}" / "who").write_text(letter)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda shell: shell.of_instances.release(instance_id), [open_shell() for _ in range(4)]))

    assert sorted(_contents(home, open_shell()).values()) == list("fghij")


def test_the_user_is_told(volumes: Volumes, machines: Machines, caplog: pytest.LogCaptureFixture) -> None:
    """Or a volume that nobody made would be a riddle."""
    warnings: list[str] = []
    salvage = dataclasses.replace(volumes.of_instances.salvage, progress=_Listener(warnings))
    instance_id = machines.launch()
    (machines.inside(instance_id) / "sdf").mkdir()

    with caplog.at_level(logging.WARNING):
        dataclasses.replace(volumes.of_instances, salvage=salvage).release(instance_id)

    (kept,) = volumes.describe()
    assert len(warnings) == 1
    assert warnings[0].endswith(f"'sdf' in the volumes of {instance_id}: it is kept as {kept.id}")
    assert f"instance={instance_id} folder='sdf' volume={kept.id}" in caplog.text


def test_a_folder_is_measured_with_all_that_is_in_it(steps: Steps, tmp_path: Path) -> None:
    """The volume is no smaller."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "large").write_bytes(b"x" * 3 * MIB)
    (tmp_path / "file").write_bytes(b"x" * 2 * MIB)

    with steps.claims.hold("i-0123456789abcdef0") as claim:
        size_bytes = Mover(Here()).measure(claim, tmp_path)

    assert 5 * MIB <= size_bytes < 6 * MIB


class _Listener(Silent):
    """Hears warnings."""

    def __init__(self, heard: list[str]) -> None:
        self._heard = heard

    def warn(self, sentence: str) -> None:
        self._heard.append(sentence)
