"""`cloudlet s3 …` says and does what `aws s3 …` does, with no server."""

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from emulator.buckets import Buckets
from tests.unit.file_systems import folding_file_system

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
    assert cloudlet("cp", "s3://raw/y.csv", "out/z.csv") == "download: s3://raw/y.csv to out/z.csv\n"
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


def test_a_prefix_that_climbs_lists_nothing(cloudlet: Cloudlet, capsys: pytest.CaptureFixture[str]) -> None:
    """
    A listing shows the bucket, never what is beside it; with a prefix, nothing is a failure, as with `aws`.
    """
    cloudlet("mb", "s3://raw")

    assert failure(["ls", "s3://raw/../../"], capsys) == (1, "nothing is under s3://raw/../../\n")


def test_a_folder_is_adopted(cloudlet: Cloudlet, tmp_path: Path) -> None:
    """
    It stays where it is, is a bucket at once, and outlives it.
    """
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_text("a")

    cloudlet("mb", "s3://photos", "--path", "photos")
    listed = cloudlet("ls", "s3://photos", "-q")
    removed = cloudlet("rb", "s3://photos", "--force")

    assert (listed, removed) == ("a.jpg\n", "remove_bucket: photos\n")
    assert (tmp_path / "photos" / "a.jpg").read_text() == "a"


def test_a_bucket_is_emptied_line_by_line(cloudlet: Cloudlet, tmp_path: Path) -> None:
    """
    `rb --force` is `rm --recursive` and then `rb`.
    """
    cloudlet("mb", "s3://raw", "--tags", "stage", "test", "--tags", "owner", "me")
    (tmp_path / "a").touch()
    cloudlet("cp", "a", "s3://raw/b/")

    assert cloudlet("rb", "s3://raw", "--force") == "delete: s3://raw/b/a\nremove_bucket: raw\n"


def test_what_a_folder_cannot_hold_is_marked(
    cloudlet: Cloudlet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Beside the list, whose columns scripts read, and in documents.
    """
    cloudlet("mb", "s3://raw")
    (tmp_path / "x").write_text("x")
    cloudlet("cp", "x", "s3://raw/a/b")
    cloudlet("cp", "x", "s3://raw/a")
    capsys.readouterr()

    run(["s3", "ls", "s3://raw", "--recursive"])
    said = capsys.readouterr()
    document = json.loads(cloudlet("ls", "s3://raw", "--recursive", "--output", "json"))

    assert [line[31:] for line in said.out.splitlines()] == ["a", "a/b"]
    assert said.err == "the folder cannot hold 'a'; the API can\n"
    assert [entry.get("InFolder", True) for entry in document["Contents"]] == [False, True]


def test_keys_that_are_one_name_to_the_file_system_are_two_and_one_is_marked(
    cloudlet: Cloudlet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with folding_file_system(tmp_path / "exfat") as folder:
        cloudlet("mb", "s3://raw", "--path", str(folder))
        (tmp_path / "x").write_text("1")
        (tmp_path / "y").write_text("2")
        cloudlet("cp", "x", "s3://raw/A.txt")
        cloudlet("mv", "y", "s3://raw/a.txt")
        capsys.readouterr()

        run(["s3", "ls", "s3://raw", "--recursive"])
        said = capsys.readouterr()

        assert [line[31:] for line in said.out.splitlines()] == ["A.txt", "a.txt"]
        assert said.err == "the folder cannot hold 'a.txt'; the API can\n"
        assert cloudlet("cp", "s3://raw/A.txt", "-") == "1"
        assert cloudlet("cp", "s3://raw/a.txt", "-") == "2"
        assert (folder / "A.txt").read_text() == "1"
        assert not (tmp_path / "y").exists()
        cloudlet("rm", "s3://raw/a.txt")
        assert cloudlet("cp", "s3://raw/A.txt", "-") == "1"


@pytest.mark.parametrize(
    ("destination", "key"),
    [("s3://raw/a", "a"), ("s3://raw/d/", "d/-"), ("s3://raw", "-")],
    ids=["key", "prefix", "bucket"],
)
def test_a_stream_is_stored_in_silence(
    cloudlet: Cloudlet, monkeypatch: pytest.MonkeyPatch, destination: str, key: str
) -> None:
    """
    As by `aws`: what a pipe says is all there is.
    """
    cloudlet("mb", "s3://raw")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x")))

    said = cloudlet("cp", "-", destination, "--expected-size", "1")

    assert (said, cloudlet("ls", "s3://raw", "--recursive", "-q")) == ("", f"{key}\n")


def test_documents_tell_what_was_done_and_what_failed(cloudlet: Cloudlet, tmp_path: Path, home: Path) -> None:
    """
    For whoever asks for one; lines are for people.
    """
    cloudlet("mb", "s3://raw")
    (tmp_path / "in" / "b").mkdir(parents=True)
    (tmp_path / "in" / "a").write_text("a")
    (home / "s3" / "raw" / "b").write_text("b")

    up = json.loads(cloudlet("cp", "in", "s3://raw", "--recursive", "--output", "json"))
    assert run(["s3", "cp", "s3://raw", "in", "--recursive", "--query", "Failed[].Source", "--output", "text"]) == 1
    deleted = cloudlet("rm", "s3://raw", "--recursive", "--query", "Deleted[].Key", "--output", "text")

    assert up == {"Copied": [{"Source": "in/a", "Destination": "s3://raw/a"}]}
    assert deleted == "a\tb\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["cp", "x", "s3://raw", "--storage-class", "COLD"], "--storage-class"),
        (["cp", "x", "s3://raw", "--metadata", "a,b"], "cannot be read"),
        (["cp", "x", "s3://raw", "--expires", "soon"], "--expires"),
        (["cp", "x", "s3://raw", "--exclude"], "--exclude"),
        (["cp", "x", "s3://raw", "--exclude", "--recursive"], "--exclude"),
        (["cp", "-", "s3://raw", "--recursive"], "Streaming"),
        (["mv", "-", "s3://raw"], "Streaming"),
        (["mv", "s3://raw/x", "s3://raw/"], "onto itself"),
        (["sync", "x", "y"], "neither"),
        (["mb", "s3://other", "--tags", "key"], "--tags"),
        (["website", "s3://raw", "--error-document", "x"], "IndexDocument"),
        (["website", "s3://raw", "--index-document", "a/b"], "IndexDocument"),
        (["presign", "s3://raw"], "names no object"),
        (["presign", "s3://raw/a", "--expires-in", "604801"], "less than a week"),
    ],
)
def test_words_that_make_no_sense_are_refused(
    cloudlet: Cloudlet, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    """
    And nothing is changed.
    """
    cloudlet("mb", "s3://raw")
    (tmp_path / "x").write_text("x")
    cloudlet("cp", "x", "s3://raw")

    exit_code, message = failure(words, capsys)

    assert (exit_code, said in message) == (2, True), message
    assert cloudlet("ls", "-q") == "raw\n"
    assert cloudlet("ls", "s3://raw", "-q", "--recursive") == "x\n"


@pytest.mark.parametrize(
    ("time", "header"),
    [
        ("2030-12-31T23:59:59Z", "Tue, 31 Dec 2030 23:59:59 GMT"),
        ("2030-12-31T23:59:59+01:00", "Tue, 31 Dec 2030 22:59:59 GMT"),
        ("2030-12-31", "Tue, 31 Dec 2030 00:00:00 GMT"),
        ("Tue, 31 Dec 2030 23:59:59 GMT", "Tue, 31 Dec 2030 23:59:59 GMT"),
        ("0", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ],
)
def test_what_is_said_of_a_file_comes_back_with_it(
    s3: Any, buckets: Buckets, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, time: str, header: str
) -> None:
    """
    By the API, in the words of its headers.
    """
    monkeypatch.setenv("CLOUDLET_HOME", str(buckets.root.parent))
    s3.create_bucket(Bucket="web")
    (tmp_path / "a.html").write_text("<p>")

    run(
        [
            *("s3", "cp", str(tmp_path / "a.html"), "s3://web", "--cache-control", "max-age=60"),
            *("--content-disposition", "inline", "--content-encoding", "gzip", "--content-language", "de"),
            *("--metadata", '{"Stage": "a,b"}', "--website-redirect", "/other", "--storage-class", "GLACIER_IR"),
            *("--expires", time, "--sse", "--acl", "public-read"),
        ]
    )

    found = s3.get_object(Bucket="web", Key="a.html")
    assert found["ContentType"] == "text/html"
    assert (found["CacheControl"], found["ContentDisposition"]) == ("max-age=60", "inline")
    assert (found["ContentEncoding"], found["ContentLanguage"]) == ("gzip", "de")
    assert (found["Metadata"], found["WebsiteRedirectLocation"]) == ({"stage": "a,b"}, "/other")
    assert (found["StorageClass"], found["ExpiresString"]) == ("GLACIER_IR", header)
