"""Code as it is given: a folder, a zip or a single file, read once. `store` is where it is laid down."""

import base64
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from emulator.functions.code.archive import MAX_UNZIPPED_BYTES, too_large, unpack
from emulator.functions.code.contents import bytes_in, digest_of, files_in
from emulator.functions.code.placing import lay_over, made_whole
from emulator.functions.errors import InvalidFunctionError, PackageChangedError

Source = Path | bytes
"""A folder, a zip or a single file by its path, or a zip's bytes."""


@dataclass(frozen=True)
class Package:
    """What was given as a function's code, before it is deployed."""

    source: Path
    """The folder that `files` are relative to."""
    files: tuple[Path, ...]
    digest: bytes
    size_bytes: int
    code_size_bytes: int
    """What AWS answers as CodeSize: of a zip its own."""
    is_ours: bool = False
    """Whether it lies unpacked in a folder of ours, which nobody changes."""

    @property
    def code_sha256(self) -> str:
        """Return the digest as AWS writes it."""
        return base64.b64encode(self.digest).decode()

    def __contains__(self, file: str) -> bool:
        return Path(file) in self.files


@contextmanager
def open_package(source: Source, scratch: Path) -> Iterator[Package]:
    """
    Yield the package that *source* is; a zip lies unpacked in *scratch* for as long.

    Nothing is asked about a handler here: AWS takes a function whose handler is missing, and lets its invocation fail.
    """
    if isinstance(source, Path) and not _is_zip(source):
        yield _read(source)
        return
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="package-", dir=scratch, ignore_cleanup_errors=True) as folder:
        yield _unpacked(source, Path(folder, "code"))


def _is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip" and path.is_file()


def _unpacked(source: Source, folder: Path) -> Package:
    content = source.read_bytes() if isinstance(source, Path) else source
    unpack(content, folder)
    files = tuple(sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file()))
    digest = hashlib.sha256(content).digest()
    return Package(folder, files, digest, bytes_in(folder), len(content), is_ours=True)


def _read(source: Path) -> Package:
    if source.is_dir():
        folder, files = source, files_in(source)
    elif source.is_file():
        folder, files = source.parent, (Path(source.name),)
    else:
        raise InvalidFunctionError(
            f"{source} is neither a folder nor a file", hint="give a folder, a .zip or a single file such as app.py"
        )
    try:
        digest, size = digest_of(folder, files)
    except FileNotFoundError as error:
        raise PackageChangedError(source) from error
    return Package(folder, files, digest, size, size)


def unzipped_bytes(package: Package, dependencies: Path | None) -> int:
    """Return how many bytes the code is with its dependencies; InvalidFunctionError if AWS would not take so many."""
    size = package.size_bytes + (bytes_in(dependencies) if dependencies else 0)
    if size >= MAX_UNZIPPED_BYTES:
        raise too_large()
    return size


def write_package(package: Package, dependencies: Path | None, target: Path) -> None:
    """Make the folder *target* of the code, over what its requirements installed."""
    with made_whole(target) as building:
        if dependencies is not None:
            lay_over(dependencies, building)
        if package.is_ours:
            lay_over(package.source, building)
        else:
            _copy(package, building)


def _copy(package: Package, building: Path) -> None:
    try:
        for file in package.files:
            (building / file).parent.mkdir(parents=True, exist_ok=True)
            (building / file).unlink(missing_ok=True)  # a link: writing through it would change the dependency
            shutil.copy(package.source / file, building / file)
    except FileNotFoundError as error:
        raise PackageChangedError(package.source) from error
    if digest_of(building, package.files)[0] != package.digest:
        raise PackageChangedError(package.source)
