"""What a home takes of the disk, told soon: what may be a million files is known from the index, or counted in part."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from emulator.buckets.service import Totals
from emulator.home import Home

LONGEST_SECONDS = 0.5
_BLOCK_BYTES = 512  # of `st_blocks`, whatever the file system's own are


@dataclass(frozen=True)
class Used:
    """Bytes on the disk; at least so many, if there was no time to see all."""

    bytes: int
    is_whole: bool = True


def disk_used(home: Home, totals: Totals, longest_seconds: float = LONGEST_SECONDS) -> Mapping[str, Used]:
    """Return what parts of *home* take; *totals* is of its buckets. Folders are looked at for *longest_seconds*."""
    deadline = time.monotonic() + longest_seconds
    state = sum(_taken(path) for path in home.state_file.parent.glob(f"{home.state_file.name}*"))
    folders = {"logs": home.logs, "cache": home.cache, "blobs": home.blobs}
    return {
        "state": Used(state),
        "buckets": Used(totals.folder_bytes),
        **{name: _folder(folder, deadline) for name, folder in folders.items()},
    }


def _folder(root: Path, deadline: float) -> Used:
    """Add up what is below *root*, link targets left out; what vanishes meanwhile takes nothing."""
    taken, folders = 0, [str(root)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if time.monotonic() > deadline:
                        return Used(taken, is_whole=False)
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        taken += entry.stat(follow_symlinks=False).st_blocks * _BLOCK_BYTES
        except OSError:
            continue
    return Used(taken)


def _taken(path: Path) -> int:
    try:
        return path.stat().st_blocks * _BLOCK_BYTES
    except FileNotFoundError:
        return 0
