"""rclone, told of the endpoint by its environment alone, where every request must be signed."""

import dataclasses
import hashlib
import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.buckets import Buckets
from emulator.settings import Settings
from tests.conftest import cannot_run
from tests.unit.buckets.conftest import Recorder

PUT, COPY, DELETE = "ObjectCreated:Put", "ObjectCreated:Copy", "ObjectRemoved:Delete"
COMPLETE = "ObjectCreated:CompleteMultipartUpload"
IN_PARTS = ("--s3-chunk-size", "5M", "--s3-upload-cutoff", "5M")
NAMES = ("a.txt", "d/empty", "d/é +%.csv", "d/e/q?#&'.txt")
Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, require_auth=True)


@pytest.fixture
def rclone(endpoint: str, raw: Path) -> Run:
    """Run rclone; `cloud:` is the endpoint. What it is refused is tried once."""
    if shutil.which("rclone") is None:
        cannot_run("rclone is not installed")
    environment = {
        "PATH": os.environ["PATH"],
        "RCLONE_CONFIG": os.devnull,
        "RCLONE_RETRIES": "1",
        "RCLONE_CONFIG_CLOUD_TYPE": "s3",
        "RCLONE_CONFIG_CLOUD_PROVIDER": "Other",
        "RCLONE_CONFIG_CLOUD_ENDPOINT": endpoint,
        "RCLONE_CONFIG_CLOUD_ACCESS_KEY_ID": "test",
        "RCLONE_CONFIG_CLOUD_SECRET_ACCESS_KEY": "test",
    }

    def run(*words: str, fails: bool = False, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            ["rclone", *words], env=environment, input=given, capture_output=True, timeout=120, check=False
        )
        assert (done.returncode != 0) is fails, done.stderr
        return done

    return run


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with names that need care."""
    for name in NAMES:
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"" if name == "d/empty" else name.encode())
        os.utime(path, (1_700_000_000, 1_700_000_000.5))
    return tmp_path / "tree"


def test_a_folder_is_copied_synced_and_checked(rclone: Run, tree: Path, raw: Path, tmp_path: Path) -> None:
    """
    The second time there is nothing to do, by times and by checksums: rclone keeps its times in the metadata.
    """
    rclone("copy", str(tree), "cloud:raw/in")
    assert sorted(str(path.relative_to(raw / "in")) for path in raw.rglob("*") if path.is_file()) == sorted(NAMES)

    for again in (("sync",), ("sync", "--checksum")):
        assert b"There was nothing to transfer" in rclone(*again, "--verbose", str(tree), "cloud:raw/in").stderr
    for how in ((), ("--download",)):
        assert b"4 matching files" in rclone("check", *how, str(tree), "cloud:raw/in").stderr
    (tree / "a.txt").unlink()
    (tree / "d/empty").write_bytes(b"no more")
    assert b"2 differences found" in rclone("check", str(tree), "cloud:raw/in", fails=True).stderr
    rclone("sync", str(tree), "cloud:raw/in")
    rclone("copy", "cloud:raw/in", str(tmp_path / "down"))

    for name in NAMES[1:]:
        assert (tmp_path / "down" / name).read_bytes() == (tree / name).read_bytes() == (raw / "in" / name).read_bytes()
        assert (tmp_path / "down" / name).stat().st_mtime_ns == (tree / name).stat().st_mtime_ns
    assert not (tmp_path / "down/a.txt").exists()
    assert not (raw / "in/a.txt").exists()


def test_objects_are_listed_with_their_hashes(rclone: Run, tree: Path, raw: Path) -> None:
    rclone("copy", str(tree), "cloud:raw")

    listed = json.loads(rclone("lsjson", "--recursive", "--hash", "--files-only", "cloud:raw").stdout)
    local = json.loads(rclone("lsjson", "--recursive", "--hash", "--files-only", str(tree)).stdout)

    assert sorted(entry["Path"] for entry in listed) == sorted(NAMES)
    md5 = {entry["Path"]: entry["Hashes"]["md5"] for entry in local}
    assert {entry["Path"]: entry["Hashes"]["md5"] for entry in listed} == md5
    assert {entry["ModTime"] for entry in listed} == {"2023-11-14T22:13:20.500000000Z"}
    assert rclone("lsf", "cloud:raw").stdout.decode().split() == ["a.txt", "d/"]
    assert rclone("lsd", "cloud:").stdout.split()[-1] == b"raw"
    assert json.loads(rclone("size", "--json", "cloud:raw").stdout)["count"] == len(NAMES)


def test_large_objects_are_sent_and_copied_in_parts(
    rclone: Run, big: Path, raw: Path, recorder: Recorder, buckets: Buckets
) -> None:
    """
    From a file, from a pipe whose length nobody knows, and within the cloud.
    """
    rclone("copyto", *IN_PARTS, str(big), "cloud:raw/large")
    rclone("rcat", *IN_PARTS, "cloud:raw/piped", given=big.read_bytes())
    rclone("copyto", "--s3-copy-cutoff", "6M", "cloud:raw/large", "cloud:raw/again")

    for name in ("large", "piped", "again"):
        assert (raw / name).read_bytes() == big.read_bytes()
        assert "-" in buckets.objects.head("raw", name).etag
    assert recorder.seen == [(COMPLETE, "large"), (COMPLETE, "piped"), (COMPLETE, "again")]
    md5 = hashlib.md5(big.read_bytes()).hexdigest().encode()
    assert [line.split() for line in rclone("md5sum", "cloud:raw").stdout.splitlines()].count([md5, b"large"]) == 1
    assert rclone("cat", "--offset", "9", "--count", "5", "cloud:raw/large").stdout == big.read_bytes()[9:14]
    assert b"[]" in rclone("backend", "list-multipart-uploads", "cloud:raw").stdout
    rclone("cleanup", "cloud:raw")


def test_objects_are_copied_and_moved_within_the_cloud(
    rclone: Run, tree: Path, raw: Path, recorder: Recorder, buckets: Buckets
) -> None:
    rclone("copy", str(tree), "cloud:raw/in")
    rclone("mkdir", "cloud:other")
    recorder.events.clear()

    copied = rclone("copy", "--verbose", "cloud:raw/in", "cloud:other/out")
    assert sorted(recorder.seen) == sorted((COPY, f"out/{name}") for name in NAMES)
    recorder.events.clear()
    moved = rclone("moveto", "--verbose", "cloud:raw/in/a.txt", "cloud:raw/b.txt")

    assert copied.stderr.count(b"server-side copy") == len(NAMES)
    assert b"server-side copy" in moved.stderr
    assert recorder.seen == [(COPY, "b.txt"), (DELETE, "in/a.txt")]
    assert (raw / "b.txt").read_bytes() == (buckets.path("other") / "out/a.txt").read_bytes() == b"a.txt"
    assert b"4 matching files" in rclone("check", str(tree), "cloud:other/out").stderr


def test_what_is_removed_is_gone(rclone: Run, tree: Path, raw: Path, buckets: Buckets) -> None:
    """
    One object, those of a pattern, all below a prefix, and the bucket; but no bucket that holds something.
    """
    rclone("copy", str(tree), "cloud:raw/in")

    rclone("deletefile", "cloud:raw/in/a.txt")
    rclone("delete", "--include", "*.csv", "cloud:raw/in")
    assert sorted(path.name for path in raw.rglob("*") if path.is_file()) == ["empty", "q?#&'.txt"]
    assert b"BucketNotEmpty" in rclone("rmdir", "cloud:raw", fails=True).stderr
    rclone("purge", "cloud:raw/in/d/e")
    assert sorted(path.name for path in raw.rglob("*") if path.is_file()) == ["empty"]
    rclone("purge", "cloud:raw")

    assert rclone("lsd", "cloud:").stdout == b""
    assert b"directory not found" in rclone("lsf", "cloud:raw", fails=True).stderr


def test_metadata_are_kept_and_a_link_is_good_for_anybody(rclone: Run, tree: Path) -> None:
    rclone("copyto", "--metadata", "--header-upload", "Content-Type: text/x", str(tree / "a.txt"), "cloud:raw/a.txt")

    (entry,) = json.loads(rclone("lsjson", "--metadata", "cloud:raw").stdout)
    link = rclone("link", "--expire", "1h", "cloud:raw/a.txt").stdout.decode().strip()

    assert entry["Metadata"]["mtime"].startswith("2023-11-14T22:13:20.5")
    assert (entry["MimeType"], entry["Tier"]) == ("text/x", "STANDARD")
    with urllib.request.urlopen(link) as answer:
        assert answer.read() == b"a.txt"
