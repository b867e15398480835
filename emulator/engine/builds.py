"""Building images, with the engine's classic builder. What a build that does not succeed had made is removed again."""

import re
import time
from collections.abc import Generator, Mapping
from typing import IO

from emulator.engine.connection import Connection
from emulator.engine.images import Images
from emulator.engine.labels import KIND, Kind
from emulator.errors import BuildError, ConflictError
from emulator.interrupts import deferred_interrupts

_LAYER = re.compile(r"\s*---> ([0-9a-f]{12,64})$")
_STEP_ENDS_SECONDS = 10
_PAUSE_SECONDS = 0.05
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")  # what a step writes to stderr, the engine paints red


class Builds:
    """Makes images of the local store from contexts."""

    def __init__(self, connection: Connection, images: Images) -> None:
        self._connection = connection
        self._images = images

    def run(
        self,
        context: IO[bytes],
        tag: str,
        labels: Mapping[str, str],
        arguments: Mapping[str, str],
    ) -> Generator[str, None, None]:
        """
        Build the tar *context* with the `Dockerfile` in it, yielding what is printed, line by line.

        A failing step raises BuildError with the whole log. Closing the iterator, as Ctrl-C does, closes the
        connection, and the engine then ends the step under way and removes its container. Neither leaves layers.
        """
        log: list[str] = []
        try:
            yield from self._stream(context, tag, labels, arguments, log)
        except BaseException:
            layers = [match[1] for line in log if (match := _LAYER.match(line))]
            if layers:
                with deferred_interrupts():
                    self._remove_layers(layers[-1])
            raise

    def _stream(
        self, context: IO[bytes], tag: str, labels: Mapping[str, str], arguments: Mapping[str, str], log: list[str]
    ) -> Generator[str, None, None]:
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

    def _remove_layers(self, layer: str) -> None:
        """Remove what an unfinished build made last, and what is under it, unless somebody else uses it."""
        deadline = time.monotonic() + _STEP_ENDS_SECONDS
        while (image := self._images.get(layer)) and not image.tags and image.labels.get(KIND) == Kind.BUILD:
            try:
                with self._connection.translated(f"remove layer {layer}") as api:
                    api.remove_image(image.id)
            except ConflictError as error:
                if "being used by" not in error.message or time.monotonic() > deadline:
                    return
                time.sleep(_PAUSE_SECONDS)  # the step that was cut off still has its container


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
