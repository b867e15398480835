"""`cloudlet status`: all there is, on one screen."""

import json
from pathlib import Path

from emulator.functions.events.event import Arrival
from emulator.functions.events.queue import InvocationQueue
from emulator.state import Database
from emulator.units import utc_now
from tests.unit.cli.conftest import Cloudlet

_WHAT = ["home", "engine", "server", "instances", "functions", "buckets", "queue", "disk"]


def _some(tmp_path: Path, cloudlet: Cloudlet) -> None:
    """Make two buckets, three objects of 6 KiB, and an event that waits."""
    (tmp_path / "a.bin").write_bytes(b"x" * 2048)
    for bucket in ("raw", "ready"):
        assert cloudlet("s3", "mb", f"s3://{bucket}").exit_code == 0
    for key in ("raw/a", "raw/deep/b", "ready/c"):
        assert cloudlet("s3", "cp", str(tmp_path / "a.bin"), f"s3://{key}").exit_code == 0
    database = Database(tmp_path / "home" / "state.db")
    InvocationQueue(database, 1.0, utc_now).enqueue(Arrival("f", b"{}", "test"))
    database.close()


def test_one_screen_tells_what_there_is(tmp_path: Path, cloudlet: Cloudlet) -> None:
    """A line each, fewer than a terminal has; an engine that does not answer is one of them."""
    _some(tmp_path, cloudlet)

    shown = cloudlet("status")

    assert shown.exit_code == 0, shown.stderr
    lines = shown.stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == _WHAT
    said = {line.split()[0]: line.partition("  ")[2].strip() for line in lines[1:]}
    assert said["buckets"] == "2 (3 objects, 6 KiB)"
    assert said["queue"] == "1 queued, 0 running, 0 done, 0 failed"
    assert said["disk"].startswith("state ")
    assert "buckets 6 KiB" in said["disk"]


def test_scripts_get_numbers(tmp_path: Path, cloudlet: Cloudlet) -> None:
    """What was there before has its old name."""
    _some(tmp_path, cloudlet)

    document = json.loads(cloudlet("status", "--output", "json").stdout)

    assert (document["buckets"], document["objects"], document["object_bytes"]) == (2, 3, 6144)
    assert document["queue"] == {"queued": 1, "running": 0, "done": 0, "failed": 0}
    assert document["disk_bytes"].keys() == {"state", "buckets", "blobs", "logs", "cache"}
    assert document["disk_bytes"]["buckets"] == 6144
    assert document["disk_bytes"]["state"] > 0
    assert document["disk_at_least"] == []
