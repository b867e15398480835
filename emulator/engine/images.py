"""The verbs on images: look, pull, import, build, remove."""

import contextlib
import re
from collections.abc import Generator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from emulator.engine.connection import Connection
from emulator.engine.records import Image
from emulator.errors import BuildError, EngineError, NotFoundError

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")  # what a step writes to stderr, the engine paints red


class LineAssembler:
    """Makes lines of the pieces that a build prints: a program may write one line in several, each sent by itself."""

    def __init__(self) -> None:
        self._pending = ""

    def add(self, piece: str) -> list[str]:
        """Return the lines that *piece* completes, without colours and without empty ones."""
        *lines, self._pending = (self._pending + _COLOUR.sub("", piece)).splitlines(keepends=True) or [""]
        if self._pending.endswith(("\n", "\r")):
            lines, self._pending = [*lines, self._pending], ""
        return [line.rstrip() for line in lines if line.strip()]

    def rest(self) -> list[str]:
        """Return what came after the last line's end."""
        return [self._pending.rstrip()] if self._pending.strip() else []


class Images:
    """The engine's local image store; it is shared by all homes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> Image | None:
        """Return the image with this tag or id, or None."""
        with contextlib.suppress(NotFoundError), self._connection.translated(f"look at image {name}") as api:
            row = api.inspect_image(name)
            return Image(
                id=row["Id"],
                tags=tuple(row.get("RepoTags") or ()),
                labels=row["Config"].get("Labels") or {},
                size_bytes=row["Size"],
                created_at=datetime.fromisoformat(row["Created"][:19]).replace(tzinfo=UTC),
            )
        return None

    def list(self, label: str) -> list[Image]:
        """Return the images that carry *label*, a name or `name=value`."""
        with self._connection.translated("list images") as api:
            rows = api.images(filters={"label": label})
        return [
            Image(
                id=row["Id"],
                tags=tuple(row.get("RepoTags") or ()),
                labels=row.get("Labels") or {},
                size_bytes=row["Size"],
                created_at=datetime.fromtimestamp(row["Created"], UTC),
            )
            for row in rows
        ]

    def in_registry(self, name: str, timeout_seconds: float) -> bool:
        """Ask the registry for *name* without fetching it; False also when none answers within *timeout_seconds*."""
        try:
            with self._connection.translated(f"look for {name} in its registry") as api:
                answer = api._get(api._url("/distribution/{0}/json", name), timeout=timeout_seconds)
                return bool(answer.status_code == 200)
        except EngineError:
            return False

    def pull(self, name: str) -> None:
        repository, _, tag = name.rpartition(":")
        with self._connection.translated(f"pull {name}") as api:
            for line in api.pull(repository, tag=tag, stream=True, decode=True):
                if "error" in line:
                    raise EngineError(f"could not pull {name}: {line['error']}")

    def import_tar(self, archive: Path, name: str, labels: Mapping[str, str]) -> None:
        """Make *archive*, a tar of a root file system, the image *name*."""
        repository, _, tag = name.rpartition(":")
        changes = [f"LABEL {key}={value}" for key, value in labels.items()] + ['CMD ["/bin/bash"]']
        with archive.open("rb") as content, self._connection.translated(f"import {name}") as api:
            api.import_image_from_data(content, repository=repository, tag=tag, changes=changes)

    def build(
        self,
        context: IO[bytes],
        tag: str,
        labels: Mapping[str, str],
        arguments: Mapping[str, str],
    ) -> Generator[str, None, None]:
        """
        Build the tar *context* with the `Dockerfile` in it, yielding what is printed, line by line.

        A failing step raises BuildError with the whole log. Closing the iterator, as Ctrl-C does, closes the
        connection, and the engine then ends the step under way and removes its container.
        """
        log: list[str] = []
        with self._connection.translated(f"build {tag}") as api:
            stream = api.build(
                fileobj=context,
                custom_context=True,
                tag=tag,
                labels=dict(labels),
                buildargs=dict(arguments),
                rm=True,
                forcerm=True,
                decode=True,
            )
            failure: str | None = None
            printed = LineAssembler()
            for message in stream:  # read to its end also after an error, which gives the connection back
                failure = message.get("error", failure)
                for line in printed.add(str(message.get("stream", ""))):
                    log.append(line)
                    yield line
            log += printed.rest()
            if failure is not None:
                raise BuildError(failure.strip(), log=log)

    def tag(self, image: str, name: str) -> None:
        """Give *image* another name; the old ones stay."""
        repository, _, tag = name.rpartition(":")
        with self._connection.translated(f"tag {image}") as api:
            api.tag(image, repository, tag)

    def remove(self, name: str) -> None:
        """Remove a tag, and the image with its last one; what is gone or in use is left alone."""
        with contextlib.suppress(NotFoundError), self._connection.translated(f"remove image {name}") as api:
            api.remove_image(name)
