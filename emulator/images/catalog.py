"""One look at the folders that hold definitions. A definition is found by its folder's name; the first folder wins.

A catalog remembers what it read: take a new one for each request, and what was edited in between is seen.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from emulator.errors import DefinitionError, InvalidRequestError, Problem, nearest
from emulator.ids import is_id
from emulator.images.ami import AmiNotFoundError
from emulator.images.defined import BrokenAmi, DefinedAmi
from emulator.images.definition import Definition

FILE_NAME = "ami.yaml"


@dataclass(frozen=True)
class Shelf:
    """A folder of definitions and what users call it."""

    folder: Path
    origin: str


class Catalog:
    """The AMIs of some shelves, searched in their order."""

    def __init__(self, shelves: Sequence[Shelf], cwd: Path) -> None:
        self._cwd = cwd
        self._places: dict[str, tuple[Path, str]] = {}
        for shelf in shelves:
            for path in sorted(shelf.folder.glob(f"*/{FILE_NAME}")):
                self._places.setdefault(path.parent.name, (path, shelf.origin))
        self._read: dict[str, DefinedAmi | DefinitionError] = {}

    def list(self) -> list[DefinedAmi | BrokenAmi]:
        """Return every AMI by name; one that is broken keeps its place, with the reason."""
        return [self._listed(name) for name in sorted(self._places)]

    def find(self, reference: str) -> DefinedAmi:
        """Return the AMI with this name or id; AmiNotFoundError knows the nearest, DefinitionError what is wrong."""
        if reference in self._places:
            return self._named(reference)
        if is_id(reference, "ami"):
            for ami in self.list():
                if isinstance(ami, DefinedAmi) and ami.id == reference:
                    return ami
        elif reference.startswith("ami-"):
            raise InvalidRequestError(
                f'Invalid id: "{reference}" (expecting "ami-...")',
                code="InvalidAMIID.Malformed",
                hint=self._hint(reference),
            )
        raise AmiNotFoundError(reference, self._hint(reference))

    def read(self, path: Path) -> DefinedAmi:
        """Return the AMI of an ami.yaml, or of the folder that holds it, wherever it is."""
        file = path / FILE_NAME if path.is_dir() else path
        folder_name = file.resolve().parent.name if file.name == FILE_NAME else None
        return self._resolve(self._load(file, folder_name), "", ())

    def read_text(self, raw: bytes, file: str) -> DefinedAmi:
        """Return the AMI that *raw* defines; the files it names are looked for in the current folder."""
        return self._resolve(self._parse(raw, file, self._cwd, None), "", ())

    def _hint(self, reference: str) -> str:
        if "/" in reference:
            return "an AMI is called by its name: put its folder into ./amis, or into the home's amis folder"
        known = list(self._places)
        if is_id(reference, "ami"):
            known = [ami.id for ami in self.list() if isinstance(ami, DefinedAmi)]
        meant = nearest(reference, known)
        return f"{meant} `cloudlet ami list` shows all" if meant else "see what there is with `cloudlet ami list`"

    def _listed(self, name: str) -> DefinedAmi | BrokenAmi:
        path, origin = self._places[name]
        try:
            return self._named(name)
        except DefinitionError as error:
            return BrokenAmi(name, self._shown(path), origin, error.problems)

    def _named(self, name: str, below: tuple[str, ...] = ()) -> DefinedAmi:
        if name not in self._read:
            path, origin = self._places[name]
            try:
                self._read[name] = self._resolve(self._load(path, name), origin, below)
            except DefinitionError as error:
                self._read[name] = error
        found = self._read[name]
        if isinstance(found, DefinitionError):
            raise found
        return found

    def _resolve(self, definition: Definition, origin: str, below: tuple[str, ...]) -> DefinedAmi:
        chain = (*below, definition.name)
        if definition.extends in chain:
            circle = " -> ".join((*chain[chain.index(definition.extends) :], definition.extends))
            raise _refusal(definition, "extends", f"goes in a circle: {circle}", definition.extends)
        parent = self._named(definition.extends, chain) if definition.extends else None
        ami = DefinedAmi(definition, parent, origin)
        if ami.init == "none" and definition.services:
            sentence = f"cannot be enabled without systemd, and {definition.extends} has `init: none`"
            raise _refusal(definition, "services", sentence, list(definition.services))
        return ami

    def _load(self, path: Path, folder_name: str | None) -> Definition:
        try:
            raw = path.read_bytes()
            written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except OSError as error:
            problem = Problem(self._shown(path), "", f"cannot be read: {error.strerror}")
            raise DefinitionError([problem]) from error
        definition = self._parse(raw, self._shown(path), path.parent, folder_name)
        return dataclasses.replace(definition, written_at=written_at)

    def _parse(self, raw: bytes, file: str, folder: Path, folder_name: str | None) -> Definition:
        from emulator.images.reading import read_definition
        from emulator.images.schema import Surroundings

        return read_definition(raw, file, Surroundings(folder, folder_name, lambda: frozenset(self._places)))

    def _shown(self, path: Path) -> str:
        absolute = path.absolute()
        return str(absolute.relative_to(self._cwd)) if absolute.is_relative_to(self._cwd) else str(path)


def _refusal(definition: Definition, path: str, sentence: str, value: object) -> DefinitionError:
    return DefinitionError([Problem(definition.file, path, sentence, value)])


def shelves(folders: Iterator[tuple[Path, str]]) -> list[Shelf]:
    """Return *folders* as shelves, each folder once: a project's folder may be the shipped one itself."""
    seen: dict[Path, Shelf] = {}
    for folder, origin in folders:
        seen.setdefault(folder.resolve(), Shelf(folder, origin))
    return list(seen.values())
