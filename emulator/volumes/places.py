"""Where the folders of volumes are. The place of a volume's folder is the truth about its attachment."""

import contextlib
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from emulator.home import Home
from emulator.volumes.devices import folder_name
from emulator.volumes.model import Attachment, Volume


@dataclass(frozen=True)
class Place:
    """A folder that was found."""

    path: Path
    inode: int | None
    """None: it is there for all that is known, but may not be looked at."""
    instance_id: str | None = None
    """None: it is attached to nothing."""

    @property
    def device(self) -> str:
        """Return the device that the folder's name stands for."""
        return f"/dev/{self.path.name}"


class Places:
    """The folders of one home's volumes and snapshots."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def free(self, volume_id: str) -> Path:
        """Return where the folder of a volume is when it is attached to nothing."""
        return self._home.volumes / volume_id

    def attached(self, attachment: Attachment) -> Path:
        """Return where the folder of a volume is when it is attached, as far as nobody inside has renamed it."""
        return self._paths(attachment)[0]

    def snapshot(self, snapshot_id: str) -> Path:
        """Return where the folder of a snapshot is."""
        return self._home.snapshots / snapshot_id

    def half_made(self, resource_id: str) -> Path:
        """Return where a volume or snapshot is made before it is whole, in the home's file system like all others."""
        return self._home.volumes / f".{resource_id}"

    def create(self) -> None:
        """Make the folders that hold the others; they belong to whoever uses cloudlet."""
        self._home.volumes.mkdir(parents=True, exist_ok=True)
        self._home.snapshots.mkdir(exist_ok=True)

    def is_as_written(self, volume: Volume) -> bool:
        """Tell whether a folder is where the row of *volume* says; nothing is said about which one."""
        path = self.attached(volume.attachment) if volume.attachment else self.free(volume.id)
        try:
            return is_folder(path)
        except PermissionError:
            return True

    def find(self, volume: Volume, others: Collection[Volume]) -> Place | None:
        """
        Return where the folder of *volume* is now, or None if it is nowhere.

        In an instance it is known by its inode, since root in there may have renamed it; failing that by its device,
        since root may have made another. What is one of the *others* in the same way is not it.
        """
        free = self.free(volume.id)
        if is_folder(free):
            return Place(free, free.lstat().st_ino)
        # Those without an inode are being made just now, and may have got the inode of a folder that is gone.
        being_made = [other.attachment for other in others if other.attachment and other.inode is None]
        taken = {path for attachment in being_made for path in self._paths(attachment)}
        for place in self._in_instances():
            if place.inode == volume.inode and place.path not in taken:
                return place
        named = self._as_named(volume.attachment) if volume.attachment else None
        is_another = named is not None and named.inode in {other.inode for other in others if other.inode}
        return None if is_another else named

    def close(self, instance_id: str) -> None:
        """See to it that nothing can be attached to an instance any more; what is attached stays for `find`."""
        with contextlib.suppress(FileNotFoundError):  # done before, or there never was one
            self._home.attached_volumes(instance_id).rename(self._home.released_volumes(instance_id))

    def closed(self, instance_id: str) -> Path:
        """Return what `close` has made of the folder of an instance's volumes."""
        return self._home.released_volumes(instance_id)

    def left(self, instance_id: str) -> list[Path]:
        """Return the folders in what `close` has made, by name; PermissionError if root in the instance forbade it."""
        with contextlib.suppress(FileNotFoundError), os.scandir(self.closed(instance_id)) as entries:
            return sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))
        return []

    def all_of_instances(self) -> Iterator[Path]:
        """Yield every folder in which instances have volumes."""
        if self._home.instances.is_dir():
            for instance in self._home.instances.iterdir():
                yield self._home.attached_volumes(instance.name)
                yield self._home.released_volumes(instance.name)

    def _paths(self, attachment: Attachment) -> tuple[Path, Path]:
        """Return where an attached volume is, before its instance is over and afterwards."""
        name = folder_name(attachment.device)
        released = self._home.released_volumes(attachment.instance_id)
        return self._home.attached_volumes(attachment.instance_id) / name, released / name

    def _as_named(self, attachment: Attachment) -> Place | None:
        for path in self._paths(attachment):
            try:
                if is_folder(path):
                    return Place(path, path.lstat().st_ino, attachment.instance_id)
            except PermissionError:  # root in the instance let nobody else in
                return Place(path, None, attachment.instance_id)
        return None

    def _in_instances(self) -> Iterator[Place]:
        for folder in self.all_of_instances():
            try:
                entries = list(os.scandir(folder))
            except (FileNotFoundError, NotADirectoryError, PermissionError):
                continue
            for entry in entries:  # what the listing itself says: the entry may be gone by now
                if entry.is_dir(follow_symlinks=False):
                    yield Place(folder / entry.name, entry.inode(), folder.parent.name)


def is_folder(path: Path) -> bool:
    """Tell whether *path* is a folder itself, and no link to one: root in an instance may make links."""
    return path.is_dir() and not path.is_symlink()
