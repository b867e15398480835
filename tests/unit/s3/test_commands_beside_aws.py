"""`cloudlet s3` and the real `aws s3`, side by side: the same files, the same words, the same lines and results."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from awscli.clidriver import create_clidriver  # type: ignore[import-untyped]
from awscli.customizations.s3.filegenerator import FileStat  # type: ignore[import-untyped]
from awscli.customizations.s3.filters import create_filter  # type: ignore[import-untyped]
from awscli.customizations.s3.utils import human_readable_size  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from cli.commands.s3.words import human_size
from cli.main import run
from emulator.buckets import Buckets, S3Uri
from emulator.buckets.transfers import Filters, LocalPath, Pattern
from tests.unit.s3.conftest import Server

OLD, MIDDLE, NEW = 1_700_000_000, 1_710_000_000, 1_720_000_000
"""Times of files and objects, in seconds."""

Files = dict[str, tuple[str, int]]
"""Content and time, by path."""


@dataclass(frozen=True)
class Side:
    """One of the two: where its commands run, its bucket's folder, and how it is called."""

    place: Path
    bucket: Path
    call: Callable[[Sequence[str]], int]


@dataclass(frozen=True)
class Case:
    """A command line, and what there is before it."""

    words: str
    local: Files = field(default_factory=dict)
    objects: Files = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    """What leads where, on this machine; "" for a FIFO."""

    def __str__(self) -> str:
        return self.words


def write(folder: Path, files: Files) -> None:
    for name, (content, seconds) in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        os.utime(path, (seconds, seconds))


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Sequence[str]], int]]:
    """The AWS CLI, which takes half a second to start."""
    nowhere = str(tmp_path_factory.mktemp("aws") / "none")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            patch.setenv(name, nowhere)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.delenv("AWS_PROFILE", raising=False)
        yield create_clidriver().main


@pytest.fixture
def theirs(tmp_path: Path, buckets: Buckets, server: Server, aws: Callable[[Sequence[str]], int]) -> Side:
    """The AWS CLI on a running server."""
    for name in ("raw", "other"):
        buckets.create_bucket(name)

    def call(words: Sequence[str]) -> int:
        buckets.scan_all()  # no watcher runs here
        return aws(["s3", *words, "--endpoint-url", f"http://127.0.0.1:{server.port}"])

    return Side(tmp_path / "theirs", buckets.root, call)


@pytest.fixture
def ours(tmp_path: Path, theirs: Side, monkeypatch: pytest.MonkeyPatch) -> Side:
    """This project's command on a home of its own."""
    monkeypatch.setenv("CLOUDLET_HOME", str(tmp_path / "home-of-ours"))
    monkeypatch.delenv("CLOUDLET_OUTPUT", raising=False)
    for name in ("raw", "other"):
        assert run(["s3", "mb", f"s3://{name}"]) == 0
    return Side(tmp_path / "ours", tmp_path / "home-of-ours" / "s3", lambda words: run(["s3", *words]))


@dataclass(frozen=True)
class Outcome:
    """All that can be seen of a command: which lines, in no order since `aws` has many hands, and what is where."""

    exit_code: int
    lines: tuple[str, ...]
    troubles: tuple[str, ...]
    local: Mapping[str, str]
    objects: Mapping[str, str]


@pytest.fixture
def outcomes(
    ours: Side, theirs: Side, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[[Case], list[Outcome]]:
    def outcome(side: Side, case: Case) -> Outcome:
        side.place.mkdir()
        write(side.place, case.local)
        write(side.bucket, case.objects)
        for name, leads_to in case.links.items():
            path = side.place / name
            path.symlink_to(leads_to) if leads_to else os.mkfifo(path)
        monkeypatch.chdir(side.place)
        capfd.readouterr()
        exit_code = side.call(case.words.split())
        said = capfd.readouterr()
        lines, troubles = (_told(text, side) for text in (said.out, said.err))
        return Outcome(exit_code, lines, troubles, contents(side.place), contents(side.bucket))

    return lambda case: [outcome(ours, case), outcome(theirs, case)]


def _told(text: str, side: Side) -> tuple[str, ...]:
    """Return the lines, without those that show progress."""
    lines = (line.strip().replace(str(side.place), "HERE") for line in text.splitlines())
    return tuple(sorted(line for line in lines if line and not line.startswith("Completed ")))


TREE: Files = {
    "t/a.csv": ("a", OLD),
    "t/b c+%.txt": ("bb", OLD),
    "t/d/x.csv": ("ccc", MIDDLE),
    "t/d.e/y": ("dddd", MIDDLE),
    "t/d/é.csv": ("e", NEW),
    "t/z": ("", NEW),
}
OBJECTS: Files = {
    "raw/in/a.csv": ("A", MIDDLE),
    "raw/in/b c+%.txt": ("BB", OLD),
    "raw/in/d/x.csv": ("CCCC", OLD),
    "raw/in/only-there": ("E", MIDDLE),
    "raw/inner": ("F", MIDDLE),
}

CASES = [
    Case("cp t s3://raw/in --recursive", TREE),
    Case("cp t s3://raw --recursive --exclude *.csv", TREE),
    Case("cp t/ s3://raw/in/ --recursive --exclude * --include *.csv", TREE),
    Case("cp t s3://raw --recursive --include *.csv --exclude *", TREE),
    Case("cp t s3://raw --recursive --exclude d/* --include d/x* --exclude *é*", TREE),
    Case("cp t s3://raw --recursive --exclude [ab]*", TREE),
    Case("cp t s3://raw --recursive --exclude d", TREE),
    Case("cp t s3://raw --recursive --exclude */*", TREE),
    Case("cp t s3://raw/in --recursive --dryrun", TREE),
    Case("cp t s3://raw/in --recursive --only-show-errors", TREE),
    Case("cp t s3://raw/in --recursive --quiet", TREE),
    Case("cp t s3://raw/in --recursive --dryrun --quiet", TREE),
    Case("cp t s3://raw/in --recursive --dryrun --only-show-errors", TREE),
    Case("cp t/a.csv s3://raw", TREE),
    Case("cp t/a.csv s3://raw/x", TREE),
    Case("cp t/a.csv s3://raw/x/", TREE),
    Case("cp t/a.csv s3://raw/x/ --exclude a*", TREE),
    Case("cp s3://raw/in . --recursive", objects=OBJECTS),
    Case("cp s3://raw/in out/deep --recursive --exclude *.csv", objects=OBJECTS),
    Case("cp s3://raw/in/a.csv .", objects=OBJECTS),
    Case("cp s3://raw/in/a.csv out/", objects=OBJECTS),
    Case("cp s3://raw/in/a.csv out/x", objects=OBJECTS),
    Case("cp s3://raw/in/a.csv t/a.csv", TREE, OBJECTS),
    Case("cp s3://raw s3://other --recursive", objects=OBJECTS),
    Case("cp s3://raw/in s3://other/x --recursive --exclude a*", objects=OBJECTS),
    Case("cp s3://raw/in/a.csv s3://other", objects=OBJECTS),
    Case("cp s3://raw/in/a.csv s3://raw/in/a.csv --metadata k=v", objects=OBJECTS),
    Case("rm s3://raw/in/a.csv", objects=OBJECTS),
    Case("rm s3://raw/in/none", objects=OBJECTS),
    Case("rm s3://raw/in --recursive", objects=OBJECTS),
    Case("rm s3://raw/ --recursive --exclude * --include in/*.csv", objects=OBJECTS),
    Case("rm s3://raw --recursive --dryrun", objects=OBJECTS),
    Case("mv t s3://raw/in --recursive --exclude z", TREE, OBJECTS),
    Case("mv t/a.csv s3://raw/in/", TREE, OBJECTS),
    Case("mv s3://raw/in here --recursive", objects=OBJECTS),
    Case("mv s3://raw/in/a.csv .", objects=OBJECTS),
    Case("mv s3://raw/in s3://raw/done --recursive", objects=OBJECTS),
    Case("mv s3://raw/in/a.csv s3://raw/inner", objects=OBJECTS),
    Case("mv s3://raw/in/a.csv s3://other --dryrun", objects=OBJECTS),
    Case("cp t s3://raw --recursive --no-follow-symlinks", TREE, links={"t/dangling": "nowhere", "t/link": "d"}),
    Case("sync t s3://raw/in", TREE, OBJECTS),
    Case("sync t s3://raw/in --delete", TREE, OBJECTS),
    Case("sync t s3://raw/in --delete --exclude only*", TREE, OBJECTS),
    Case("sync t s3://raw/in --delete --exclude * --include d/* --include only*", TREE, OBJECTS),
    Case("sync t s3://raw/in --size-only", TREE, OBJECTS),
    Case("sync t s3://raw/in --exact-timestamps", TREE, OBJECTS),
    Case("sync t s3://raw/in --delete --dryrun", TREE, OBJECTS),
    Case("sync t/ s3://raw/in/ --exclude *.csv --delete", TREE, OBJECTS),
    Case("sync s3://raw/in t", TREE, OBJECTS),
    Case("sync s3://raw/in t --delete", TREE, OBJECTS),
    Case("sync s3://raw/in t --delete --exclude d*", TREE, OBJECTS),
    Case("sync s3://raw/in t --size-only --delete", TREE, OBJECTS),
    Case("sync s3://raw/in t --exact-timestamps", TREE, OBJECTS),
    Case("sync s3://raw/in new/folder", objects=OBJECTS),
    Case("sync s3://raw s3://other", objects=OBJECTS | {"other/in/a.csv": ("a", OLD), "other/in/b": ("b", NEW)}),
    Case("sync s3://raw s3://other --delete --exclude in/*", objects=OBJECTS | {"other/in/gone": ("a", OLD)}),
    Case("sync s3://raw/in s3://other/in --delete", objects=OBJECTS | {"other/in/gone": ("a", OLD)}),
    Case("ls --bucket-name-prefix none", objects=OBJECTS),
    Case("ls s3://raw", objects=OBJECTS),
    Case("ls raw/in", objects=OBJECTS),
    Case("ls s3://raw/in/", objects=OBJECTS),
    Case("ls s3://raw/in/ --human-readable --summarize", objects=OBJECTS),
    Case("ls s3://raw --recursive --summarize", objects=OBJECTS),
    Case("ls s3://raw --recursive --page-size 2", objects=OBJECTS),
    Case("ls s3://raw --page-size 1", objects=OBJECTS),
    Case("ls s3://raw/in --recursive", objects=OBJECTS),
    Case("ls s3://other/nothing"),
    Case("ls s3://other"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_same_words_come_to_the_same(outcomes: Callable[[Case], list[Outcome]], case: Case) -> None:
    """
    `AWS ?= cloudlet` at the top of a Makefile is all that separates a local run from a real one.
    """
    mine, theirs = outcomes(case)

    assert mine.lines == theirs.lines
    assert (mine.exit_code, mine.local, mine.objects) == (theirs.exit_code, theirs.local, theirs.objects)


DEEP = "/".join(["p" * 200] * 5)
"""A prefix that leaves a key nineteen bytes."""

TROUBLES = [
    Case(f"cp t s3://raw/{DEEP} --recursive", TREE | {"t/c-has-a-name-that-is-too-long": ("", OLD)}),
    Case(f"mv t s3://raw/{DEEP} --recursive", TREE | {"t/c-has-a-name-that-is-too-long": ("", OLD)}),
    Case("cp t s3://raw --recursive", TREE, links={"t/dangling": "nowhere", "t/pipe": "", "t/link": "d"}),
    Case("sync t s3://raw", TREE, links={"t/dangling": "nowhere", "t/pipe": "", "t/link": "d"}),
    Case("cp s3://raw/in/a.csv s3://raw/in/a.csv", objects=OBJECTS),
    Case("cp s3://raw/in t --recursive", {"t/a.csv/is-a-folder": ("", OLD)}, OBJECTS),
    Case("mv s3://raw/in t --recursive", {"t/a.csv/is-a-folder": ("", OLD)}, OBJECTS),
]


@pytest.mark.parametrize("case", TROUBLES, ids=[str(case)[:20] for case in TROUBLES])
def test_what_fails_is_named_and_the_others_go_on(outcomes: Callable[[Case], list[Outcome]], case: Case) -> None:
    """
    With 1 if a file failed, else with 2 if one was left out.
    """
    mine, theirs = outcomes(case)

    assert mine.exit_code != 0
    assert [_without_reason(line) for line in mine.troubles] == [_without_reason(line) for line in theirs.troubles]
    assert (mine.exit_code, mine.lines, mine.local, mine.objects) == (
        theirs.exit_code,
        theirs.lines,
        theirs.local,
        theirs.objects,
    )


def _without_reason(line: str) -> str:
    """Leave out the system's words, which name a file that is only there for a moment."""
    return line.partition(" [Errno ")[0]


PARTS = st.text(st.sampled_from("ab*?[]!./- é\n"), min_size=1, max_size=6)
NAMES = st.text(st.sampled_from("ab.-/ é\n"), min_size=1, max_size=8).filter(lambda name: not name.startswith("/"))


@effort(deadline=None)  # others may need the machine
@given(
    patterns=st.lists(st.tuples(st.sampled_from(["exclude", "include"]), PARTS), min_size=1, max_size=4),
    names=st.lists(NAMES, min_size=1, max_size=5),
    places=st.sampled_from(
        [
            ("/tmp/x", "s3://raw/in", "/tmp/x/", "local"),
            ("s3://raw/in", "/tmp/x", "raw/in/", "s3"),
            ("s3://raw", "s3://raw/a", "raw/", "s3"),
            ("s3://raw/in/", "s3://other", "raw/in/", "s3"),
        ]
    ),
    recursive=st.booleans(),
)
def test_patterns_decide_as_those_of_aws(
    patterns: list[tuple[str, str]], names: list[str], places: tuple[str, str, str, str], recursive: bool
) -> None:
    """
    Their order, their roots, and what a wildcard goes across.
    """
    source, destination, root, kind = places
    options = [[f"--{verb}", text] for verb, text in patterns]
    theirs = create_filter({"filters": options, "src": source, "dest": destination, "dir_op": recursive})
    ours = Filters(
        [Pattern(text, verb == "include") for verb, text in patterns],
        *(_place(text) for text in (source, destination)),
        recursive=recursive,
    )

    for name in (root + name for name in names):
        stat = FileStat(src=name, src_type=kind)
        assert ours.let_through(name) == bool(list(theirs.call([stat])))


def _place(text: str) -> LocalPath | S3Uri:
    bucket, _, key = text.removeprefix("s3://").partition("/")
    return S3Uri(bucket, key) if text.startswith("s3://") else LocalPath(text)


@effort(deadline=None)
@given(st.integers(0, 2**62))
def test_sizes_are_written_as_aws_writes_them(size: int) -> None:
    """
    Also where rounding reaches the next unit.
    """
    assert human_size(size) == human_readable_size(size)
