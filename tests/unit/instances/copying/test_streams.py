"""Packing and unpacking: what goes in comes out, and nothing lands anywhere else."""

import io
import os
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.errors import ConflictError, EngineError
from emulator.instances.copying.packing import pack
from emulator.instances.copying.tally import Tally
from emulator.instances.copying.unpacking import unpack

_MIB = 1024 * 1024


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with one of each kind, and names that are hard to spell."""
    site = tmp_path / "site"
    (site / "css").mkdir(parents=True)
    (site / "empty").mkdir()
    (site / "index.html").write_text("<h1>")
    (site / "run.sh").write_text("#!/bin/sh\n")
    (site / "run.sh").chmod(0o755)
    (site / "css" / "a b\nc.css").write_text("x" * 1000)
    (site / "css" / ("ü" * 120)).write_text("long")
    Path(os.fsdecode(os.fsencode(site) + b"/\xff")).write_text("no text")
    (site / "latest").symlink_to("css")
    (site / "broken").symlink_to("/no/such/file")
    (site / "css").chmod(0o555)
    os.utime(site / "index.html", (1_000_000_000, 1_000_000_000))
    return site


def listing(folder: Path) -> dict[str, tuple[str, int, str]]:
    """Return type, mode and content of everything below *folder*."""
    found = {}
    for path in sorted(folder.rglob("*")):
        facts = path.lstat()
        content = str(path.readlink()) if path.is_symlink() else path.read_text() if path.is_file() else ""
        found[str(path.relative_to(folder))] = (stat.filemode(facts.st_mode), int(facts.st_mtime), content)
    return found


def send(source: Path, name: str | None, target: Path, arrives_as: str | None, *, wrapped: bool = True) -> Tally:
    tally = Tally()
    unpack(pack(source, name, Tally()), target, arrives_as, wrapped=wrapped, tally=tally)
    return tally


def archive(*members: tuple[tarfile.TarInfo, bytes]) -> Iterator[bytes]:
    """Return a stream that no honest instance would send."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        for member, data in members:
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    yield content.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, mode
    return info


def test_a_folder_arrives_as_it_was(site: Path, target: Path) -> None:
    """Modes, times, links, and names of any length and spelling."""
    tally = send(site, "site", target, "copy")

    assert listing(target / "copy") == listing(site)
    assert (tally.files, tally.size_bytes) == (5, 4 + 10 + 1000 + 4 + 7)


def test_the_contents_of_a_folder_join_what_is_there(site: Path, target: Path) -> None:
    (target / "mine").write_text("stays")

    send(site, None, target, None, wrapped=False)

    assert listing(target) == {**listing(site), "mine": listing(target)["mine"]}


def test_what_is_there_is_replaced_file_by_file(site: Path, target: Path) -> None:
    """A link is replaced, not written through."""
    (target / "index.html").write_text("old")
    (target / "run.sh").symlink_to(target / "index.html")

    send(site, None, target, None, wrapped=False)

    assert (target / "index.html").read_text() == "<h1>"
    assert not (target / "run.sh").is_symlink()


def test_pipes_and_sockets_are_left_out_and_told(tmp_path: Path, target: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    os.mkfifo(source / "pipe")
    packed, unpacked = Tally(), Tally()

    unpack(pack(source, "x", packed), target, "x", wrapped=True, tally=Tally())
    unpack(archive((member("dev", tarfile.CHRTYPE), b"")), target, None, wrapped=False, tally=unpacked)

    assert list((target / "x").iterdir()) == []
    assert (packed.skipped, unpacked.skipped) == ([str(source / "pipe")], ["dev"])


def test_everything_belongs_to_root_inside(site: Path) -> None:
    """The numbers of this machine's users mean nothing there."""
    with tarfile.open(fileobj=io.BytesIO(b"".join(pack(site, "site", Tally())))) as tar:
        assert {(one.uid, one.gid, one.uname) for one in tar} == {(0, 0, "root")}


def test_a_large_file_is_never_whole_in_memory(tmp_path: Path) -> None:
    """It passes in pieces."""
    with (tmp_path / "large").open("wb") as file:
        file.truncate(64 * _MIB)

    pieces = [len(piece) for piece in pack(tmp_path / "large", "large", Tally())]

    assert max(pieces) <= _MIB
    assert sum(pieces) > 64 * _MIB


def test_a_file_that_shrinks_meanwhile_is_an_error(tmp_path: Path) -> None:
    """Its header has promised more."""
    (tmp_path / "log").write_bytes(bytes(_MIB))
    stream = pack(tmp_path / "log", "log", Tally())
    next(stream)

    (tmp_path / "log").write_bytes(b"")

    with pytest.raises(ConflictError, match="became shorter"):
        list(stream)


@pytest.mark.parametrize("name", ["../evil", "x/../../evil", "x/..", "/../evil"])
def test_a_name_that_leads_upwards_is_refused(target: Path, name: str) -> None:
    with pytest.raises(EngineError, match="nothing was written there"):
        unpack(archive((member(name), b"evil")), target, None, wrapped=False, tally=Tally())

    assert not (target.parent / "evil").exists()


def test_an_absolute_name_stays_inside(target: Path) -> None:
    unpack(archive((member("/evil"), b"evil")), target, None, wrapped=False, tally=Tally())

    assert (target / "evil").read_text() == "evil"


@pytest.mark.parametrize("leads_to", ["..", "/", "elsewhere"])
def test_a_link_in_the_stream_is_not_walked_through(target: Path, leads_to: str) -> None:
    """The oldest trick: a link, then a file beneath it."""
    (target.parent / "elsewhere").mkdir()
    to = str(target.parent / leads_to) if leads_to == "elsewhere" else leads_to

    with pytest.raises(ConflictError, match="in the way"):
        unpack(
            archive((member("x", tarfile.SYMTYPE, to), b""), (member("x/evil"), b"evil")),
            target,
            None,
            wrapped=False,
            tally=Tally(),
        )

    assert not list(target.parent.rglob("evil"))


def test_a_link_that_lies_there_is_not_walked_through(target: Path) -> None:
    """It may lead to what its owner would not have overwritten."""
    (target.parent / "elsewhere").mkdir()
    (target / "x").symlink_to(target.parent / "elsewhere")

    with pytest.raises(ConflictError, match="in the way"):
        unpack(
            archive((member("x", tarfile.DIRTYPE), b""), (member("x/evil"), b"evil")),
            target,
            None,
            wrapped=False,
            tally=Tally(),
        )

    assert list((target.parent / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("to", ["../secret", "/../secret"])
def test_a_hard_link_to_something_outside_is_refused(target: Path, to: str) -> None:
    """It would share the file, and writing the one would write the other."""
    (target.parent / "secret").write_text("secret")

    with pytest.raises(EngineError, match="nothing was written there"):
        unpack(archive((member("x", tarfile.LNKTYPE, to), b"")), target, None, wrapped=False, tally=Tally())

    assert list(target.iterdir()) == []


def test_hard_links_within_the_stream_stay_links(target: Path) -> None:
    """Also when the copy is made a second time."""
    for _ in range(2):
        unpack(
            archive(
                (member("d", tarfile.DIRTYPE, mode=0o755), b""),
                (member("d/a"), b"x"),
                (member("d/b", tarfile.LNKTYPE, "d/a"), b""),
            ),
            target,
            "copy",
            wrapped=True,
            tally=Tally(),
        )

        assert (target / "copy" / "a").samefile(target / "copy" / "b")
        assert sorted(path.name for path in (target / "copy").iterdir()) == ["a", "b"]


def test_nothing_comes_out_that_runs_as_somebody_else(target: Path) -> None:
    """A program of the instance's root must not become one of ours."""
    unpack(archive((member("x", mode=0o6755), b"")), target, None, wrapped=False, tally=Tally())

    assert stat.S_IMODE((target / "x").stat().st_mode) == 0o755


def test_a_file_and_a_folder_do_not_give_way_to_each_other(target: Path) -> None:
    (target / "folder").mkdir()
    (target / "file").write_text("stays")

    with pytest.raises(ConflictError, match=r"a folder is in the way of .*/folder"):
        unpack(archive((member("folder"), b"x")), target, None, wrapped=False, tally=Tally())
    with pytest.raises(ConflictError, match=r"a file or a link is in the way of .*/file"):
        unpack(archive((member("file", tarfile.DIRTYPE), b"")), target, None, wrapped=False, tally=Tally())

    assert listing(target).keys() == {"folder", "file"}
    assert (target / "file").read_text() == "stays"


@pytest.mark.parametrize("content", [b"", b"no archive" * 100])
def test_what_is_no_archive_is_an_error(target: Path, content: bytes) -> None:
    with pytest.raises(EngineError, match="no whole archive"):
        unpack([content], target, "x", wrapped=True, tally=Tally())


def test_an_archive_that_breaks_off_leaves_no_half_file(site: Path, target: Path) -> None:
    """The old one stays until the new one is whole."""
    (target / "big").write_text("old")
    (whole,) = archive((member("big"), bytes(_MIB)))

    with pytest.raises(EngineError, match="no whole archive"):
        unpack([whole[: _MIB // 2]], target, None, wrapped=False, tally=Tally())

    assert listing(target).keys() == {"big"}
    assert (target / "big").read_text() == "old"
