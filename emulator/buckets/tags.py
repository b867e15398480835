"""Tags of objects and buckets: what AWS takes."""

import unicodedata
from collections.abc import Mapping, Sequence

from emulator.buckets.errors import InvalidTagError

MAX_OBJECT_TAGS = 10
MAX_BUCKET_TAGS = 50
_MAX_KEY_LENGTH = 128
_MAX_VALUE_LENGTH = 256
_RESERVED_PREFIX = "aws:"
_SIGNS = frozenset("_.:/=+-@")
_OTHERS = frozenset("LNZ")
"""Unicode's general categories of letters, numbers and spaces."""


def check_tags(tags: Mapping[str, str], most: int = MAX_OBJECT_TAGS) -> dict[str, str]:
    """Return *tags*; InvalidTagError if AWS would not take them."""
    if len(tags) > most:
        raise InvalidTagError(
            f"Object tags cannot be greater than {most}" if most == MAX_OBJECT_TAGS else f"more than {most} tags",
            code="BadRequest",
        )
    for key, value in tags.items():
        if not 1 <= len(key) <= _MAX_KEY_LENGTH or not _is_legal(key):
            raise InvalidTagError("The TagKey you have provided is invalid")
        if len(value) > _MAX_VALUE_LENGTH or not _is_legal(value):
            raise InvalidTagError("The TagValue you have provided is invalid")
        if key.startswith(_RESERVED_PREFIX):
            raise InvalidTagError("System tags cannot be added/updated by requester")
    return dict(tags)


def _is_legal(text: str) -> bool:
    return all(character in _SIGNS or unicodedata.category(character)[0] in _OTHERS for character in text)


def tags_of_set(tag_set: Sequence[Mapping[str, str]], most: int = MAX_OBJECT_TAGS) -> dict[str, str]:
    """Return the tags in AWS's form, `[{"Key": …, "Value": …}]`; InvalidTagError if a key is there twice."""
    tags = {tag["Key"]: tag["Value"] for tag in tag_set}
    if len(tags) != len(tag_set):
        raise InvalidTagError("Cannot provide multiple Tags with the same key")
    return check_tags(tags, most)


def tag_set_of(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return *tags* in AWS's form."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
