"""What the value of a setting may be, read from words or from TOML. What is refused is a ValueError that says why."""

import math
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

Found = tuple[str, str]
"""The variable that has a value, and the value."""


class Kind:
    """Text; `what` completes "is not …"."""

    toml_types: ClassVar[tuple[type, ...]] = (str,)
    what: str = "a text"

    @property
    def toml_what(self) -> str:
        """What a file is to say."""
        return self.what

    def find(self, variables: Sequence[str], environ: Mapping[str, str]) -> Found | None:
        """
        Return the first of *variables* that says something.

        Others' variables, such as DOCKER_HOST, say nothing where they are set to nothing; for ours, that is a mistake.
        """
        return next(
            ((name, environ[name]) for name in variables if environ.get(name) or (name in environ and _is_ours(name))),
            None,
        )

    def parse(self, words: str, folder: Path) -> Any:
        """Return the value that *words* stand for; a path is taken from *folder* on."""
        if not words:
            raise ValueError(f"is not {self.what}")
        return words

    def parse_toml(self, value: object, folder: Path) -> Any:
        """Return the value that a file in *folder* gives; its type must be right, too."""
        if type(value) not in self.toml_types or value == "":  # exactly: to Python, true is a number
            raise ValueError(f"is not {self.toml_what}")
        return self.parse(self.words(value), folder)

    def words(self, value: Any) -> str:
        """Return what `parse` makes *value* of."""
        return str(value)


def _is_ours(variable: str) -> bool:
    return variable.startswith("CLOUDLET_")


class Pattern(Kind):
    """A text of a form."""

    def __init__(self, pattern: str, what: str) -> None:
        self.what = what
        self._pattern = pattern

    def parse(self, words: str, folder: Path) -> str:
        if not re.fullmatch(self._pattern, words):
            raise ValueError(f"is not {self.what}")
        return words


class Choice(Kind):
    """One of a few words."""

    def __init__(self, known: tuple[str, ...]) -> None:
        self.what = f"{', '.join(known[:-1])} or {known[-1]}"
        self._known = known

    def parse(self, words: str, folder: Path) -> str:
        if words not in self._known:
            from emulator.errors import nearest

            meant = nearest(words, self._known)
            raise ValueError(f"is none of {', '.join(self._known)}{f'; {meant}' if meant else ''}")
        return words


class Number(Kind):
    """A number, bounds included."""

    toml_types = (int, float)

    def __init__(self, least: float = 0, most: float = math.inf, *, whole: bool = False) -> None:
        name = "a whole number" if whole else "a number"
        self.what = f"{name} of {least:g} or more" if most == math.inf else f"{name} from {least:g} to {most:g}"
        self._least, self._most, self._whole = least, most, whole

    def parse(self, words: str, folder: Path) -> float:
        try:
            value = int(words) if self._whole else float(words)
        except ValueError:
            value = math.nan
        if not self._least <= value <= self._most or math.isinf(value):  # false of "nan", too
            raise ValueError(f"is not {self.what}")
        return value

    def words(self, value: float) -> str:
        return str(int(value)) if float(value).is_integer() else repr(value)


class Switch(Kind):
    """On or off."""

    toml_types = (bool,)
    what = "1 or 0"
    toml_what = "true or false"

    def parse(self, words: str, folder: Path) -> bool:
        if words not in ("0", "1"):
            raise ValueError(f"is not {self.what}")
        return words == "1"

    def words(self, value: Any) -> str:
        return "1" if value else "0"


class Names(Kind):
    """Any number of names, in lower case; the empty text is none."""

    toml_types = (list, str)
    what = "names, by commas"

    def parse(self, words: str, folder: Path) -> frozenset[str]:
        return frozenset(words.lower().replace(",", " ").split())

    def words(self, value: Any) -> str:
        return value if isinstance(value, str) else ",".join(sorted(map(str, value)))


class FilePath(Kind):
    """A path; `~` stands for the user's own folder."""

    what = "a path"

    def find(self, variables: Sequence[str], environ: Mapping[str, str]) -> Found | None:
        return super().find([name for name in variables if environ.get(name)], environ)

    def parse(self, words: str, folder: Path) -> Path:
        try:
            path = Path(words).expanduser()
        except RuntimeError as error:  # nobody has the name behind the ~
            raise ValueError(f"is not a path: {error}") from error
        return (folder / path).absolute()


class PresentFile(FilePath):
    """A path; a variable that names no file says nothing."""

    what = "the path of a file"

    def find(self, variables: Sequence[str], environ: Mapping[str, str]) -> Found | None:
        # Unlike Path.is_file, this one raises nothing where we may not look.
        there = [name for name in variables if os.path.isfile(environ.get(name, ""))]  # noqa: PTH113
        return super().find(there, environ)

    def parse(self, words: str, folder: Path) -> Path:
        path = super().parse(words, folder)
        if not os.path.isfile(path):  # noqa: PTH113
            raise ValueError(f"is not {self.what}")
        return path
