"""Small file systems of their own: one that is full is full for nobody else, one that folds case does so alone."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.conftest import cannot_run


@contextlib.contextmanager
def memory_file_system(folder: Path, size_bytes: int) -> Iterator[Path]:
    """Have *folder* be a file system of *size_bytes*; where that cannot be, skip the test, or fail it in CI."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(folder)]
    problem = "only root may mount"
    if os.geteuid() == 0:
        made = subprocess.run(mount, capture_output=True, text=True, check=False)
        problem = made.stderr if made.returncode else ""
    if problem:
        cannot_run(f"no file system can be mounted here: {problem}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.contextmanager
def folding_file_system(folder: Path) -> Iterator[Path]:
    """Have *folder* be an exFAT, in which `A` is `a`; where that cannot be, skip the test, or fail it in CI."""
    folder.mkdir(parents=True, exist_ok=True)
    image = folder.with_name(f"{folder.name}.img")
    with image.open("wb") as file:
        file.truncate(32 << 20)
    device = ""
    try:
        _run("mkfs.exfat", str(image))
        device = _run("losetup", "--find", "--show", str(image)).strip()
        _run("mount.exfat-fuse", device, str(folder))
    except (OSError, subprocess.CalledProcessError) as error:
        if device:
            _run("losetup", "--detach", device)
        cannot_run(f"no exFAT can be mounted here: {getattr(error, 'stderr', error)}")
    try:
        yield folder
    finally:
        _run("umount", "--lazy", str(folder))
        _run("losetup", "--detach", device)


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write to *folder*, root neither; for those who may mount."""
    subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, *, but_bytes: int = 0) -> Path:
    """Leave no more than *but_bytes* of the file system that *folder* is; return the file that takes the room."""
    path = folder / "filler"
    block = 4096
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * block)
    with path.open("rb+") as file:
        file.truncate(max(0, path.stat().st_size // block * block - but_bytes))
    return path


def without_rights_of_root() -> Sequence[str]:
    """Return what starts a program for which the modes of files count."""
    if os.geteuid():
        return ()
    if shutil.which("setpriv") is None:
        cannot_run("setpriv is not installed")
    none = "-dac_override,-dac_read_search"
    return ("setpriv", f"--bounding-set={none}", f"--inh-caps={none}")
