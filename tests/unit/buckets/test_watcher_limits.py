"""What the watcher does where the kernel, or a file's owner, does not let it, and how much it needs at most."""

import shutil
import subprocess
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from emulator.buckets import Buckets
from emulator.home import Home
from emulator.units import GIB, MIB
from tests.conftest import cannot_run, wait_for
from tests.unit.buckets.watching import watching
from tests.unit.file_systems import without_rights_of_root

TEN_GIB_MD5 = "f5c9144e7804eaaa317d4dbfd3b20c3b"
"""`(head -c 10737418237 /dev/zero; printf end) | md5sum`"""


@pytest.mark.parametrize("limit", ["watches", "instances"])
def test_where_the_kernel_grants_no_more_everything_is_compared(
    buckets: Buckets, raw: Path, home: Home, tmp_path: Path, limit: str
) -> None:
    """
    It is said once, and nothing is missing. The limit is that of a user namespace: nobody else notices.
    """
    wrapper = limited(limit)
    with watching(home, tmp_path / "log", wrapper) as watcher:
        for number in range(8):
            (raw / f"d{number}").mkdir()
            (raw / f"d{number}" / "a").write_text(str(number))
        wait_for(lambda: keys(buckets) == {f"d{number}/a" for number in range(8)}, 60)

        shutil.rmtree(raw / "d7")
        (raw / "d6" / "a").write_text("changed")
        (raw / "d5" / "b").write_text("new")
        wait_for(
            lambda: (
                keys(buckets) == {*(f"d{number}/a" for number in range(7)), "d5/b"} and size_of(buckets, "d6/a") == 7
            ),
            60,
        )

    said = watcher.log.read_text()
    assert said.count("the kernel grants no more watches") == 1
    assert f"sysctl -w fs.inotify.max_user_{limit}=" in said


def test_a_file_that_may_not_be_read_is_reported_once_and_tried_again(
    buckets: Buckets, raw: Path, home: Home, tmp_path: Path
) -> None:
    """
    Nothing tells of a `chmod`, so somebody must look again.
    """
    with watching(home, tmp_path / "log", without_rights_of_root()) as watcher:
        (tmp_path / "a").write_text("secret")
        (tmp_path / "a").chmod(0)
        (tmp_path / "a").rename(raw / "a")
        wait_for(lambda: "file was left out" in watcher.log.read_text(), 60)
        for number in range(3):
            (raw / "a").rename(tmp_path / "a")
            (tmp_path / "a").rename(raw / "a")
            (raw / f"b{number}").write_text("x")
            wait_for(partial(size_of, buckets, f"b{number}"), 60)
        assert "a" not in keys(buckets)

        (raw / "a").chmod(0o644)
        wait_for(lambda: size_of(buckets, "a") == 6, 60)

    reports = [line for line in watcher.log.read_text().splitlines() if "file was left out" in line]
    assert len(reports) == 1
    assert reports[0].endswith("key='a'")
    assert "read" in reports[0]


def test_a_file_of_ten_gib_is_an_object_and_not_in_memory(
    buckets: Buckets, raw: Path, home: Home, tmp_path: Path
) -> None:
    with watching(home, tmp_path / "log") as watcher:
        (raw / "small").write_text("x")
        wait_for(lambda: keys(buckets) == {"small"}, 60)
        before = watcher.most_bytes

        with (tmp_path / "large").open("wb") as file:
            file.truncate(10 * GIB)
            file.seek(10 * GIB - 3)
            file.write(b"end")
        (tmp_path / "large").rename(raw / "large")
        wait_for(lambda: size_of(buckets, "large") == 10 * GIB, 300)

        assert watcher.most_bytes - before < 32 * MIB
    assert {stored.key: stored.etag for stored in buckets.objects.page("raw").objects}["large"] == TEN_GIB_MD5


def limited(limit: str) -> Sequence[str]:
    """Return what starts a program in a user namespace with hardly any of inotify's *limit*."""
    few = {"watches": 4, "instances": 0}[limit]
    wrapper = ["unshare", "-Ur", "sh", "-ec", f'echo {few} > /proc/sys/user/max_inotify_{limit}; exec "$@"', "sh"]
    if shutil.which("unshare") is None or subprocess.run([*wrapper, "true"], capture_output=True).returncode:
        cannot_run("this machine lets nobody make user namespaces")
    return wrapper


def keys(buckets: Buckets) -> set[str]:
    """What the index has, without a look at the folder."""
    return {stored.key for stored in buckets.objects.page("raw").objects}


def size_of(buckets: Buckets, key: str) -> int | None:
    return {stored.key: stored.size_bytes for stored in buckets.objects.page("raw").objects}.get(key)


def test_what_is_no_bucket_s_folder_and_no_key_is_logged(
    buckets: Buckets, raw: Path, home: Home, tmp_path: Path
) -> None:
    """
    Whoever looks for an object that does not come finds why.
    """
    with watching(home, tmp_path / "log") as watcher:
        subprocess.run(["sh", "-c", "ln -s a \"$(printf 'b\\377')\"; echo > a"], cwd=raw, check=True)
        wait_for(lambda: "a" in keys(buckets))
        shutil.rmtree(raw)
        raw.touch()
        wait_for(
            lambda: (
                f"bucket's folder is no folder; objects lie in the home's blobs/ until it is: path={raw}"
                in watcher.log.read_text()
            )
        )

    assert watcher.log.read_text().count("its name is not UTF-8") == 1
