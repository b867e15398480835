"""All volumes of a home removed, as `reset` does."""

from pathlib import Path

from emulator.home import Home
from emulator.volumes import Volumes
from emulator.volumes.mover import Here, Mover
from emulator.volumes.removal import remove_all
from tests.unit.volumes.conftest import Machines, Make


def test_everything_goes_also_what_is_attached(volumes: Volumes, machines: Machines, make: Make, home: Home) -> None:
    """The instances are gone by then; their folders are not."""
    volume, instance_id = make(), machines.launch()
    volumes.attach(volume.id, instance_id, "/dev/sdf")
    volumes.snapshots.create(make().id)

    remove_all(home, Mover(Here()))
    remove_all(home, Mover(Here()))

    assert not home.volumes.exists()
    assert not home.snapshots.exists()
    assert not machines.inside(instance_id).exists()


def test_a_folder_that_no_cloudlet_worked_in_is_left_alone(tmp_path: Path) -> None:
    """CLOUDLET_HOME may name the wrong folder, and others have `volumes`, too."""
    (tmp_path / "volumes").mkdir()
    (tmp_path / "volumes" / "mine").write_text("precious")

    remove_all(Home(tmp_path), Mover(Here()))

    assert (tmp_path / "volumes" / "mine").read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir()] == ["volumes"]
