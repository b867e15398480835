"""Values that are not as AWS's own description of a request wants them: its one sentence for all of them together.

A check yields what is wrong, so that a request is told all of it at once; `refuse` raises.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from emulator.errors import InvalidRequestError


@dataclass(frozen=True)
class Violation:
    """One value, at the place that AWS calls it by: `ephemeralStorage.size`."""

    value: object
    place: str
    constraint: str
    hint: str | None = None

    def __str__(self) -> str:
        return f"Value '{self.value}' at '{self.place}' failed to satisfy constraint: {self.constraint}"


class InvalidValueError(InvalidRequestError):
    """
    One or more values have not the form that they must have.

    >>> print(InvalidValueError(Violation(64, "memorySize", "Member must have value greater than or equal to 128")))
    1 validation error detected: Value '64' at 'memorySize' failed to satisfy constraint: \
Member must have value greater than or equal to 128
    """

    code = "ValidationException"

    def __init__(self, *violations: Violation, code: str | None = None) -> None:
        count = f"{len(violations)} validation error{'s' if len(violations) > 1 else ''}"
        hint = next((one.hint for one in violations if one.hint), None)
        super().__init__(f"{count} detected: {'; '.join(str(one) for one in violations)}", hint=hint, code=code)


def refuse(violations: Iterable[Violation], *, code: str | None = None) -> None:
    """Raise InvalidValueError if there are any."""
    if found := list(violations):
        raise InvalidValueError(*found, code=code)


def not_one_of(value: object, place: str, allowed: Collection[object]) -> Iterator[Violation]:
    if value not in allowed:
        yield Violation(value, place, f"Member must satisfy enum value set: [{', '.join(str(one) for one in allowed)}]")


def outside(value: int, place: str, least: int, most: int | None = None) -> Iterator[Violation]:
    """Yield what is wrong with a number that is to be from *least* to *most*."""
    if value < least:
        yield Violation(value, place, f"Member must have value greater than or equal to {least}")
    if most is not None and value > most:
        yield Violation(value, place, f"Member must have value less than or equal to {most}")


def unlike(value: str, place: str, pattern: str, hint: str | None = None) -> Iterator[Violation]:
    if not re.fullmatch(pattern, value):
        yield Violation(value, place, f"Member must satisfy regular expression pattern: {pattern}", hint)


def longer(value: str, place: str, most: int) -> Iterator[Violation]:
    if len(value) > most:
        yield Violation(value, place, f"Member must have length less than or equal to {most}")
