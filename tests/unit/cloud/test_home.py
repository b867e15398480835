"""A home that cannot be used is the user's to mend, so it is told in a sentence."""

import dataclasses
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.errors import HomeUnusableError
from emulator.home import Home
from emulator.settings import Settings


def test_a_home_that_is_a_file_is_told(settings: Settings, tmp_path: Path) -> None:
    """CLOUDLET_HOME may point anywhere."""
    (tmp_path / "file").write_text("x")

    with (
        Cloud(dataclasses.replace(settings, home=tmp_path / "file")) as cloud,
        pytest.raises(HomeUnusableError) as caught,
    ):
        _ = cloud.database

    assert str(tmp_path / "file") in caught.value.message


def test_a_broken_state_file_is_told(settings: Settings) -> None:
    """It must not be replaced in silence: there may be something to save in it."""
    settings.home.mkdir()
    (settings.home / "state.db").write_bytes(b"this is no database, but it is long enough to look like one" * 50)

    with Cloud(settings) as cloud, pytest.raises(HomeUnusableError) as caught:
        _ = cloud.database

    assert "not a database" in caught.value.message


def test_removing_a_home_takes_what_cloudlet_made_and_nothing_else(tmp_path: Path) -> None:
    """CLOUDLET_HOME may be a folder that holds other things."""
    home = Home(tmp_path)
    home.create()
    home.state_file.write_text("x")
    home.known_hosts.write_text("x")
    (home.buckets / "raw").mkdir()
    (tmp_path / "thesis.txt").write_text("years of work")
    home.user_amis.mkdir()

    home.remove()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["amis", "thesis.txt"]


def test_a_folder_that_cloudlet_never_worked_in_is_left_alone(tmp_path: Path) -> None:
    """CLOUDLET_HOME may name the wrong folder, and every other project has `logs`."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "mine.log").write_text("precious")

    Home(tmp_path).remove()

    assert (tmp_path / "logs" / "mine.log").read_text() == "precious"
