"""Names that share bytes: a change through one of them is a change of the others, and the kernel tells of one only.

Symbolic links are known once they were looked at, which every scan does. Hard links are learnt as files pass by that
have several names: the others may have been there before, so the first time the rows are asked for the inode, all such
inodes in one pass. What a name outside the buckets changes is seen by nobody here; a scan finds it.
"""

import os
import stat
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from emulator.buckets.files import fingerprint_of

Name = tuple[str, str]
"""A bucket and a key."""

_MOST_INODES = 100_000
"""When more are known they are forgotten, and asked for anew: some 30 MB."""


@dataclass
class Links:
    """
    What is known of the links in the buckets; used under a lock of the caller.

    Args:
        path_of: The folder of a bucket.
    """

    path_of: Callable[[str], Path]
    _by_inode: dict[int, set[Name]] = field(default_factory=dict)
    _targets: dict[Name, Name] = field(default_factory=dict)
    _by_target: dict[Name, set[Name]] = field(default_factory=dict)

    def pass_by(self, name: Name, status: os.stat_result | None) -> int | None:
        """
        Learn from how *name*'s file looks, links not followed, None for gone.

        Returns the file's inode if its other names should be looked up in the rows, and told by `learn`.
        """
        self._forget_target(name)
        if status is None:
            return None
        if stat.S_ISLNK(status.st_mode):
            self._learn_target(name)
        if not stat.S_ISREG(status.st_mode):
            return None
        inode = fingerprint_of(status).inode
        if status.st_nlink == 1:
            self._by_inode.pop(inode, None)  # the number may be given again, to a file with other names
            return None
        if inode in self._by_inode:
            self._by_inode[inode].add(name)
            return None
        if len(self._by_inode) >= _MOST_INODES:
            self._by_inode.clear()
        self._by_inode[inode] = {name}
        return inode

    def learn(self, found: Iterable[tuple[int, Name]]) -> None:
        """Take over what the rows say: by inode, the names of a file."""
        for inode, name in found:
            self._by_inode.setdefault(inode, set()).add(name)

    def others(self, name: Name, inode: int | None) -> Collection[Name]:
        """Return the other names through which the bytes of *name* are seen; *inode* is that of its file, if known."""
        if name not in self._by_target and inode not in self._by_inode:
            return ()
        found: dict[Name, None] = {}
        ahead = [name, *self._by_inode.get(inode or 0, ())]
        while ahead:
            one = ahead.pop()
            if one not in found:
                found[one] = None
                ahead += self._by_target.get(one, ())
        found.pop(name)
        return list(found)

    def is_target(self, name: Name) -> bool:
        """Tell whether a symbolic link is known that leads to *name*."""
        return name in self._by_target

    def _learn_target(self, name: Name) -> None:
        bucket, key = name
        root = os.path.realpath(self.path_of(bucket))
        place = f"{root}/{key}"
        try:
            lead = os.path.join(os.path.dirname(place), os.readlink(place))  # noqa: PTH115, PTH118, PTH120
        except OSError:
            return
        # What the link leads to may be a link itself: one step at a time.
        folder, last = os.path.split(lead)
        target = f"{os.path.realpath(folder)}/{last}"
        if target.startswith(f"{root}/"):
            to = (bucket, target.removeprefix(f"{root}/"))
            self._targets[name] = to
            self._by_target.setdefault(to, set()).add(name)

    def _forget_target(self, name: Name) -> None:
        target = self._targets.pop(name, None)
        if target is not None:
            names = self._by_target[target]
            names.discard(name)
            if not names:
                del self._by_target[target]
