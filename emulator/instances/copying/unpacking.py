"""A tar stream onto this machine, within one folder and nowhere else.

Every step down is taken by the kernel from an open folder and refuses links: neither a name such as `../x`, nor a
link in the stream followed by a file beneath it, nor a link that lies in the folder already leads outside.
"""

import io
import os
import secrets
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from emulator.errors import ConflictError, EngineError
from emulator.instances.copying.tally import Tally

_CHUNK = 256 * 1024
_PLAIN_MODE = 0o777  # what runs as another user inside must not do so here


def unpack(chunks: Iterable[bytes], folder: Path, name: str | None, *, wrapped: bool, tally: Tally) -> None:
    """
    Write the tar stream *chunks* into *folder*, its first part called *name*, or into it if there is no name.

    *wrapped* says that all names of the stream begin with the same part, which *name* takes the place of.
    Files are put in place whole. ConflictError if something in the folder is in the way.
    """
    top = () if name is None else (name,)

    def within(text: str) -> tuple[str, ...]:
        return (*top, *_parts(text)[1 if wrapped else 0 :])

    with _opened(folder) as root:
        tree = _Tree(root, folder)
        try:
            with tarfile.open(fileobj=io.BufferedReader(_Chunks(chunks), _CHUNK), mode="r|") as tar:
                for member in tar:
                    if member.islnk():
                        member.linkname = "/".join(within(member.linkname))
                    if parts := within(member.name):
                        tree.put(parts, member, tar, tally)
        except tarfile.TarError as error:
            raise EngineError(f"what came from the instance is no whole archive: {error}") from error
        tree.finish()


class _Tree:
    """What is being written below a folder."""

    def __init__(self, root: int, path: Path) -> None:
        self._root = root
        self._path = path
        self._made: list[tuple[tuple[str, ...], tarfile.TarInfo]] = []

    def put(self, parts: tuple[str, ...], member: tarfile.TarInfo, tar: tarfile.TarFile, tally: Tally) -> None:
        """Write one member of the stream as *parts*."""
        with self._in_the_way(parts), self._folder(parts[:-1]) as folder:
            if member.isdir():
                self._put_folder(folder, parts, member)
            elif member.isreg():
                content = tar.extractfile(member)
                assert content is not None  # noqa: S101 - it is a file
                _put_file(folder, parts[-1], member, content)
                tally.files += 1
                tally.size_bytes += member.size
            elif member.issym():
                with _replacing(folder, parts[-1]) as fresh:
                    os.symlink(member.linkname, fresh, dir_fd=folder)
            elif member.islnk():
                self._put_hard_link(folder, parts[-1], _parts(member.linkname))
            else:
                tally.skipped.append("/".join(parts))

    def finish(self) -> None:
        """Give the new folders their modes and times: before, a read-only one could not have been filled."""
        for parts, member in reversed(self._made):
            with self._folder(parts) as folder:
                os.fchmod(folder, member.mode & _PLAIN_MODE)
                os.utime(folder, (member.mtime, member.mtime))

    def _put_folder(self, parent: int, parts: tuple[str, ...], member: tarfile.TarInfo) -> None:
        try:
            os.mkdir(parts[-1], 0o700, dir_fd=parent)
        except FileExistsError:
            with _opened(parts[-1], parent):
                return
        self._made.append((parts, member))

    def _put_hard_link(self, folder: int, name: str, target: tuple[str, ...]) -> None:
        with self._folder(target[:-1]) as source, _replacing(folder, name) as fresh:
            os.link(target[-1], fresh, src_dir_fd=source, dst_dir_fd=folder, follow_symlinks=False)

    @contextmanager
    def _folder(self, parts: tuple[str, ...]) -> Iterator[int]:
        """Yield the folder *parts*, opened part by part."""
        current = os.dup(self._root)
        try:
            for part in parts:
                below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=current)
                os.close(current)
                current = below
            yield current
        finally:
            os.close(current)

    @contextmanager
    def _in_the_way(self, parts: tuple[str, ...]) -> Iterator[None]:
        try:
            yield
        except NotADirectoryError as error:
            path = self._path.joinpath(*parts)
            raise ConflictError(f"a file or a link is in the way of {path}", hint="no link is followed") from error
        except IsADirectoryError as error:
            raise ConflictError(f"a folder is in the way of {self._path.joinpath(*parts)}") from error


class _Chunks(io.RawIOBase):
    """Chunks as the file that tarfile reads."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._chunks, b""))
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)


def _parts(name: str) -> tuple[str, ...]:
    """Return the parts of a name in the stream; EngineError if it leads upwards, or is none that a file can have."""
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if ".." in parts or "\0" in name:
        raise EngineError(f"the instance's archive has the name {name!r}: nothing was written there")
    return parts


def _put_file(folder: int, name: str, member: tarfile.TarInfo, content: IO[bytes]) -> None:
    with _replacing(folder, name) as fresh:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder)
        with os.fdopen(descriptor, "wb") as file:
            while chunk := content.read(_CHUNK):
                file.write(chunk)
            file.flush()  # a later write would change the time again
            os.fchmod(descriptor, member.mode & _PLAIN_MODE)
            os.utime(descriptor, (member.mtime, member.mtime))


@contextmanager
def _replacing(folder: int, name: str) -> Iterator[str]:
    """Yield a name for something new that takes the place of *name* when it is whole."""
    fresh = f".cloudlet-{secrets.token_hex(8)}"
    try:
        yield fresh
        os.replace(fresh, name, src_dir_fd=folder, dst_dir_fd=folder)
    finally:  # also when it is done: renaming one hard link onto another of the same file leaves both
        with suppress(FileNotFoundError):
            os.unlink(fresh, dir_fd=folder)


@contextmanager
def _opened(path: str | Path, parent: int | None = None) -> Iterator[int]:
    nofollow = 0 if parent is None else os.O_NOFOLLOW
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | nofollow, dir_fd=parent)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
