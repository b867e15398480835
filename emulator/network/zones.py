"""Availability zones: three of them, `us-east-1a` to `us-east-1c`, all on this machine."""

import re
from dataclasses import dataclass

from emulator.network.errors import UnknownZoneError

_LETTERS = "abc"
_DIRECTIONS = {"northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw"}


@dataclass(frozen=True)
class Zone:
    """A zone by its name and by the id that AWS gives it."""

    name: str
    id: str
    region: str


def zones(region: str) -> tuple[Zone, ...]:
    """Return the zones of *region*, in order."""
    return tuple(
        Zone(f"{region}{letter}", f"{_short(region)}-az{number}", region)
        for number, letter in enumerate(_LETTERS, start=1)
    )


def region_of(zone: str) -> str:
    """Return the region that a zone is in.

    >>> region_of("eu-west-1b")
    'eu-west-1'
    """
    return zone[:-1]


def zone_id(zone: str) -> str:
    """Return the id that AWS gives to a zone."""
    return next(one.id for one in zones(region_of(zone)) if one.name == zone)


def check_zone(name: str, region: str) -> None:
    """Refuse a name that no zone of *region* has."""
    names = [zone.name for zone in zones(region)]
    if name not in names:
        raise UnknownZoneError("zone", [name], names)


def _short(region: str) -> str:
    """
    Return a region as AWS abbreviates it in the ids of zones; what does not look like a region stays as it is.

    >>> _short("us-east-1"), _short("ap-southeast-2"), _short("us-gov-west-1")
    ('use1', 'apse2', 'usgw1')
    """
    match = re.fullmatch(r"([a-z]{2})((?:-[a-z]+)+)-(\d)", region)
    if match is None:
        return region
    area, words, number = match.groups()
    return area + "".join(_DIRECTIONS.get(word, word[0]) for word in words[1:].split("-")) + number
