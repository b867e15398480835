"""Copies of definitions: folders in the home. Their `ami.yaml` is the source's with another name, comments and all."""

import errno
import json
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from emulator import checks
from emulator.errors import ConflictError
from emulator.home import Home
from emulator.ids import content_id
from emulator.images.captured import DuplicateAmiNameError, MalformedAmiNameError
from emulator.images.catalog import FILE_NAME
from emulator.images.defined import DefinedAmi
from emulator.images.definition import FileEntry

MARK = ".copied"
"""Says what was in the files when the copy was made: what was edited since is somebody's work."""


class DefinitionKeptError(ConflictError):
    """A definition that is not removed by a command."""

    code = "OperationNotPermitted"


class Copies:
    """Makes and removes them."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def make(self, source: DefinedAmi, name: str, description: str | None) -> Path:
        """Write a copy of *source* called *name* and return its folder, which is there at once and whole."""
        target = self._home.user_amis / name
        self._home.scratch.mkdir(parents=True, exist_ok=True)
        self._home.user_amis.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._home.scratch) as scratch:
            folder = Path(scratch, name)
            folder.mkdir()
            raw = renamed(source.definition.raw, name, description)
            (folder / FILE_NAME).write_bytes(raw)
            (folder / MARK).write_text(_state(raw, source.definition.files))
            for entry in source.definition.files:
                if entry.source is not None:
                    path = folder / entry.source
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(entry.content)
            try:
                folder.rename(target)
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
                    raise
                raise DuplicateAmiNameError(name, str(target)) from error
        return target

    def check_removable(self, ami: DefinedAmi) -> None:
        """Refuse, with what to do instead, any definition but a copy as it was made: DefinitionKeptError."""
        mark = self._home.user_amis / ami.name / MARK
        if ami.origin != "home" or not mark.is_file():
            raise DefinitionKeptError(
                f"The image '{ami.id}' is defined by {ami.location}, which is not removed by a command",
                hint="it is there for as long as that file is; only copies and images of instances are deregistered",
            )
        remove_it = f"if you no longer need it, remove its folder: rm -r '{mark.parent}'"
        if mark.read_text() != _state(ami.definition.raw, ami.definition.files):
            raise DefinitionKeptError(
                f"The image '{ami.id}' is defined by {ami.location}, which was changed since it was copied",
                hint=remove_it,
            )
        if others := _beside(mark.parent, ami.definition.files):
            raise DefinitionKeptError(
                f"The image '{ami.id}' is defined by {ami.location}, beside which somebody has put {', '.join(others)}",
                hint=remove_it,
            )

    def remove(self, ami: DefinedAmi) -> None:
        """Remove the folder of a copy."""
        shutil.rmtree(self._home.user_amis / ami.name)


def check_definition_name(name: str) -> None:
    """Refuse what no definition may be called: MalformedAmiNameError."""
    try:
        checks.ami_name(name)
    except ValueError as error:
        raise MalformedAmiNameError(
            f"A copy of a definition is a folder of that name, and {error}",
            hint="write it as my-web; an image made from an instance may have any AMI name",
        ) from error


def _state(raw: bytes, files: Iterable[FileEntry]) -> str:
    return content_id("copy", b"\0".join([raw, *(entry.content for entry in files)]))


def _beside(folder: Path, files: Iterable[FileEntry]) -> list[str]:
    """Return what is in the folder of a copy and was not copied; a folder stands for all that is in it."""
    copied = {folder / name for name in (FILE_NAME, MARK, *(entry.source for entry in files if entry.source))}
    folders = {parent for path in copied for parent in path.parents}
    others = (path for path in folder.rglob("*") if path not in copied | folders and path.parent in folders)
    return sorted(str(path.relative_to(folder)) for path in others)


def renamed(raw: bytes, name: str, description: str | None) -> bytes:
    """
    Return the ami.yaml *raw* with another name, and another description unless that is None; all else stays.

    >>> print(renamed(b"name: web   # the folder's\\nports: [80]", "mine", "My own").decode())
    description: "My own"
    name: mine   # the folder's
    ports: [80]
    """
    text = raw.decode()
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    places = {key.value: value for key, value in root.value}
    edits = [_edit(places["name"], name)]
    if description is not None:
        value = json.dumps(description, ensure_ascii=False)
        if "description" in places:
            edits.append(_edit(places["description"], value))
        else:  # before the name, whose line may end with a comment
            start = next(key.start_mark.index for key, _ in root.value if key.value == "name")
            edits.append((start, start, f"description: {value}{', ' if root.flow_style else chr(10)}"))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text.encode()


def _edit(node: Any, value: str) -> tuple[int, int, str]:
    reaches_next_line = node.style in ("|", ">")
    return node.start_mark.index, node.end_mark.index, value + ("\n" if reaches_next_line else "")
