"""A deployed function's code: a copy that nothing changes afterwards, in a folder named for its content."""

import base64
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from emulator.functions.errors import InvalidFunctionError
from emulator.home import Home

_IGNORED = {".git", "__pycache__", ".venv", "venv", "node_modules", ".mypy_cache", ".pytest_cache", ".DS_Store"}
_MAX_UNZIPPED_BYTES = 250 * 1024 * 1024
REQUIREMENTS = "requirements.txt"


@dataclass(frozen=True)
class Package:
    """What is in a folder of code, before it is deployed."""

    source: Path
    files: tuple[Path, ...]
    """Relative to the folder, in order."""
    digest: bytes
    size_bytes: int

    @property
    def code_sha256(self) -> str:
        """Return the digest as AWS writes it."""
        return base64.b64encode(self.digest).decode()

    @property
    def requirements(self) -> Path | None:
        return self.source / REQUIREMENTS if Path(REQUIREMENTS) in self.files else None


def read_package(source: Path, handler: str, runtime: str) -> Package:
    """Return the package in the folder *source*; InvalidFunctionError if there is no handler in it."""
    if not source.is_dir():
        raise InvalidFunctionError(f"{source} is not a folder", hint="give the folder that holds the handler's file")
    files = tuple(sorted(_walk(source)))
    module = handler.rpartition(".")[0].replace(".", "/")
    if not {Path(f"{module}.py"), Path(module, "__init__.py")} & set(files):
        raise InvalidFunctionError(
            f"{source} has no {module or handler}.py, which the handler {handler!r} names",
            hint="--handler is the file without .py, a dot, and the function's name",
        )
    digest, size = hashlib.sha256(runtime.encode()), 0
    for file in files:
        content = (source / file).read_bytes()
        size += len(content)
        executable = os.access(source / file, os.X_OK)
        digest.update(b"\0%s\0%d\0%d\0%s" % (os.fsencode(file), executable, len(content), content))
    if size > _MAX_UNZIPPED_BYTES:
        raise InvalidFunctionError(f"Unzipped size must be smaller than {_MAX_UNZIPPED_BYTES} bytes")
    return Package(source, files, digest.digest(), size)


def install_package(package: Package, dependencies: Path | None, home: Home, name: str) -> str:
    """
    Copy the code, over what its requirements installed, to its own folder and return that folder's name.

    Dependencies are linked, not copied: a hundred megabytes of them cost no time and no space.
    """
    code_id = hashlib.sha256(package.digest + str(dependencies and dependencies.name).encode()).hexdigest()[:16]
    folder = home.functions / name
    target = folder / code_id
    if target.is_dir():
        return code_id
    folder.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
    try:
        if dependencies is not None:
            shutil.copytree(dependencies, building, copy_function=_link, symlinks=True, dirs_exist_ok=True)
        for file in package.files:
            (building / file).parent.mkdir(parents=True, exist_ok=True)
            (building / file).unlink(missing_ok=True)  # a link: writing through it would change the dependency
            shutil.copy(package.source / file, building / file)
        _open_to_workers(building)
        building.rename(target)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return code_id


def remove_others(home: Home, name: str, kept: set[str]) -> None:
    """Remove the code of a function's older revisions, all but *kept*."""
    folder = home.functions / name
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder, followlinks=False):
        folders[:] = [name for name in folders if name not in _IGNORED]
        for name in files:
            if name not in _IGNORED and (Path(root) / name).is_file():
                yield (Path(root) / name).relative_to(folder)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def _open_to_workers(folder: Path) -> None:
    """Let the workers' user read what a private umask would keep from it."""
    for root, _, files in os.walk(folder):
        Path(root).chmod(0o755)
        for name in files:
            path = Path(root) / name
            if not path.is_symlink() and path.stat().st_mode & 0o044 != 0o044:
                path.chmod(path.stat().st_mode | 0o444)
