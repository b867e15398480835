"""One copy, in or out: find out what is where, decide on the place, let the stream run."""

import os
import posixpath
from contextlib import closing
from pathlib import Path

from emulator.engine import Engine
from emulator.errors import InvalidRequestError, NotFoundError
from emulator.instances.copying.packing import pack
from emulator.instances.copying.place import Source, There, is_contents, place
from emulator.instances.copying.tally import Tally
from emulator.instances.copying.unpacking import unpack
from emulator.instances.errors import IncorrectInstanceStateError
from emulator.instances.model import Instance

_MOUNTED = ("/dev", "/proc", "/sys")
_MOUNTED_FOR_SYSTEMD = ("/run", "/var/run", "/var/lock")


def copy_in(engine: Engine, source: str, instance: Instance, target: str) -> Tally:
    """
    Copy *source*, a path of this machine, to *target* on the disk of *instance*; return what was copied.

    NotFoundError and ConflictError say what is missing or in the way, OSError what may not be read.
    """
    disk = _Disk(engine, instance)
    if not os.path.lexists(source):
        raise NotFoundError(f"there is no {source}")
    link = Path(source).is_symlink() and not source.endswith("/")
    path = Path(source) if link else Path(os.path.realpath(source))
    found = Source(path.name, is_folder=path.is_dir() and not link, contents_only=_is_contents(source))
    target, there = disk.look(target)
    goal = place(found, target, there, disk.look(_parent(target))[1])
    tally = Tally()
    engine.archives.put(disk.container_id, goal.folder, pack(path, goal.name, tally))
    return tally


def copy_out(engine: Engine, instance: Instance, source: str, target: str) -> Tally:
    """
    Copy *source*, a path on the disk of *instance*, to *target* on this machine; return what was copied.

    NotFoundError and ConflictError say what is missing or in the way, OSError what may not be written.
    """
    disk = _Disk(engine, instance)
    found = disk.source(source)
    there = _here(target)
    target = os.path.realpath(target) + ("/" if target.endswith("/") else "")
    goal = place(found, target, there, _here(_parent(target)))
    tally = Tally()
    with closing(engine.archives.get(disk.container_id, _absolute(source))) as chunks:
        unpack(chunks, Path(goal.folder), goal.name, wrapped=not found.contents_only, tally=tally)
    return tally


class _Disk:
    """The files of an instance, running or stopped."""

    def __init__(self, engine: Engine, instance: Instance) -> None:
        if instance.container_id is None or instance.state.is_over:
            raise IncorrectInstanceStateError(instance.id, "copied to or from")
        self.container_id = instance.container_id
        self._engine = engine
        self._instance = instance

    def source(self, path: str) -> Source:
        """Return what is at *path*, a link not followed; NotFoundError if there is nothing."""
        path = _absolute(path)
        self._check(path)
        found = self._engine.archives.stat(self.container_id, path)
        if found is None:
            raise NotFoundError(f"there is no {path} on {self._instance.id}")
        name = posixpath.basename(posixpath.normpath(path))
        return Source(name, found.is_folder, contents_only=_is_contents(path))

    def look(self, path: str) -> tuple[str, There]:
        """Return *path*, or what it leads to as a link, and what is there."""
        path = _absolute(path)
        self._check(path)
        found = self._engine.archives.stat(self.container_id, path)
        if found is not None and found.link_target is not None:
            path = found.link_target
            self._check(path)
            found = self._engine.archives.stat(self.container_id, path)
        if found is None:
            return path, There.NOTHING
        return path, There.FOLDER if found.is_folder else There.FILE

    def _check(self, path: str) -> None:
        """Refuse what only looks like a part of the disk: a copy would be made, and never be seen inside."""
        mounted = _MOUNTED + (_MOUNTED_FOR_SYSTEMD if self._instance.launch.init == "systemd" else ())
        path = posixpath.normpath(path)
        if any(path == folder or path.startswith(f"{folder}/") for folder in mounted):
            raise InvalidRequestError(
                f"{path} is in the memory of an instance, not on its disk",
                hint=f"pipe it: cloudlet ec2 exec {self._instance.id} -- cat {path}, or -- tee {path} < FILE",
            )


def _here(path: str) -> There:
    if Path(path).is_dir():
        return There.FOLDER
    return There.FILE if Path(path).exists() else There.NOTHING


def _parent(path: str) -> str:
    return posixpath.dirname(posixpath.normpath(path))


def _absolute(path: str) -> str:
    """Return *path* as the engine takes it: from the root, whatever folder a login would begin in."""
    return path if path.startswith("/") else f"/{path}"


def _is_contents(path: str) -> bool:
    return is_contents(path) or posixpath.normpath(path) == "/"
