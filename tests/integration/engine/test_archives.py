"""Files into and out of containers, on the engine itself."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.engine import ContainerSpec, Engine, Kind
from emulator.engine.archives import PathStat
from emulator.errors import EngineError, NotFoundError
from emulator.instances.copying.packing import pack
from emulator.instances.copying.tally import Tally
from emulator.units import MIB


@pytest.fixture
def engine(cloud: Cloud) -> Engine:
    return cloud.engine


@pytest.fixture
def box(cloud: Cloud) -> str:
    """A container that was made and never started: a disk is all that is needed."""
    spec = ContainerSpec(cloud.images.holder_image(), Kind.HOLDER, command=("sleep", "600"), network="none")
    return cloud.engine.containers.create(spec)


def names(stream: Iterator[bytes]) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as tar:
        return tar.getnames()


def test_what_is_at_a_path_is_told(engine: Engine, box: str) -> None:
    """A link is not followed, and where it leads is known."""
    assert engine.archives.stat(box, "/etc") == PathStat("etc", is_folder=True)
    assert engine.archives.stat(box, "/etc/debian_version") == PathStat("debian_version", is_folder=False)
    assert engine.archives.stat(box, "/bin") == PathStat("bin", is_folder=False, link_target="/usr/bin")
    assert engine.archives.stat(box, "/no/such/path") is None


def test_a_file_comes_back_as_it_went(engine: Engine, box: str, tmp_path: Path) -> None:
    """Also one that is far larger than a piece of the stream."""
    content = bytes(range(256)) * 4096 * 20
    (tmp_path / "data").write_bytes(content)

    engine.archives.put(box, "/srv", pack(tmp_path / "data", "data", Tally()))

    with tarfile.open(fileobj=io.BytesIO(b"".join(engine.archives.get(box, "/srv/data")))) as tar:
        file = tar.extractfile("data")
        assert len(content) == 20 * MIB
        assert file is not None
        assert file.read() == content


def test_names_begin_with_the_last_part_of_the_path(engine: Engine, box: str, tmp_path: Path) -> None:
    (tmp_path / "site" / "css").mkdir(parents=True)

    engine.archives.put(box, "/srv", pack(tmp_path / "site", "site", Tally()))

    assert names(engine.archives.get(box, "/srv/site")) == ["site", "site/css"]


def test_what_is_not_there_cannot_be_read_or_written_to(engine: Engine, box: str, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="could not read /no/such"):
        next(engine.archives.get(box, "/no/such"))
    with pytest.raises(NotFoundError, match="could not write to /no/such"):
        engine.archives.put(box, "/no/such", pack(tmp_path, "x", Tally()))


def test_a_folder_does_not_give_way_to_a_file(engine: Engine, box: str, tmp_path: Path) -> None:
    """Nor to the link that a system has in its place: an instance without /bin would not boot again."""
    (tmp_path / "etc").write_text("x")
    (tmp_path / "site" / "bin").mkdir(parents=True)

    with pytest.raises(EngineError, match="cannot overwrite directory"):
        engine.archives.put(box, "/", pack(tmp_path / "etc", "etc", Tally()))
    with pytest.raises(EngineError, match="cannot overwrite non-directory"):
        engine.archives.put(box, "/", pack(tmp_path / "site", None, Tally()))

    assert engine.archives.stat(box, "/bin") == PathStat("bin", is_folder=False, link_target="/usr/bin")


def test_what_went_wrong_on_this_side_is_not_blamed_on_the_engine(engine: Engine, box: str) -> None:
    """To the library in between, a file that cannot be read is a connection that broke."""

    def stream() -> Iterator[bytes]:
        yield tarfile.TarInfo("x").tobuf()
        raise PermissionError(13, "Permission denied", "/my/file")

    with pytest.raises(PermissionError, match="Permission denied: '/my/file'"):
        engine.archives.put(box, "/srv", stream())
