"""How a folder spells a key: some file systems find `A` under the name `a`, or `é` however it is written.

Nothing tells beforehand whether one does, and ext4 lets each folder decide. So it is asked by the name in question, and
only a folder that finds it under another spelling, too, is read.
"""

import os
import unicodedata
from collections.abc import Iterator


def spelling(root: str, key: str) -> str:
    """
    Return *key* as the folder *root* spells it, as far as what it names is there.

    A segment is empty if the folder finds it under a name that is not known, such as DOS's short ones.
    """
    segments = key.split("/")
    folder = root
    for number, name in enumerate(segments):
        if not os.path.lexists(f"{folder}/{name}"):
            break
        segments[number] = _spelt(folder, name)
        folder = f"{folder}/{name}"
    return "/".join(segments)


def _spelt(folder: str, name: str) -> str:
    if not any(other != name and os.path.lexists(f"{folder}/{other}") for other in _others(name)):
        return name
    names = os.listdir(folder)  # noqa: PTH208
    if name in names:
        return name
    return next((found for found in names if _folded(found) == _folded(name)), "")


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
