"""Settings for people to look at, and to hand on: each with its origin, without secrets."""

from collections.abc import Iterator
from dataclasses import dataclass

from emulator.settings.declaration import Declaration
from emulator.settings.reading import DEFAULT, Reading
from emulator.settings.record import declarations

MASK = "********"


@dataclass(frozen=True)
class Shown:
    """A setting; `value` is None where nothing is said and there is no default."""

    name: str
    value: str | None
    origin: str


def shown(reading: Reading) -> Iterator[Shown]:
    """Yield all settings, then the proxies that this machine names."""
    for one in declarations():
        yield Shown(one.name, _value(reading, one), reading.origins[one.name])
    for name, value in sorted(reading.settings.proxies.items()):
        yield Shown(name.lower(), without_password(value), f"variable {name}")


def without_password(address: str) -> str:
    """
    Return *address* without the user and the password in it.

    >>> without_password("http://me:secret@proxy:3128")
    'http://…@proxy:3128'
    """
    before, at, after = address.rpartition("@")
    return f"{before.partition('//')[0]}//…@{after}" if at else address


def _value(reading: Reading, one: Declaration) -> str | None:
    value = getattr(reading.settings, one.name)
    if value is None:
        return None
    if one.is_secret and reading.origins[one.name] != DEFAULT:
        return MASK
    return without_password(one.kind.words(value))
