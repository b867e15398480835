"""Zip files from anybody, unpacked: what does not belong into a package is refused, and nothing of it is left.

No header is believed. What counts is what is written: names, bytes and entries are counted on the way to the disk, in
a new folder that takes its place when all is well. Links are refused, so no name can lead out of that folder later.
"""

import io
import mmap
import os
import re
import shutil
import stat
import struct
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from emulator.functions.errors import InvalidFunctionError, UploadTooLargeError

if TYPE_CHECKING:
    import zipfile  # three quarters of a MiB that a server has no use for before somebody deploys

MAX_UPLOAD_BYTES = 50 * 1024 * 1024
"""Of a zip that comes with a request; one from a bucket may be larger."""
MAX_UNZIPPED_BYTES = 250 * 1024 * 1024
"""Of a function's code with all of its layers."""
MAX_ENTRIES = 100_000
"""Files and folders. AWS names no number; this many in 250 MB are no package any more."""

_LONGEST_NAME = 255
_LONGEST_PATH = 1024
_CHUNK_BYTES = 1024 * 1024
_ENTRY = re.compile(rb"PK\x01\x02")
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_KINDS = (0, stat.S_IFREG, stat.S_IFDIR)
_STORED, _DEFLATED = 0, 8
"""Methods as a zip numbers them. AWS reads no other, and the others decompress without a limit."""

Content = bytes | Path
"""A zip: its bytes, or the file that it is."""


def check_upload(content: bytes, operation: str) -> None:
    """Refuse a zip that is too large to come with a request of *operation*, such as CreateFunction."""
    if len(content) > MAX_UPLOAD_BYTES:
        raise UploadTooLargeError(operation, MAX_UPLOAD_BYTES)


def unpack(content: Content, into: Path) -> None:
    """
    Unpack a zip into the folder *into*, which must be new or empty; after InvalidFunctionError nothing is left.

    A file is executable if the zip says so, and all else of its mode is ours.
    """
    into.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=into.parent))
    try:
        with _reading(content) as file, _opened(file) as archive:
            _Unpacking(archive, building).run()
        building.chmod(0o755)
        building.rename(into)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise


class _Unpacking:
    """One archive on its way into an empty folder."""

    def __init__(self, archive: "zipfile.ZipFile", folder: Path) -> None:
        self._archive = archive
        self._folder = folder
        self._folders = {folder}
        self._written = 0

    def run(self) -> None:
        entries = self._archive.infolist()
        if not entries:
            raise InvalidFunctionError("Uploaded file must be a non-empty zip")
        if sum(entry.file_size for entry in entries) >= MAX_UNZIPPED_BYTES:  # an honest one need not be tried
            raise too_large()
        for entry in entries:
            self._refuse_what_is_no_file(entry)
        for entry in entries:
            with _damage_refused(repr(entry.filename)):
                self._place(entry)

    def _refuse_what_is_no_file(self, entry: "zipfile.ZipInfo") -> None:
        if entry.flag_bits & _ENCRYPTED:
            raise refused(f"{entry.filename!r} is encrypted")
        if stat.S_IFMT(entry.external_attr >> 16) not in _KINDS:
            raise refused(f"{entry.filename!r} is a link or a device; put the file itself into the zip")
        if entry.compress_type not in (_STORED, _DEFLATED):
            raise refused(f"{entry.filename!r} is compressed in a way that Lambda does not read")

    def _place(self, entry: "zipfile.ZipInfo") -> None:
        parts = _parts(entry.orig_filename)
        path = self._folder.joinpath(*parts)
        if entry.is_dir():
            self._make(path)
            return
        if not parts:
            raise refused("a file in it has no name")
        self._make(path.parent)
        executable = bool(entry.external_attr >> 16 & 0o111)
        # Never over another: no name comes twice, nor one that this file system takes for the same.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o755 if executable else 0o644)
        with os.fdopen(descriptor, "wb") as target, self._archive.open(entry) as source:
            os.fchmod(descriptor, 0o755 if executable else 0o644)  # whatever the umask is
            while chunk := source.read(_CHUNK_BYTES):
                self._written += len(chunk)
                if self._written >= MAX_UNZIPPED_BYTES:
                    raise too_large()
                target.write(chunk)

    def _make(self, folder: Path) -> None:
        if folder in self._folders:
            return
        self._make(folder.parent)
        if len(self._folders) >= MAX_ENTRIES:
            raise refused(f"it has more than {MAX_ENTRIES} folders")
        if not folder.is_dir():  # it is one where names that differ in case alone are the same
            folder.mkdir()
        folder.chmod(0o755)
        self._folders.add(folder)


def _parts(name: str) -> list[str]:
    """Return the names of the folders and the file that *name* leads through."""
    if "\0" in name or "\\" in name:
        raise refused(f"{name!r} has a character that no name may have; folders are separated by '/'")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        raise refused(f"{name!r} is an absolute path")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise refused(f"{name!r} leads out of the package")
    encoded = [len(part.encode("utf-8", "surrogateescape")) for part in parts]
    if max(encoded, default=0) > _LONGEST_NAME or sum(encoded) + len(parts) > _LONGEST_PATH:
        raise refused(f"{name[:40]!r}… is too long")
    return parts


def refused(reason: str) -> InvalidFunctionError:
    """Return what AWS says to every zip that it cannot unpack; *reason* is the hint that it does not give."""
    return InvalidFunctionError(
        "Could not unzip uploaded file. Please check your file, then try to upload again.", hint=reason
    )


def too_large() -> InvalidFunctionError:
    return InvalidFunctionError(f"Unzipped size must be smaller than {MAX_UNZIPPED_BYTES} bytes")


@contextmanager
def _reading(content: Content) -> Iterator[IO[bytes]]:
    """Yield the zip as a file, once it is known to list no more entries than one can be asked to read."""
    if isinstance(content, bytes):
        _count_entries(content)
        yield io.BytesIO(content)
        return
    with content.open("rb") as file:
        if os.fstat(file.fileno()).st_size:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                _count_entries(mapped)
        yield file


def _count_entries(content: bytes | mmap.mmap) -> None:
    """Refuse a list of a million entries before it is made: each takes ten times its bytes in memory."""
    for number, _ in enumerate(_ENTRY.finditer(content)):
        if number >= MAX_ENTRIES:
            raise refused(f"it lists more than {MAX_ENTRIES} files")


@contextmanager
def _opened(file: IO[bytes]) -> Iterator["zipfile.ZipFile"]:
    import zipfile

    if not file.seek(0, os.SEEK_END):
        raise InvalidFunctionError("Uploaded file must be a non-empty zip")
    with _damage_refused("the zip"):
        archive = zipfile.ZipFile(file)
    with archive:
        yield archive


@contextmanager
def _damage_refused(what: str) -> Iterator[None]:
    """Translate all that a damaged or a malicious zip makes of the library that reads it."""
    import zipfile

    try:
        yield
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError),
        *(ValueError, OverflowError, IndexError, LookupError, struct.error),
    ) as error:
        raise refused(f"{what}: {error}") from error
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise refused(f"{what} is in it twice, or once as a file and once as a folder") from error
