"""A zip from anybody: unpacked whole, or refused with nothing left."""

import io
import os
import stat
import struct
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.functions.code import archive
from emulator.functions.code.archive import check_upload, unpack
from emulator.functions.errors import InvalidFunctionError, UploadTooLargeError

COULD_NOT = "Could not unzip uploaded file. Please check your file, then try to upload again."


def zipped(*entries: tuple[str, bytes], mode: int = 0o100644, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of *entries* as they are: no name is made better than it is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out, warnings.catch_warnings(action="ignore"):
        for name, content in entries:
            info = zipfile.ZipInfo("x")
            info.filename = name
            info.external_attr = mode << 16
            info.compress_type = method
            out.writestr(info, content)
    return buffer.getvalue()


def test_files_folders_and_modes_are_as_the_zip_says(tmp_path: Path) -> None:
    """A bootstrap that cannot be run is none; and all can be read by the workers, whatever the umask is."""
    content = zipped(("empty/", b""), ("bin/run", b"#!/bin/sh\n"), ("./plain.txt", b"text"), mode=0o100700)
    umask = os.umask(0o077)
    try:
        unpack(content, tmp_path / "code")
    finally:
        os.umask(umask)

    assert (tmp_path / "code" / "bin" / "run").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "code" / "plain.txt").read_bytes() == b"text"
    assert (tmp_path / "code" / "empty").is_dir()
    assert (tmp_path / "code" / "bin").stat().st_mode & 0o777 == 0o755
    assert names_in(tmp_path) == ["code"]


def test_it_may_be_a_file_as_well(tmp_path: Path) -> None:
    """A large one need not be held in memory."""
    (tmp_path / "code.zip").write_bytes(zipped(("app.py", b"x = 1")))

    unpack(tmp_path / "code.zip", tmp_path / "code")

    assert (tmp_path / "code" / "app.py").read_bytes() == b"x = 1"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../evil", "leads out"),
        ("a/../../evil", "leads out"),
        ("a/..", "leads out"),
        ("/etc/evil", "absolute"),
        ("//evil", "absolute"),
        ("C:/evil", "absolute"),
        ("c:evil", "absolute"),
        ("..\\evil", "no name may have"),
        ("a\\b", "no name may have"),
        ("a\0.py", "no name may have"),
        (".", "has no name"),
        ("a" * 256, "too long"),
        ("/".join(["abcdefgh"] * 130), "too long"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    """In AWS's words; what is wrong is the hint."""
    with pytest.raises(InvalidFunctionError, match=COULD_NOT) as refusal:
        unpack(zipped(("app.py", b"x"), (name, b"evil")), tmp_path / "in" / "code")

    assert refusal.value.hint is not None
    assert reason in refusal.value.hint
    assert files_below(tmp_path) == set()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFBLK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFSOCK])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    """A link is a way out of the package, for us now and for everybody later."""
    with pytest.raises(InvalidFunctionError, match=COULD_NOT):
        unpack(zipped(("app.py", b"/etc/passwd"), mode=kind | 0o777), tmp_path / "code")

    assert files_below(tmp_path) == set()


@pytest.mark.parametrize(
    "names",
    [("a", "a"), ("a/b", "a"), ("a", "a/b"), ("a", "a/"), ("a/", "a"), ("a/b", "a/./b"), ("a//b", "a/b"), ("a", "./a")],
)
def test_a_name_that_comes_twice_is_refused(tmp_path: Path, names: tuple[str, str]) -> None:
    """Which of them would count is a riddle: readers of zips disagree, and a check sees the other one."""
    with pytest.raises(InvalidFunctionError, match=COULD_NOT):
        unpack(zipped(*((name, b"x") for name in names)), tmp_path / "code")

    assert files_below(tmp_path) == set()


def test_names_that_differ_in_case_are_two_where_the_file_system_tells_them_apart(tmp_path: Path) -> None:
    """As on AWS; where it does not, the second is refused instead of overwriting the first."""
    (tmp_path / "probe").touch()
    content = zipped(("a.py", b"1"), ("A.py", b"2"))
    if (tmp_path / "PROBE").exists():
        with pytest.raises(InvalidFunctionError, match=COULD_NOT):
            unpack(content, tmp_path / "code")
    else:
        unpack(content, tmp_path / "code")
        assert {path.read_bytes() for path in (tmp_path / "code").iterdir()} == {b"1", b"2"}


def test_an_encrypted_file_is_refused(tmp_path: Path) -> None:
    """Nobody has given a password."""
    content = bytearray(zipped(("app.py", b"x = 1")))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(InvalidFunctionError, match=COULD_NOT) as refusal:
        unpack(bytes(content), tmp_path / "code")

    assert "encrypted" in str(refusal.value.hint)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_decompresses_without_a_limit_is_refused(tmp_path: Path, method: int) -> None:
    """A kilobyte of it may be a gigabyte in memory before a byte can be counted."""
    with pytest.raises(InvalidFunctionError, match=COULD_NOT):
        unpack(zipped(("app.py", b"x = 1"), method=method), tmp_path / "code")


def test_an_honest_bomb_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """One that says itself that it is 250 MB need not be tried."""
    content = lie_about_size(zipped(("large.bin", bytes(1000))), 262_144_000)

    with pytest.raises(InvalidFunctionError, match="Unzipped size must be smaller than 262144000 bytes"):
        unpack(content, tmp_path / "code")

    assert files_below(tmp_path) == set()


def test_a_lying_bomb_is_refused_when_it_has_written_as_much_as_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its headers say a byte; what counts is what comes out."""
    monkeypatch.setattr(archive, "MAX_UNZIPPED_BYTES", 1_000_000)
    content = lie_about_size(zipped(("bomb", bytes(10_000_000))), 1)

    with pytest.raises(InvalidFunctionError):
        unpack(content, tmp_path / "code")

    assert files_below(tmp_path) == set()


def test_overlapping_entries_count_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list may name the same bytes a thousand times: what is small on the way in is not on the disk."""
    monkeypatch.setattr(archive, "MAX_UNZIPPED_BYTES", 1_000_000)
    one = zipped(("a", bytes(300_000)))
    start, end = one.index(b"PK\x01\x02"), one.rindex(b"PK\x05\x06")
    entry = one[start:end]
    many = entry * 10
    content = one[:start] + many + one[end : end + 8] + struct.pack("<HHII", 10, 10, len(many), start) + b"\0\0"

    with pytest.raises(InvalidFunctionError):
        unpack(content, tmp_path / "code")

    assert files_below(tmp_path) == set()


@pytest.mark.parametrize("folders", [False, True])
def test_more_entries_than_a_package_has_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folders: bool
) -> None:
    """A million empty files cost nothing in the zip, and every inode of the disk."""
    monkeypatch.setattr(archive, "MAX_ENTRIES", 50)
    names = ["/".join(f"{number}" for number in range(60))] if folders else [f"{number}" for number in range(60)]

    for content in (zipped(*((name, b"") for name in names)), tmp_path / "many.zip"):
        if isinstance(content, bytes):
            (tmp_path / "many.zip").write_bytes(content)
        with pytest.raises(InvalidFunctionError, match=COULD_NOT):
            unpack(content, tmp_path / "in" / "code")

    assert files_below(tmp_path) == {"many.zip"}


@pytest.mark.parametrize("content", [b"", zipped()])
def test_a_zip_of_nothing_is_refused_in_awss_words(tmp_path: Path, content: bytes) -> None:
    """Most often the path was wrong."""
    (tmp_path / "in.zip").write_bytes(content)

    for source in (content, tmp_path / "in.zip"):
        with pytest.raises(InvalidFunctionError, match="Uploaded file must be a non-empty zip"):
            unpack(source, tmp_path / "code")


def test_an_upload_of_more_than_50_megabytes_is_refused_in_awss_words() -> None:
    """The request is what is too large; the zip may come from a bucket."""
    check_upload(bytes(52_428_800), "CreateFunction")

    with pytest.raises(UploadTooLargeError) as refusal:
        check_upload(bytes(52_428_801), "CreateFunction")

    assert str(refusal.value) == "Request must be smaller than 69905067 bytes for the CreateFunction operation"
    assert refusal.value.code == "RequestEntityTooLargeException"


NAMES = st.one_of(
    st.sampled_from(["a", "b", "a/b", "a/", "..", "../a", "/a", "a/../b", "./a", "a\\b", "A", "", "/", "C:a", "a//b"]),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
    st.lists(st.sampled_from(["a", "b", "..", ".", "", "c\\d"]), min_size=1, max_size=5).map("/".join),
)
MODES = st.sampled_from([0, 0o100644, 0o100755, 0o40755, stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o644, 0o104755])


@settings(max_examples=150, deadline=None)
@given(entries=st.lists(st.tuples(NAMES, st.binary(max_size=40), MODES), max_size=6), flips=st.binary(max_size=6))
def test_whatever_is_in_it_nothing_is_written_elsewhere_and_nothing_half(
    tmp_path_factory: pytest.TempPathFactory, entries: list[tuple[str, bytes, int]], flips: bytes
) -> None:
    """Names, modes and damage of every kind: either all is unpacked, as plain files, or nothing is left."""
    place = tmp_path_factory.mktemp("hostile")
    content = bytearray(mixed(entries))
    for first, second in zip(flips[::2], flips[1::2], strict=False):
        content[first * len(content) // 256] = second

    try:
        unpack(bytes(content), place / "deep" / "code")
    except InvalidFunctionError:
        assert files_below(place) == set()
    else:
        assert names_in(place) == ["deep"]
        assert names_in(place / "deep") == ["code"]
        for root, folders, files in os.walk(place / "deep" / "code"):
            for name in (*folders, *files):
                mode = (Path(root) / name).lstat().st_mode
                assert stat.S_ISREG(mode) or stat.S_ISDIR(mode)
                assert not mode & (stat.S_ISUID | stat.S_ISGID)


def mixed(entries: list[tuple[str, bytes, int]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out, warnings.catch_warnings(action="ignore"):
        for name, content, mode in entries:
            info = zipfile.ZipInfo("x")
            info.filename = name
            info.external_attr = mode << 16
            if name:
                out.writestr(info, content)
    return buffer.getvalue()


def lie_about_size(content: bytes, size: int) -> bytes:
    """Return a zip whose two headers say that its only file is of *size*."""
    lying = bytearray(content)
    central = content.index(b"PK\x01\x02")
    lying[22:26] = lying[central + 24 : central + 28] = struct.pack("<I", size)
    return bytes(lying)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def files_below(folder: Path) -> set[str]:
    return {name for _, folders, files in os.walk(folder) for name in (*folders, *files)} - {"in", "deep"}
