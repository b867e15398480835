"""What a folder of code holds: which of its files count, and the digest that two folders of the same content share."""

import fnmatch
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_TOOLS_OWN = {".git", "__pycache__", ".venv", "venv", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".DS_Store"}
_EDITORS_OWN = ("*~", "*.sw[a-p]", "*.swx", ".#*", "#*#", "4913", "*.tmp.[0-9]*")
"""Files that editors keep beside the one that is edited; `4913` is how vim tries whether it may write."""
_IS_EDITORS = re.compile("|".join(fnmatch.translate(pattern) for pattern in _EDITORS_OWN)).match

NODE_MODULES = "node_modules"


def is_ignored(name: str) -> bool:
    """Tell whether a file or folder of this name is a tool's or an editor's, and no part of the code."""
    return name in _TOOLS_OWN or _IS_EDITORS(name) is not None


def files_in(folder: Path) -> tuple[Path, ...]:
    """
    Return the files that count, relative to *folder*, in order.

    What npm installed beside a package.json is left out: it is installed anew, for the runtime.
    """
    left_out = {NODE_MODULES} if (folder / "package.json").is_file() else set()
    return tuple(sorted(_walk(folder, left_out)))


def _walk(folder: Path, left_out: set[str]) -> Iterator[Path]:
    for root, files in _folders(folder, left_out):
        for name in files:
            if not is_ignored(name) and (root / name).is_file():
                yield (root / name).relative_to(folder)


def _folders(folder: Path, left_out: set[str]) -> Iterator[tuple[Path, list[str]]]:
    """Yield the folders that count with their files; a linked one counts as well, once, and not if it leads back up."""
    seen = {folder.resolve()}
    for root, folders, files in os.walk(folder, followlinks=True):
        folders[:] = [name for name in sorted(_that_count(root, folders)) if name not in left_out]
        links = [name for name in folders if (Path(root) / name).is_symlink()]
        for name in links:
            target = (Path(root) / name).resolve()
            if target in seen or folder.resolve().is_relative_to(target):
                folders.remove(name)
            seen.add(target)
        yield Path(root), files


def _that_count(root: str, folders: Iterable[str]) -> list[str]:
    return [name for name in folders if not is_ignored(name) and not _is_home(Path(root) / name)]


def _is_home(folder: Path) -> bool:
    """Tell a cloudlet's home, which may lie beside the code: deployed, it would hold itself, and change by that."""
    return (folder / "state.db").is_file() and (folder / "s3").is_dir() and (folder / "run").is_dir()


def folders_in(folder: Path) -> Iterator[Path]:
    """Yield *folder* and all below it in which files may count."""
    return (found for found, _ in _folders(folder, {NODE_MODULES}))


def digest_of(folder: Path, files: Iterable[Path]) -> tuple[bytes, int]:
    """Return the digest of *files*, with their names and whether they can be run, and how many bytes they are."""
    digest, size = hashlib.sha256(), 0
    for file in files:
        content = (folder / file).read_bytes()
        size += len(content)
        executable = os.access(folder / file, os.X_OK)
        digest.update(b"\0%s\0%d\0%d\0%s" % (os.fsencode(file), executable, len(content), content))
    return digest.digest(), size


def bytes_in(folder: Path) -> int:
    """Return how many bytes the files in *folder* are, links not followed."""
    return sum(
        (Path(root) / name).lstat().st_size for root, _, names in os.walk(folder, followlinks=False) for name in names
    )
