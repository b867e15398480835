"""Ctrl-C, kill -9, and what a terminal sees."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from cli.commands.s3.bar import Bar, Lookahead
from cli.main import run
from emulator.buckets import Content, S3Uri
from emulator.buckets.transfers import LocalPath, Transfer, Verb
from emulator.cloud import Cloud
from emulator.settings import Settings
from emulator.units import GIB, MIB
from tests.conftest import wait_for

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLOUDLET_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CLOUDLET_OUTPUT", raising=False)
    assert run(["s3", "mb", "s3://raw"]) == 0
    return tmp_path / "home"


def start(*words: str, **streams: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "cli", "s3", *words], cwd=PROJECT, **streams)  # type: ignore[call-overload, no-any-return]


def grown(folder: Path, least: int = 1) -> bool:
    return any(path.stat().st_size >= least for path in folder.iterdir())


def make(path: Path, size_bytes: int) -> None:
    with path.open("wb") as file:
        file.truncate(size_bytes)


def test_ctrl_c_in_the_middle_of_a_stream_leaves_nothing(home: Path) -> None:
    """Neither half an object, nor a temporary file; and a shell hears of it."""
    process = start("cp", "-", "s3://raw/a", stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(b"x" * MIB)
    process.stdin.flush()
    wait_for(lambda: grown(home / "staging"))

    process.send_signal(signal.SIGINT)
    _, said = process.communicate()

    assert process.returncode == 130
    assert b"Traceback" not in said
    assert list((home / "staging").iterdir()) == list((home / "s3" / "raw").iterdir()) == []


def test_ctrl_c_in_the_middle_of_an_upload_leaves_what_is_done(home: Path, tmp_path: Path) -> None:
    """Files that were copied are there, the one under way is not."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a").write_text("a")
    make(tmp_path / "in" / "b", GIB)
    process = start(
        "cp", str(tmp_path / "in"), "s3://raw", "--recursive", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    wait_for(lambda: grown(home / "staging", MIB), pause_seconds=0.001)

    process.send_signal(signal.SIGINT)
    _, said = process.communicate()

    assert (process.returncode, said) == (130, b"cancelled: ctrl-c received\n")
    assert list((home / "staging").iterdir()) == []
    assert [path.name for path in (home / "s3" / "raw").iterdir()] == ["a"]


def test_ctrl_c_in_the_middle_of_a_download_leaves_the_old_file(home: Path, tmp_path: Path) -> None:
    """It is replaced by a whole one or not at all."""
    with Cloud(Settings.from_environment()) as cloud, cloud.buckets.objects.stage("raw", "large") as staged:
        os.truncate(staged.path, 4 * GIB)
        cloud.buckets.objects.place("raw", "large", staged, content=Content("an etag that nobody has to find"))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "large").write_text("old")
    process = start("cp", "s3://raw/large", str(tmp_path / "out"))
    wait_for(lambda: len(list((tmp_path / "out").iterdir())) == 2, pause_seconds=0.001)

    process.send_signal(signal.SIGINT)

    assert process.wait() == 130
    assert [(path.name, path.read_text()) for path in (tmp_path / "out").iterdir()] == [("large", "old")]


@pytest.mark.parametrize("direction", ["in", "out"])
@pytest.mark.parametrize("moved", [1, 100])
def test_a_move_that_is_killed_loses_nothing(home: Path, tmp_path: Path, direction: str, moved: int) -> None:
    """Every file is in one place or the other, whole, and the next move takes the rest."""
    folder, raw = tmp_path / "files", home / "s3" / "raw"
    folder.mkdir()
    source, destination = (folder, raw) if direction == "in" else (raw, folder)
    for number in range(400):
        (source / f"{number}").write_text(f"{number}" * 100)
    words = (str(folder), "s3://raw") if direction == "in" else ("s3://raw", str(folder))
    process = start("mv", *words, "--recursive", "--only-show-errors")
    wait_for(lambda: len(list(destination.iterdir())) >= moved, pause_seconds=0.001)

    process.kill()
    process.wait()
    found = {path.name: path.read_text() for path in (*folder.iterdir(), *raw.iterdir()) if path.suffix != ".part"}
    exit_code = run(["s3", "mv", *words, "--recursive", "--only-show-errors"])

    assert found == {f"{number}": f"{number}" * 100 for number in range(400)}
    assert exit_code == 0
    assert list(source.iterdir()) == []


@pytest.mark.parametrize("with_terminal", [False, True])
def test_a_copy_goes_on_when_its_reader_leaves(home: Path, tmp_path: Path, with_terminal: bool) -> None:
    """`cloudlet s3 cp … | head -1` ends the list, not the copying."""
    (tmp_path / "in").mkdir()
    for number in range(300):
        (tmp_path / "in" / f"{number}").touch()
    ours, theirs = os.openpty()

    with start(
        *("cp", str(tmp_path / "in"), "s3://raw", "--recursive"),
        stdout=subprocess.PIPE,
        stderr=theirs if with_terminal else subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        os.close(theirs)
        exit_code = process.wait()
    os.close(ours)

    assert exit_code == 0
    assert len(list((home / "s3" / "raw").iterdir())) == 300


def steps(*sizes: int) -> Iterator[Transfer]:
    for number, size in enumerate(sizes):
        yield Transfer(Verb.UPLOAD, LocalPath(f"{number}"), S3Uri("raw", f"{number}"), size)


def consumed(ahead: Lookahead) -> Sequence[object]:
    return [*ahead]


@pytest.mark.parametrize("width", [20, 79, 200])
def test_the_line_of_progress_fits_its_terminal(width: int) -> None:
    """However many digits it has."""
    ahead = Lookahead(steps(10 * GIB, 999 * GIB))
    next(iter(ahead))
    bar = Bar(ahead, lambda: 5 * GIB)

    assert len(bar.line(width)) <= width
    assert "5.0 GiB/1009.0 GiB" in bar.line(200)
    assert "with 2 file(s) remaining" in bar.line(200)


def test_a_deletion_counts_files() -> None:
    """It has no bytes."""
    ahead = Lookahead(Transfer(Verb.DELETE, S3Uri("raw", f"{number}"), None, GIB) for number in range(3))
    next(iter(ahead))

    assert Bar(ahead, lambda: 0).line(80) == "Completed 0 file(s) with 3 file(s) remaining"


def test_what_is_planned_ahead_is_counted_once() -> None:
    """And comes out in its order, whole."""
    planned = [*steps(*range(5000))]
    ahead = Lookahead(iter(planned))

    assert consumed(ahead) == planned
    assert ahead.bytes == sum(range(5000))
    assert ahead.is_whole


def test_a_terminal_sees_which_keys_no_folder_holds(home: Path, tmp_path: Path) -> None:
    """Beside the key, where nobody takes it for a part of it."""
    for key in ("a/b", "a"):
        make(tmp_path / "x", 1)
        assert run(["s3", "cp", str(tmp_path / "x"), f"s3://raw/{key}"]) == 0
    ours, theirs = os.openpty()

    with start("ls", "s3://raw", "--recursive", stdout=theirs, stderr=subprocess.PIPE) as process:
        _, said = process.communicate()
    os.close(theirs)
    lines = os.read(ours, 10_000).decode().splitlines()
    os.close(ours)

    assert [line[31:] for line in lines] == ["a  (not in the folder)", "a/b"]
    assert said == b""


def test_a_terminal_sees_how_far_it_is_and_a_pipe_does_not(home: Path, tmp_path: Path) -> None:
    """The line is gone when the copy is done, and the file's own line is in the pipe alone."""
    make(tmp_path / "large", 512 * MIB)
    ours, theirs = os.openpty()
    os.set_blocking(ours, False)
    shown = bytearray()

    def is_over() -> bool:
        with contextlib.suppress(BlockingIOError, OSError):
            shown.extend(os.read(ours, 100_000))
        return process.poll() is not None

    with start("cp", str(tmp_path / "large"), "s3://raw", stdout=subprocess.PIPE, stderr=theirs) as process:
        wait_for(is_over)
        assert process.stdout is not None
        piped = process.stdout.read()
    os.close(theirs)
    os.close(ours)

    assert b"/512.0 MiB (" in shown
    assert shown.endswith(b"\r\x1b[K")
    assert b"upload: " not in shown
    assert piped.startswith(b"upload: ")
    assert b"remaining" not in piped
