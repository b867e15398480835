"""The values of a cloud-config, taken out one by one. What is wrong, and what is not known, is collected on the way.

As cloud-init, an absent value and `null` are the same.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.checks import shown
from emulator.errors import Problem, nearest

Check = Callable[[str], str]
"""Returns its value, or raises ValueError with a sentence that follows the value's path."""


@dataclass
class Findings:
    """What a reader of user data has to be told."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    """Where each dotted path stands."""

    def in_order(self) -> list[Problem]:
        """Return the problems by their place, as a reader mends them; what is not there comes first."""
        return sorted(self.problems, key=lambda problem: self.lines.get(problem.path, 0))

    def refuse(self, path: str, message: str, value: object = None) -> None:
        self.problems.append(Problem("user data", path, message, value))

    def warn(self, path: str, message: str) -> None:
        self.warnings.append(f"user data: {path} {message}")


class Fields:
    """One mapping of a cloud-config; `done` names what nobody asked it for."""

    def __init__(self, values: Mapping[Any, Any], findings: Findings, path: str = "") -> None:
        self._values = values
        self._asked: set[str] = set()
        self.findings = findings
        self.path = path

    def at(self, key: str) -> str:
        """Return the dotted path of *key*."""
        return f"{self.path}.{key}" if self.path else key

    def value(self, key: str) -> Any:
        """Return what stands there, of whatever type."""
        self._asked.add(key)
        return self._values.get(key)

    def refuse(self, key: str, message: str) -> None:
        """Note that the value of *key* is wrong: a sentence that follows its path."""
        self.findings.refuse(self.at(key), message, self._values.get(key))

    def warn(self, key: str, message: str) -> None:
        """Note that *key* will not do what it seems to: a sentence that follows its path."""
        self.findings.warn(self.at(key), message)

    def text(self, key: str, check: Check) -> str | None:
        """Return a text that *check* accepts."""
        value = self.value(key)
        return None if value is None else self._checked(self.at(key), value, check)

    def flag(self, key: str) -> bool:
        """Return a yes or no; no if it is absent."""
        value = self.value(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.refuse(key, f"{shown(value)} is not true or false")
        return False

    def number(self, key: str) -> int | None:
        """Return a whole number that is not negative."""
        value = self.value(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
            return value
        self.refuse(key, f"{shown(value)} is not a number from 0 on")
        return None

    def texts(self, key: str, check: Check, separator: str | None = None) -> tuple[str, ...]:
        """Return a list of texts; a single one counts as a list, which *separator* divides."""
        value = self.value(key)
        if isinstance(value, str):
            value = [item.strip() for item in value.split(separator) if item.strip()] if separator else [value]
        found = [self._checked(path, item, check) for path, item in self._items(key, value)]
        return tuple(text for text in found if text is not None)

    def items(self, key: str) -> Iterator[tuple[str, Any]]:
        """Yield the dotted path and the value of each item of a list."""
        return self._items(key, self.value(key))

    def mappings(self, key: str) -> Iterator["Fields"]:
        """Yield each item of a list of mappings."""
        for path, item in self.items(key):
            if isinstance(item, dict):
                yield Fields(item, self.findings, path)
            else:
                self.findings.refuse(path, f"{shown(item)} is not a mapping of fields", item)

    def done(self) -> None:
        """Warn of every key that was not asked for: it is spelled wrong, or it is something cloudlet does not do."""
        for key in self._values:
            if key not in self._asked:
                name = key if isinstance(key, str) and key.isprintable() else shown(key)
                meant = nearest(name, self._asked)
                self.warn(name, "is ignored: cloudlet does not do it" + (f"; {meant}" if meant else ""))

    def _items(self, key: str, value: object) -> Iterator[tuple[str, Any]]:
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield f"{self.at(key)}.{index}", item
        elif value is not None:
            self.refuse(key, f"{shown(value)} is not a list; write one `- item` a line")

    def _checked(self, path: str, value: object, check: Check) -> str | None:
        if not isinstance(value, str):
            scalar = isinstance(value, bool | int | float) or hasattr(value, "isoformat")
            self.findings.refuse(path, f"{shown(value)} is not text" + ("; put it in quotes" if scalar else ""), value)
            return None
        try:
            return check(value)
        except ValueError as error:
            self.findings.refuse(path, str(error), value)
            return None
