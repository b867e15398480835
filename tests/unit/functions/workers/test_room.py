"""How many workers a machine can take."""

from dataclasses import dataclass
from pathlib import Path

from emulator.functions.workers.room import Room, spare_bytes
from emulator.units import GIB, KIB, MIB


@dataclass
class Eater:
    """A worker, as far as its memory goes."""

    memory_bytes: int
    used_bytes: int = 0


def test_there_is_room_for_so_many_as_the_setting_says() -> None:
    """However much memory there is."""
    room = Room(2, lambda: 100 * GIB)

    assert room.has_place([Eater(128 * MIB)], 128 * MIB)
    assert not room.has_place([Eater(128 * MIB)] * 2, 128 * MIB)


def test_memory_that_workers_may_still_take_is_not_given_away() -> None:
    """Five workers of a gigabyte that use next to nothing today must all be fed tomorrow."""
    room = Room(100, lambda: 4 * GIB)
    hungry = Eater(GIB, used_bytes=0)
    fed = Eater(GIB, used_bytes=GIB)

    assert room.has_place([hungry] * 3, GIB)
    assert not room.has_place([hungry] * 4, GIB)
    assert room.has_place([fed] * 50, GIB)  # what they use is not among what is free


def test_a_function_larger_than_the_machine_runs_alone() -> None:
    """Else it would wait for ever, and its caller with it."""
    room = Room(8, lambda: GIB)

    assert room.has_place([], 10 * GIB)
    assert not room.has_place([Eater(128 * MIB)], 10 * GIB)


def test_a_machine_that_does_not_say_what_is_free_has_the_setting_alone() -> None:
    """As on a system without /proc."""
    room = Room(3, lambda: None)

    assert room.has_place([Eater(GIB)] * 2, GIB)
    assert not room.has_place([Eater(GIB)] * 3, GIB)


def test_a_part_of_the_memory_is_left_to_others(tmp_path: Path) -> None:
    """The browser beside it must not be the one that is killed."""
    meminfo = tmp_path / "meminfo"

    def spare(total: int, available: int) -> int | None:
        meminfo.write_text(f"MemTotal: {total // KIB} kB\nMemAvailable: {available // KIB} kB\nHugePages_Total: 0\n")
        return spare_bytes(meminfo)

    assert spare(8 * GIB, 4 * GIB) == 4 * GIB - 512 * MIB
    assert spare(64 * GIB, 40 * GIB) == 39 * GIB
    assert spare(8 * GIB, 100 * MIB) == 0


def test_a_system_without_meminfo_says_nothing(tmp_path: Path) -> None:
    """It is no error, and no zero."""
    assert spare_bytes(tmp_path / "none") is None
