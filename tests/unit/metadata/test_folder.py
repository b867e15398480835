"""The interface folder, as both sides of it see it."""

import json
import stat
import threading
import time
from pathlib import Path

import pytest

from emulator.metadata import (
    RulesNotAppliedError,
    forget_applied,
    mac_for,
    metadata_document,
    read_applied,
    read_written,
    wait_applied,
    write_metadata,
    write_rules,
)
from tests.unit.metadata.facts import FULL


def test_what_is_written_is_for_its_owner_alone(tmp_path: Path) -> None:
    """User data often holds secrets."""
    write_metadata(tmp_path, metadata_document(FULL))
    write_rules(tmp_path, "# 1\n")

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"metadata.json": 0o600, "rules.nft": 0o600}


def test_a_file_is_replaced_and_never_half_there(tmp_path: Path) -> None:
    """Whoever has the old one open reads it to its end."""
    write_metadata(tmp_path, {"texts": {"a": "x" * 100_000}})
    with (tmp_path / "metadata.json").open() as old:
        write_metadata(tmp_path, {"texts": {}})

        assert len(old.read()) > 100_000
    assert json.loads((tmp_path / "metadata.json").read_text()) == {"texts": {}}


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    write_rules(tmp_path, "# 1\n")

    with pytest.raises(UnicodeEncodeError):
        write_rules(tmp_path, "# 2\n\ud800")

    assert [path.name for path in tmp_path.iterdir()] == ["rules.nft"]
    assert (tmp_path / "rules.nft").read_text() == "# 1\n"


def test_rules_have_a_generation(tmp_path: Path) -> None:
    """By which one knows when they are in force."""
    assert write_rules(tmp_path, "# 17-abc\ntable inet cloudlet\n") == "17-abc"

    for script in ("", "#\n", "# \n", "table inet cloudlet\n", "#17\n"):
        with pytest.raises(ValueError, match="generation"):
            write_rules(tmp_path, script)


def test_nothing_is_in_force_before_the_interface_says_so(tmp_path: Path) -> None:
    """An empty file is what one that starts leaves."""
    assert read_applied(tmp_path) is None
    (tmp_path / "applied").touch()
    assert read_applied(tmp_path) is None
    (tmp_path / "applied").write_text("7\n")
    assert read_applied(tmp_path) == "7"
    forget_applied(tmp_path)
    forget_applied(tmp_path)
    assert read_applied(tmp_path) is None


def test_whoever_waits_goes_on_as_soon_as_the_rules_are_in_force(tmp_path: Path) -> None:
    """Not by those of an older generation."""
    (tmp_path / "applied").write_text("1\n")
    waiting = threading.Thread(target=wait_applied, args=(tmp_path, "2", 60))
    waiting.start()

    (tmp_path / "new").write_text("2\n")
    (tmp_path / "new").replace(tmp_path / "applied")

    waiting.join(10)
    assert not waiting.is_alive()


def test_whoever_waits_in_vain_is_told(tmp_path: Path) -> None:
    with pytest.raises(RulesNotAppliedError, match=r"no answer from the interface within 0\.05 s"):
        wait_applied(tmp_path, "2", 0.05)


def test_whoever_waits_for_refused_rules_learns_why_at_once(tmp_path: Path) -> None:
    """But not for what was said of older ones."""
    (tmp_path / "error").write_text("# 1\nolder\n")
    with pytest.raises(RulesNotAppliedError, match="no answer"):
        wait_applied(tmp_path, "2", 0.05)

    (tmp_path / "error").write_text("# 2\n/dev/stdin:3:1-5: Error: syntax error\ntable\n")
    began = time.monotonic()
    with pytest.raises(RulesNotAppliedError, match="the packet filter refused them") as caught:
        wait_applied(tmp_path, "2", 60)

    assert time.monotonic() - began < 30
    assert caught.value.log == ("/dev/stdin:3:1-5: Error: syntax error", "table")


def test_rules_that_are_written_again_are_judged_again(tmp_path: Path) -> None:
    """A kernel short of memory refuses what it accepts a moment later."""
    (tmp_path / "error").write_text("# 2\nCannot allocate memory\n")

    write_rules(tmp_path, "# 2\n")

    with pytest.raises(RulesNotAppliedError, match="no answer"):
        wait_applied(tmp_path, "2", 0.05)


def test_what_is_to_be_in_force_is_known_before_it_is(tmp_path: Path) -> None:
    assert read_written(tmp_path) == ""
    write_rules(tmp_path, "# 17-abc\ntable inet cloudlet\n")

    assert read_written(tmp_path) == "17-abc"


def test_a_mac_is_drawn_from_the_address() -> None:
    """As Docker draws it, so that it is known before there is a container."""
    assert mac_for("172.31.255.1") == "02:42:ac:1f:ff:01"
