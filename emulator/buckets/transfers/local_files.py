"""The files below a folder of this machine, in the order in which S3 lists their keys."""

import os
import stat
from collections.abc import Callable, Iterator

from emulator.buckets.transfers.places import Found, LocalPath
from emulator.buckets.transfers.records import Skipped

OnSkip = Callable[[Skipped], None]

_MISSING = "File does not exist."
_SPECIAL = "File is character special device, block special device, FIFO, or socket."
_UNREADABLE = "File/Directory is not readable."
_NO_TEXT = "Its name is not UTF-8, and a key is nothing else."
_LOOP = "It is a link to a folder that it lies in."

_Pair = tuple[int, int]
"""Size and time of a file; of a folder, what tells it from every other."""


def one_file(path: str, on_skip: OnSkip, *, follow: bool) -> Iterator[Found]:
    """Yield the file at *path*, unless it is a link that is not to be followed, or no file that can be read."""
    if not follow and os.path.islink(path):  # noqa: PTH114
        return
    status = _status(path, on_skip)
    if status is not None:
        yield Found(LocalPath(path), os.path.basename(path), status.st_size, status.st_mtime_ns)  # noqa: PTH119


def files_below(root: str, on_skip: OnSkip, *, follow: bool) -> Iterator[Found]:
    """
    Yield the files below *root*, which ends in a slash; without *follow*, links are left out.

    A folder is read when its turn comes, and sorts as if its name ended in a slash.
    """
    status = _status(root.rstrip("/") or "/", on_skip)
    if status is not None:
        yield from _walk(root, "", on_skip, follow, ((status.st_dev, status.st_ino),))


def _walk(root: str, inner: str, on_skip: OnSkip, follow: bool, above: tuple[_Pair, ...]) -> Iterator[Found]:
    for name, pair in sorted(_entries(f"{root}{inner}", on_skip, follow)):
        path = f"{inner}{name}"
        if not name.endswith("/"):
            yield Found(LocalPath(f"{root}{path}"), path, *pair)
        elif pair in above:
            on_skip(Skipped(f"{root}{path}", _LOOP))
        else:
            yield from _walk(root, path, on_skip, follow, (*above, pair))


def _entries(folder: str, on_skip: OnSkip, follow: bool) -> Iterator[tuple[str, _Pair]]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        on_skip(Skipped(folder, _UNREADABLE))
        return
    for entry in entries:
        if entry.is_symlink() and not follow:
            continue
        if not _is_text(entry.name):
            on_skip(Skipped(os.fsencode(entry.path).decode(errors="backslashreplace"), _NO_TEXT))
            continue
        status = _status(entry.path, on_skip)
        if status is not None and stat.S_ISDIR(status.st_mode):
            yield f"{entry.name}/", (status.st_dev, status.st_ino)
        elif status is not None:
            yield entry.name, (status.st_size, status.st_mtime_ns)


def _status(path: str, on_skip: OnSkip) -> os.stat_result | None:
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        on_skip(Skipped(path, _MISSING))
        return None
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        on_skip(Skipped(path, _SPECIAL))
        return None
    if not os.access(path, os.R_OK):
        on_skip(Skipped(path, _UNREADABLE))
        return None
    return status


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
