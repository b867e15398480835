"""Where layers lie: a folder a content, and a folder a combination, in which later layers lie over earlier ones.

All of it may be mounted into workers at this moment: what nobody names any more is kept for an hour after its last use.
"""

import hashlib
import os
import shutil
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from emulator.functions.code.package import Package, write_package
from emulator.functions.code.placing import lay_over, made_whole
from emulator.home import Home

_REMEMBERED = timedelta(hours=1)


class LayerStore:
    """The folders of one home's layers."""

    def __init__(self, home: Home) -> None:
        self._contents = home.layer_contents
        self._combined = home.layer_combinations

    def content(self, content_id: str) -> Path:
        return self._contents / content_id

    def add(self, package: Package) -> str:
        """Keep what a package holds and return the name of its folder: the same one for the same content."""
        content_id = package.digest.hex()[:32]
        if not self.content(content_id).is_dir():
            write_package(package, None, self.content(content_id))
        return content_id

    def combined(self, content_ids: Sequence[str]) -> Path:
        """Return the folder in which these lie over each other, the last one on top; made when first asked for."""
        if len(content_ids) == 1:
            return self.content(content_ids[0])
        target = self._combined / combination(content_ids)
        if not target.is_dir():
            with made_whole(target) as building:
                for content_id in content_ids:
                    lay_over(self.content(content_id), building)
        return target

    def note_use(self, path: Path, now: datetime) -> None:
        """Have a folder kept for another hour, at least."""
        os.utime(path, (now.timestamp(), now.timestamp()))

    def is_forgotten(self, content_id: str, now: datetime) -> bool:
        """Tell whether nobody has asked for a content for an hour."""
        return _is_forgotten(self.content(content_id), now)

    def remove_others(self, contents: Collection[str], combinations: Collection[str], now: datetime) -> None:
        """Remove all but these, if nobody has asked for it for an hour."""
        for folder, kept in ((self._contents, contents), (self._combined, combinations)):
            for path in folder.iterdir() if folder.is_dir() else ():
                if path.name not in kept and _is_forgotten(path, now):
                    shutil.rmtree(path, ignore_errors=True)


def combination(content_ids: Sequence[str]) -> str:
    """Return the name of the folder of several contents, in their order."""
    return hashlib.sha256("\0".join(content_ids).encode()).hexdigest()[:32]


def _is_forgotten(path: Path, now: datetime) -> bool:
    try:
        return path.stat().st_mtime < (now - _REMEMBERED).timestamp()
    except FileNotFoundError:
        return True
