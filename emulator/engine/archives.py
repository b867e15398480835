"""Files of a container as tar streams, running or not: nothing is ever whole in memory.

An engine sees a container's disk and what is bound into it. What the container itself has mounted, such as memory on
/run, it does not see.
"""

import contextlib
import io
import tarfile
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass

from emulator.engine.connection import Connection
from emulator.errors import EmulatorError, NotFoundError

_CHUNK = 256 * 1024
_GO_FOLDER = 1 << 31  # the engine tells modes in the bits of Go's FileMode
_GO_LINK = 1 << 27


@dataclass(frozen=True)
class PathStat:
    """What is at a path in a container."""

    name: str
    is_folder: bool
    link_target: str | None = None
    """Where a symbolic link leads in the end."""


class Archives:
    """Takes files out of containers and puts them in."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def stat(self, container_id: str, path: str) -> PathStat | None:
        """Return what is at *path*, a link not followed; None if there is nothing."""
        from docker.utils import decode_json_header

        with contextlib.suppress(NotFoundError), self._connection.translated(f"look at {path}") as api:
            answer = api.head(api._url("/containers/{0}/archive", container_id), params={"path": path})
            api._raise_for_status(answer)
            found = decode_json_header(answer.headers["X-Docker-Container-Path-Stat"])
            is_link = bool(found["mode"] & _GO_LINK)
            return PathStat(found["name"], bool(found["mode"] & _GO_FOLDER), found["linkTarget"] if is_link else None)
        return None

    def get(self, container_id: str, path: str) -> Generator[bytes, None, None]:
        """Yield the tar stream of what is at *path*; its names begin with the last part of it."""
        with self._connection.translated(f"read {path}") as api:
            chunks, _ = api.get_archive(container_id, path, chunk_size=_CHUNK)
            yield from chunks

    def put(self, container_id: str, folder: str, chunks: Iterable[bytes]) -> None:
        """
        Unpack a tar stream in *folder*, which must be there; no folder gives way to a file, nor a file to a folder.

        What *chunks* raises comes out as it is.
        """
        failures: list[Exception] = []

        def watched() -> Iterator[bytes]:
            try:
                yield from chunks
            except Exception as error:
                failures.append(error)
                raise

        try:
            with self._connection.translated(f"write to {folder}") as api:
                # Not `put_archive`: it lets a file take the place of a folder, with all that is in it.
                url = api._url("/containers/{0}/archive", container_id)
                answer = api._put(url, params={"path": folder, "noOverwriteDirNonDir": "true"}, data=watched())
                api._raise_for_status(answer)
        except EmulatorError:
            if failures:  # to requests, a file that cannot be read is an engine that stopped answering
                raise failures[0] from None
            raise

    def write(self, container_id: str, path: str, content: bytes) -> None:
        """Make or replace a file, which everybody may read; its folder must be there."""
        folder, _, name = path.rpartition("/")
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        self.put(container_id, folder or "/", [packed.getvalue()])
