"""What an instance printed on its console, as far back as AWS shows it, and for as long: it outlives its instance."""

import contextlib
from dataclasses import dataclass

from emulator.engine import Engine
from emulator.errors import ConflictError, NotFoundError
from emulator.state import Database
from emulator.units import KIB

MOST_BYTES = 64 * KIB

_GOING = (ConflictError, NotFoundError)
"""What an engine answers about a container that another shell removes."""


@dataclass(frozen=True)
class Consoles:
    """The consoles of one home's instances."""

    engine: Engine
    database: Database

    def read(self, instance_id: str, container_id: str | None) -> bytes:
        """Return the end of what was printed so far: by the container, or before that was removed."""
        if container_id is not None:
            with contextlib.suppress(*_GOING):
                return self.engine.containers.logs(container_id)
        row = self.database.row("SELECT output FROM console WHERE instance_id = ?", instance_id)
        return bytes(row["output"]) if row else b""

    def keep(self, instance_id: str, container_id: str) -> None:
        """Write down what was printed, before the container is removed; the first to do so has all of it."""
        try:
            output = self.engine.containers.logs(container_id)[-MOST_BYTES:]
        except _GOING:
            return
        with self.database.transaction() as transaction:
            transaction.execute("INSERT OR IGNORE INTO console VALUES (?, ?)", (instance_id, output))


def console_output(printed: bytes) -> str:
    """
    Return the last 64 KiB of what was *printed*, over all boots, with line ends and colours as they came.

    Bytes that are no UTF-8 are replaced, and the half of a character that the cut left goes.
    """
    start = max(0, len(printed) - MOST_BYTES)
    while start and start < len(printed) and 0x80 <= printed[start] < 0xC0:
        start += 1
    return printed[start:].decode("utf-8", "replace")
