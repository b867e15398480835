"""Where a copy goes and what it is called there. The rules are those of `docker cp`, and so nearly those of `cp -R`."""

import posixpath
from dataclasses import dataclass
from enum import Enum

from emulator.errors import ConflictError, NotFoundError


class There(Enum):
    """What is at a path, links followed."""

    NOTHING = "nothing"
    FILE = "a file"
    FOLDER = "a folder"


@dataclass(frozen=True)
class Source:
    """What is copied, as far as its place depends on it."""

    name: str
    """The last part of its path."""
    is_folder: bool
    contents_only: bool = False
    """The path ended with `/.`: what is in the folder, without the folder."""


@dataclass(frozen=True)
class Place:
    """A folder that is there, and what the copy is called in it; without a name, the contents go into the folder."""

    folder: str
    name: str | None


def place(source: Source, target: str, there: There, parent: There) -> Place:
    """
    Return where *source* goes when *target* is asked for, given what is *there* and at its *parent*.

    NotFoundError if a folder is missing, ConflictError if a file is in a folder's way.
    """
    if there is There.FOLDER:
        return Place(target, None if source.contents_only else source.name)
    path = posixpath.normpath(target)
    if there is There.FILE:
        if source.is_folder or target.endswith("/"):
            raise ConflictError(f"{path} is a file, not a folder")
        return Place(posixpath.dirname(path), posixpath.basename(path))
    if target.endswith("/") and not source.is_folder:
        raise NotFoundError(f"there is no folder {path}", hint="leave the last slash out to make a file of that name")
    if parent is not There.FOLDER:
        raise NotFoundError(f"there is no folder {posixpath.dirname(path) or '.'}", hint="make it first")
    return Place(posixpath.dirname(path) or ".", posixpath.basename(path))


def is_contents(path: str) -> bool:
    """Tell whether *path* means what is in a folder rather than the folder.

    >>> is_contents("site/."), is_contents("."), is_contents("site/"), is_contents("..")
    (True, True, False, False)
    """
    return posixpath.basename(path) == "."
