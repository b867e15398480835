"""`cloudlet ec2 cp`, both ways, on an instance that runs and on one that does not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.units import KIB, MIB
from tests.integration.instances.conftest import Machine, cloudlet, environment, launch


@pytest.fixture(scope="module")
def box(shared: Cloud) -> Machine:
    """An instance of this page's own, called `box`."""
    (machine,) = launch(shared, "base", "t2.nano", tags={"Name": "box"})
    return machine.booted()


@pytest.fixture
def folder(box: Machine, tmp_path: Path) -> str:
    """An empty folder inside that no other test looks at."""
    path = f"/srv/{tmp_path.name}"
    box.says("mkdir", path)
    return path


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    (site / "css").mkdir(parents=True)
    (site / "index.html").write_text("<h1>")
    (site / "run.sh").write_text("#!/bin/sh\necho it runs\n")
    (site / "run.sh").chmod(0o750)
    (site / "css" / "ü b.css").write_text("x")
    (site / "latest").symlink_to("css")
    return site


def _copy(cloud: Cloud, source: object, target: object) -> "subprocess.CompletedProcess[bytes]":
    return cloudlet(cloud, "ec2", "cp", str(source), str(target))


def test_a_folder_goes_in_and_comes_back(shared: Cloud, box: Machine, folder: str, site: Path) -> None:
    """With modes and links; what went in belongs to root."""
    there = _copy(shared, site, f"box:{folder}")
    back = _copy(shared, f"{box.id}:{folder}/site", site.parent / "copy")

    assert (there.returncode, there.stdout) == (0, b"")
    assert there.stderr.decode() == f"copied 3 files, 28 B, to box:{folder}\n"
    assert box.says(f"{folder}/site/run.sh") == "it runs"
    assert box.says("stat", "-c", "%A %U %G", f"{folder}/site/run.sh") == "-rwxr-x--- root root"
    assert box.says("readlink", f"{folder}/site/latest") == "css"
    assert back.returncode == 0, back.stderr
    assert subprocess.run(["diff", "-r", site, site.parent / "copy"], check=False).returncode == 0
    assert (site.parent / "copy" / "latest").readlink() == Path("css")
    assert (site.parent / "copy" / "run.sh").stat().st_mode == (site / "run.sh").stat().st_mode


def test_the_places_are_those_of_docker_cp(shared: Cloud, box: Machine, folder: str, site: Path) -> None:
    """Into a folder that is there, as one that is not, or its contents alone."""
    assert _copy(shared, site, f"box:{folder}/new").returncode == 0
    assert _copy(shared, f"{site}/.", f"box:{folder}").returncode == 0
    assert _copy(shared, site / "index.html", f"box:{folder}/css/").returncode == 0
    assert _copy(shared, site / "index.html", f"box:{folder}/css/home.html").returncode == 0

    found = box.says("find", folder, "-name", "*.html", "-printf", "%P\n").splitlines()
    assert sorted(found) == ["css/home.html", "css/index.html", "index.html", "new/index.html"]


def test_links_to_folders_are_followed_where_a_copy_goes(shared: Cloud, box: Machine, folder: str, site: Path) -> None:
    """`/bin` is one on every Debian."""
    box.says("mkdir", f"{folder}/real")
    box.says("ln", "-s", "real", f"{folder}/link")

    assert _copy(shared, site / "index.html", f"box:{folder}/link").returncode == 0
    assert _copy(shared, site / "index.html", f"box:{folder}/link/again.html").returncode == 0

    assert box.says("ls", f"{folder}/real").split() == ["again.html", "index.html"]


def test_a_stopped_instance_keeps_and_gives_its_files(cloud: Cloud, tmp_path: Path) -> None:
    """A broken configuration can be mended before the next boot."""
    (machine,) = launch(cloud, tags={"Name": "mine"})
    cloud.instances.stop(["mine"])
    (tmp_path / "motd").write_text("mended\n")

    there = _copy(cloud, tmp_path / "motd", "mine:/etc/motd")
    back = _copy(cloud, "mine:/etc/motd", tmp_path / "back")
    cloud.instances.start(["mine"])

    assert (there.returncode, back.returncode) == (0, 0), there.stderr + back.stderr
    assert (tmp_path / "back").read_text() == "mended\n"
    assert machine.says("cat", "/etc/motd") == "mended"


def test_an_instance_that_has_ended_has_no_files(cloud: Cloud, tmp_path: Path) -> None:
    (machine,) = launch(cloud)
    cloud.instances.terminate([machine.id])

    result = _copy(cloud, f"{machine.id}:/etc/motd", tmp_path)

    assert result.returncode == 1
    assert b"not in a state from which it can be copied to or from" in result.stderr


def test_large_files_pass_through_little_memory(shared: Cloud, box: Machine, folder: str, tmp_path: Path) -> None:
    """Half a GiB both ways, by processes that never have a quarter of it."""
    with (tmp_path / "large").open("wb") as file:
        file.truncate(512 * MIB)
        file.seek(300 * MIB)
        file.write(os.urandom(MIB))

    there = _memory_of_copy(shared, str(tmp_path / "large"), f"box:{folder}/large")
    back = _memory_of_copy(shared, f"box:{folder}/large", str(tmp_path / "back"))

    assert subprocess.run(["cmp", tmp_path / "large", tmp_path / "back"], check=False).returncode == 0
    assert max(there, back) < 128 * MIB


def _memory_of_copy(cloud: Cloud, source: str, target: str) -> int:
    """Return the most memory in bytes that a copy had."""
    script = (
        "import sys; from cli.main import run; code = run(sys.argv[1:]);"
        # Not getrusage: what a process had before it became another program counts there, too.
        "print(*[line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')]); sys.exit(code)"
    )
    command = [sys.executable, "-c", script, "ec2", "cp", source, target]
    done = subprocess.run(command, env=environment(cloud), capture_output=True, check=True, timeout=120)
    return int(done.stdout) * KIB


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("{site}", "box:/no/such/folder", "there is no folder /no/such"),
        ("{site}/index.html", "box:/no/", "there is no folder /no"),
        ("{site}", "box:/etc/motd", "/etc/motd is a file, not a folder"),
        ("{site}/nothing", "box:/srv", "there is no {site}/nothing"),
        ("box:/nothing", "{site}", "there is no /nothing on i-"),
        ("box:/etc", "{site}/index.html", "{site}/index.html is a file, not a folder"),
        ("box:/etc/motd", "{site}/no/such", "there is no folder {site}/no"),
        ("{site}", "nobox:/srv", 'Invalid id: "nobox"'),
        ("{site}", "box:/run/x", "/run/x is in the memory of an instance"),
        ("{site}", "box:/var/run/x", "is in the memory of an instance"),
        ("box:/proc/cpuinfo", "{site}", "/proc/cpuinfo is in the memory of an instance"),
    ],
)
def test_what_cannot_be_copied_is_told(
    shared: Cloud, box: Machine, site: Path, source: str, target: str, said: str
) -> None:
    """And nothing is made."""
    result = _copy(shared, source.format(site=site), target.format(site=site))

    assert result.returncode in (1, 2)
    assert said.format(site=site) in result.stderr.decode()
    assert sorted(path.name for path in site.iterdir()) == ["css", "index.html", "latest", "run.sh"]


def test_an_instance_cannot_write_where_it_was_not_asked_to(
    shared: Cloud, box: Machine, folder: str, tmp_path: Path
) -> None:
    """Its root may leave links that lead anywhere: they are copied as links, and nothing through them."""
    (tmp_path / "out").mkdir()
    (tmp_path / "victim").mkdir()
    (tmp_path / "out" / "trap").symlink_to(tmp_path / "victim")
    box.says("mkdir", f"{folder}/trap")
    box.says("touch", f"{folder}/trap/evil")
    box.says("ln", "-s", str(tmp_path / "victim"), f"{folder}/link")

    trapped = _copy(shared, f"box:{folder}/.", tmp_path / "out")
    copied = _copy(shared, f"box:{folder}/link", tmp_path / "out")

    assert trapped.returncode == 1
    assert b"no link is followed" in trapped.stderr
    assert copied.returncode == 0
    assert (tmp_path / "out" / "link").is_symlink()
    assert list((tmp_path / "victim").iterdir()) == []


def test_what_is_no_file_is_left_out_and_told(shared: Cloud, box: Machine, folder: str, tmp_path: Path) -> None:
    box.says("mkfifo", f"{folder}/pipe")

    result = _copy(shared, f"box:{folder}", tmp_path / "copy")

    assert result.returncode == 0
    assert b"warning: skipped copy/pipe" in result.stderr
    assert list((tmp_path / "copy").iterdir()) == []
