"""What a home takes of the disk: true, soon, and said to be a part where it is one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.buckets.service import Totals
from emulator.home import Home
from emulator.units import KIB
from emulator.usage.disk import disk_used

_NONE = Totals(0, 0, 0)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "home")
    home.create()
    yield home


def test_each_part_takes_what_its_files_take(home: Home, tmp_path: Path) -> None:
    """In folders of any depth; what a link leads to is elsewhere."""
    (home.state_file).write_bytes(b"x" * 100 * KIB)
    home.state_file.with_name("state.db-wal").write_bytes(b"x" * 50 * KIB)
    (home.dependencies / "pandas" / "core").mkdir(parents=True)
    (home.dependencies / "pandas" / "core" / "frame.py").write_bytes(b"x" * 300 * KIB)
    (home.logs / "server.log").write_bytes(b"x" * 20 * KIB)
    (tmp_path / "elsewhere").write_bytes(b"x" * 900 * KIB)
    (home.logs / "link").symlink_to(tmp_path / "elsewhere")
    (home.logs / "folder").symlink_to(tmp_path)

    used = disk_used(home, Totals(3, 5000, 4000), longest_seconds=60)

    assert all(one.is_whole for one in used.values())
    assert 150 * KIB <= used["state"].bytes < 200 * KIB
    assert 300 * KIB <= used["cache"].bytes < 350 * KIB
    assert 20 * KIB <= used["logs"].bytes < 60 * KIB
    assert (used["blobs"].bytes, used["buckets"].bytes) == (0, 4000)


def test_without_the_time_to_see_all_it_says_so(home: Home) -> None:
    """An answer that takes a minute is none; half of the truth must not look like the whole."""
    (home.logs / "server.log").write_bytes(b"x" * 20 * KIB)

    used = disk_used(home, _NONE, longest_seconds=-1)

    assert not used["logs"].is_whole
    assert used["state"].is_whole
