"""Small file systems of their own: one that is full is full for nobody else."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
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
