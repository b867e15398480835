"""A file or a folder of this machine as a tar stream. Links stay links; owners become root, modes stay."""

import os
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

from emulator.errors import ConflictError
from emulator.instances.copying.tally import Tally

_CHUNK = 256 * 1024
_BLOCK = tarfile.BLOCKSIZE
_END = bytes(2 * _BLOCK)


def pack(source: Path, name: str | None, tally: Tally) -> Iterator[bytes]:
    """
    Yield *source* as a tar stream in which it is called *name*; without a name, only what is in the folder.

    ConflictError if a file gets shorter while it is read; OSError names what may not be read.
    """
    if name is None:
        yield from _entries(source, "", tally)
    else:
        yield from _entry(source, name, tally)
    yield _END


def _entries(folder: Path, prefix: str, tally: Tally) -> Iterator[bytes]:
    with os.scandir(folder) as found:
        names = sorted(entry.name for entry in found)
    for name in names:
        yield from _entry(folder / name, prefix + name, tally)


def _entry(path: Path, name: str, tally: Tally) -> Iterator[bytes]:
    facts = path.lstat()
    header = tarfile.TarInfo(name)
    header.mode = stat.S_IMODE(facts.st_mode)
    header.mtime = int(facts.st_mtime)
    header.uname = header.gname = "root"
    if stat.S_ISDIR(facts.st_mode):
        header.type = tarfile.DIRTYPE
        yield _encoded(header)
        yield from _entries(path, f"{name}/", tally)
    elif stat.S_ISLNK(facts.st_mode):
        header.type = tarfile.SYMTYPE
        header.linkname = str(path.readlink())
        yield _encoded(header)
    elif stat.S_ISREG(facts.st_mode):
        yield from _file(path, header, tally)
    else:
        tally.skipped.append(str(path))


def _file(path: Path, header: tarfile.TarInfo, tally: Tally) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        header.size = left = os.fstat(file.fileno()).st_size
        yield _encoded(header)
        while left:
            chunk = file.read(min(left, _CHUNK))
            if not chunk:
                raise ConflictError(f"{path} became shorter while it was read", hint="try again when nobody writes it")
            left -= len(chunk)
            yield chunk
    yield bytes(-header.size % _BLOCK)
    tally.files += 1
    tally.size_bytes += header.size


def _encoded(header: tarfile.TarInfo) -> bytes:
    # GNU's form takes names of any length as the bytes they are, text or not, and sizes over 8 GiB.
    return header.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
