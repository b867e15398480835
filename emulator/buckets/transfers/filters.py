"""`--exclude` and `--include`: which files a command is about.

All are, at first; each pattern that matches takes a file out or brings it back, so the last one to match decides. A
pattern is matched against the whole path from the source on, and its `*` goes across slashes.
"""

import fnmatch
import glob
import os
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from emulator.buckets.transfers.places import LocalPath, Place


@dataclass(frozen=True)
class Pattern:
    """One `--include` or `--exclude`, with the wildcards of a shell."""

    text: str
    includes: bool


class Filters:
    """Patterns below a source, and below a destination, whose files `sync --delete` would delete."""

    def __init__(
        self, patterns: Sequence[Pattern], source: Place, destination: Place | None, *, recursive: bool
    ) -> None:
        roots = {_root(place, recursive=recursive) for place in (source, destination) if place is not None}
        self._rules = [
            (pattern.includes, [re.compile(fnmatch.translate(posixpath.join(root, pattern.text))) for root in roots])
            for pattern in patterns
        ]

    def let_through(self, name: str) -> bool:
        """Tell whether the file *name* is meant: an absolute path, or `bucket/key`."""
        verdict = True
        for includes, expressions in self._rules:
            if any(expression.match(name) for expression in expressions):
                verdict = includes
        return verdict


def _root(place: Place, *, recursive: bool) -> str:
    """Return what goes before a pattern: `aws` does so, too, which is why an absolute pattern matches a path."""
    if isinstance(place, LocalPath):
        folder = place.path if recursive else os.path.dirname(place.path)  # noqa: PTH120
        return glob.escape(os.path.abspath(folder))  # noqa: PTH100
    key = place.key if recursive or place.key.endswith("/") else place.key.rpartition("/")[0]
    return glob.escape(f"{place.bucket}/{key}")
