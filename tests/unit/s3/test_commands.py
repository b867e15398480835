"""`cloudlet s3 …` says and does what `aws s3 …` does, with no server."""

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cli.main import run

Cloudlet = Callable[..., str]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLOUDLET_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CLOUDLET_OUTPUT", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def cloudlet(home: Path, capsys: pytest.CaptureFixture[str]) -> Cloudlet:
    """Run a command that must succeed and return what it printed."""

    def call(*words: str) -> str:
        capsys.readouterr()
        assert run(["s3", *words]) == 0
        return capsys.readouterr().out

    return call


def failure(words: Sequence[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    capsys.readouterr()
    code = run(["s3", *words])
    return code, capsys.readouterr().err


def test_a_bucket_is_made_shown_and_removed(cloudlet: Cloudlet, home: Path) -> None:
    """
    In the words that scripts around `aws s3` look for.
    """
    assert cloudlet("mb", "s3://raw") == "make_bucket: raw\n"
    assert cloudlet("path", "s3://raw") == f"{home}/s3/raw\n"
    assert cloudlet("ls").split()[2:] == ["raw"]
    assert cloudlet("ls", "-q") == "raw\n"
    assert cloudlet("rb", "s3://raw") == "remove_bucket: raw\n"
    assert cloudlet("ls") == ""


def test_files_are_copied_in_out_and_across(cloudlet: Cloudlet, tmp_path: Path) -> None:
    """
    A destination that ends in a slash keeps the file's name.
    """
    cloudlet("mb", "s3://raw")
    (tmp_path / "x.csv").write_text("1,2\n")

    assert cloudlet("cp", "x.csv", "s3://raw/in/") == "upload: ./x.csv to s3://raw/in/x.csv\n"
    assert cloudlet("cp", "s3://raw/in/x.csv", "s3://raw/y.csv") == "copy: s3://raw/in/x.csv to s3://raw/y.csv\n"
    assert cloudlet("cp", "s3://raw/y.csv", "out/z.csv") == "download: s3://raw/y.csv to ./out/z.csv\n"
    assert cloudlet("cp", "s3://raw/y.csv", ".") == "download: s3://raw/y.csv to ./y.csv\n"

    assert (tmp_path / "out" / "z.csv").read_text() == (tmp_path / "y.csv").read_text() == "1,2\n"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["z.csv"]


def test_trees_are_copied_and_deleted(cloudlet: Cloudlet, tmp_path: Path) -> None:
    """
    With --recursive; a file dropped by hand counts at once.
    """
    cloudlet("mb", "s3://raw")
    (tmp_path / "tree" / "d").mkdir(parents=True)
    (tmp_path / "tree" / "a").touch()
    (tmp_path / "tree" / "d" / "b").touch()

    cloudlet("cp", "tree", "s3://raw/t", "--recursive")
    (Path(cloudlet("path", "s3://raw/t").strip()) / "dropped").touch()
    cloudlet("cp", "s3://raw/t", "back", "--recursive")

    assert sorted(p.relative_to(tmp_path / "back").as_posix() for p in (tmp_path / "back").rglob("*")) == [
        "a",
        "d",
        "d/b",
        "dropped",
    ]
    assert cloudlet("rm", "s3://raw/t/", "--recursive").splitlines() == [
        "delete: s3://raw/t/a",
        "delete: s3://raw/t/d/b",
        "delete: s3://raw/t/dropped",
    ]


def test_a_listing_rolls_folders_up_and_is_aws_s_document(cloudlet: Cloudlet, tmp_path: Path) -> None:
    """
    `jq` and `--query` recipes carry over.
    """
    cloudlet("mb", "s3://raw")
    folder = Path(cloudlet("path", "s3://raw").strip())
    (folder / "in").mkdir()
    (folder / "in" / "a.csv").write_text("1,2\n")
    (folder / "top").write_text("x")

    listed = cloudlet("ls", "s3://raw").splitlines()
    document = json.loads(cloudlet("ls", "s3://raw", "--output", "json"))

    assert listed[0] == "                           PRE in/"
    assert listed[1].endswith("          1 top")
    assert document["CommonPrefixes"] == [{"Prefix": "in/"}]
    assert [(entry["Key"], entry["Size"]) for entry in document["Contents"]] == [("top", 1)]
    assert cloudlet("ls", "s3://raw/in/").endswith("          4 a.csv\n")
    assert cloudlet("ls", "s3://raw", "--recursive", "-q") == "in/a.csv\ntop\n"


def test_streams_are_dashes(cloudlet: Cloudlet, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Pipes need no temporary file.
    """
    cloudlet("mb", "s3://raw")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"h\xffllo")))

    cloudlet("cp", "-", "s3://raw/a")

    assert Path(cloudlet("path", "s3://raw/a").strip()).read_bytes() == b"h\xffllo"


def test_an_object_is_written_to_stdout_as_it_is(home: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """
    Bytes, with no newline of ours.
    """
    run(["s3", "mb", "s3://raw"])
    run(["s3", "path", "s3://raw"])
    Path(capfdbinary.readouterr().out.decode().splitlines()[-1], "a").write_bytes(b"h\xffllo")

    assert run(["s3", "cp", "s3://raw/a", "-"]) == 0

    assert capfdbinary.readouterr().out == b"h\xffllo"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["ls", "s3://rw"], 1, "did you mean raw?"),
        (["mb", "s3://raw"], 1, "you already own it"),
        (["mb", "s3://Raw"], 2, "The specified bucket is not valid."),
        (["mb", "raw"], 2, "names no bucket"),
        (["cp", "none", "s3://raw/"], 1, "does not exist"),
        (["cp", "none", "elsewhere"], 2, "neither"),
        (["cp", "s3://raw/none", "."], 1, "The specified key does not exist."),
        (["cp", "s3://raw", "."], 2, "--recursive"),
        (["rm", "s3://raw"], 2, "names no object"),
        (["rb", "s3://raw/a"], 2, "names a key"),
        (["path", "s3://raw/../x"], 2, "leads above"),
    ],
)
def test_a_mistake_is_told_with_the_next_step(
    cloudlet: Cloudlet, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    """
    And with the exit code that scripts tell apart.
    """
    cloudlet("mb", "s3://raw")

    exit_code, message = failure(words, capsys)

    assert exit_code == code
    assert said in message
    assert "Traceback" not in message


def test_a_prefix_that_climbs_lists_nothing(cloudlet: Cloudlet, home: Path) -> None:
    """
    A listing shows the bucket, never what is beside it.
    """
    cloudlet("mb", "s3://raw")

    assert cloudlet("ls", "s3://raw/../../") == ""
