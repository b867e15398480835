"""Pages of anything that has a key: in the order of UTF-8 bytes, with common prefixes found by seeking past them."""

import itertools
from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

_LAST_CHARACTER = "\U0010ffff"


class Keyed(Protocol):
    """What can be listed."""

    @property
    def key(self) -> str:
        """The key."""


T = TypeVar("T", bound=Keyed)


def grouped(
    read: Callable[[str, bool], Iterator[T]], prefix: str, delimiter: str, start_after: str
) -> Iterator[T | str]:
    """
    Yield the entries under *prefix* after *start_after*, and the common prefix of those that have *delimiter* after it.

    *read* yields the entries from a key on, or from right after it; *start_after* may be a common prefix.
    """
    start: str | None = max(prefix, start_after)
    inclusive = start != start_after or not start_after
    if start_after.startswith(prefix) and common_prefix(start_after, prefix, delimiter) == start_after:
        start, inclusive = after_prefix(start_after), True  # the page before ended with this common prefix
    if not delimiter:
        yield from read(max(prefix, start_after), inclusive)
        return
    while start is not None:
        for entry in read(start, inclusive):
            group = common_prefix(entry.key, prefix, delimiter)
            if group is None:
                yield entry
                continue
            yield group
            start, inclusive = after_prefix(group), True
            break
        else:
            return


def cut(entries: Iterator[T | str], limit: int) -> tuple[tuple[T, ...], tuple[str, ...], str | None]:
    """Return up to *limit* of *entries*, apart: records, common prefixes, and where to go on if there are more."""
    found = list(itertools.islice(entries, limit + 1)) if limit else []
    kept = found[:limit]
    records = tuple(entry for entry in kept if not isinstance(entry, str))
    prefixes = tuple(entry for entry in kept if isinstance(entry, str))
    if len(found) <= limit or not kept:
        return records, prefixes, None
    last = kept[-1]
    return records, prefixes, last if isinstance(last, str) else last.key


def key_range(bucket: str, prefix: str, start: str, *, inclusive: bool) -> tuple[str, tuple[str, ...]]:
    """Return the WHERE, and its values, of the keys of *bucket* under *prefix* from *start* on."""
    where = f"bucket = ? AND key {'>=' if inclusive else '>'} ?"
    end = after_prefix(prefix)
    return (where, (bucket, start)) if end is None else (f"{where} AND key < ?", (bucket, start, end))


def common_prefix(key: str, prefix: str, delimiter: str) -> str | None:
    """Return *key* up to the first *delimiter* after *prefix*, that included; None if there is none."""
    if not delimiter:
        return None
    end = key.find(delimiter, len(prefix))
    return None if end < 0 else key[: end + len(delimiter)]


def after_prefix(prefix: str) -> str | None:
    """
    Return the least text that is greater than all that begins with *prefix*; None if there is none.

    >>> after_prefix("a/"), after_prefix("")
    ('a0', None)
    """
    rest = prefix.rstrip(_LAST_CHARACTER)
    if not rest:
        return None
    following = ord(rest[-1]) + 1
    return rest[:-1] + chr(0xE000 if following == 0xD800 else following)  # surrogates are no characters
