"""How a folder spells a key: some file systems find `A` under the name `a`, or `é` however it is written.

Nothing tells beforehand whether one does, and ext4 lets each folder decide. So it is asked by the name in question, and
only a folder that finds it under another spelling, too, is read. A folder that has not is not asked again.
"""

import os
import unicodedata
from collections.abc import Iterator

_MOST_KNOWN = 1000


class Spelling:
    """The spelling of what lies in one folder."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._exact: set[str] = set()
        """Folders that tell the case of ASCII's letters."""

    def of(self, key: str) -> str:
        """
        Return *key* as it is spelt, as far as what it names is there.

        A segment is empty if the folder finds it under a name that is not known, such as DOS's short ones.
        """
        segments = key.split("/")
        folder = self._root
        for number, name in enumerate(segments):
            path = f"{folder}/{name}"
            if not (folder in self._exact and name.isascii()):
                if not os.path.lexists(path):
                    break
                segments[number] = self._spelt(folder, name)
            folder = path
        return "/".join(segments)

    def _spelt(self, folder: str, name: str) -> str:
        others = [other for other in _others(name) if other != name]
        if not any(os.path.lexists(f"{folder}/{other}") for other in others):
            if others and name.isascii() and os.path.lexists(f"{folder}/{name}"):  # still: it has not just gone
                self._learn(folder)
            return name
        names = os.listdir(folder)  # noqa: PTH208
        if name in names:
            return name
        return next((found for found in names if _folded(found) == _folded(name)), "")

    def _learn(self, folder: str) -> None:
        if len(self._exact) >= _MOST_KNOWN:
            self._exact.clear()
        self._exact.add(folder)


def _others(name: str) -> Iterator[str]:
    """Yield what else a file system may take for *name*; some fold the letters of ASCII only, some no case at all."""
    if name.isascii():
        yield name.swapcase()
        return
    swapped = "".join(letter.swapcase() if letter.isascii() else letter for letter in name)
    yield swapped if swapped != name else "".join(map(_swapped, name))
    yield unicodedata.normalize("NFC", name)
    yield unicodedata.normalize("NFD", name)


def _swapped(letter: str) -> str:
    """Return the letter in the other case; one that would become several, such as `ß`, is left as it is."""
    swapped = letter.swapcase()
    return swapped if len(swapped) == 1 else letter


def _folded(name: str) -> str:
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())
