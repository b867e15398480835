"""The engine's word that a container has ended: one stream for any number of containers."""

import contextlib
from collections.abc import Iterator, Sequence

from emulator.engine import labels
from emulator.engine.connection import Connection
from emulator.engine.labels import Kind
from emulator.engine.records import ContainerEvent
from emulator.errors import EngineError

_ENDED = ("die", "died")  # as docker and podman say it


class Deaths:
    """An open stream of ends; iterate in one thread, close from any."""

    def __init__(self, connection: Connection, home_id: str, kinds: Sequence[Kind]) -> None:
        self._connection = connection
        self._kinds = kinds
        self._closed = False
        with connection.translated("listen to the engine") as api:
            # Not filtered by kind here: the engine takes several labels to mean all of them.
            wanted = {"type": "container", "label": f"{labels.HOME}={home_id}"}
            self._stream = api.events(decode=True, filters=wanted)

    def __iter__(self) -> Iterator[ContainerEvent]:
        """Yield each end; return when the stream is closed, EngineError when the engine goes away."""
        with self._connection.translated("listen to the engine"):
            for event in self._stream:
                attributes = event.get("Actor", {}).get("Attributes", {})
                if event.get("Action", event.get("status")) in _ENDED and attributes.get(labels.KIND) in self._kinds:
                    code = attributes.get("exitCode", attributes.get("containerExitCode", "0"))
                    yield ContainerEvent(event["Actor"]["ID"], int(code))
        if not self._closed:  # the SDK takes a lost connection for an ordinary end
            raise EngineError("the engine stopped telling which containers end")

    def close(self) -> None:
        """End the iteration."""
        self._closed = True
        with contextlib.suppress(Exception):  # the SDK shuts a socket that may be gone
            self._stream.close()
