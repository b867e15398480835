"""An ear to the engine: a thread that passes on which containers end, for as long as the server runs.

It never gives up, whatever an engine or the way to it comes up with: a worker whose end nobody hears is waited for.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable

from emulator.engine import Kind
from emulator.engine.containers import Containers
from emulator.engine.deaths import Deaths
from emulator.errors import EmulatorError, NotFoundError

log = logging.getLogger(__name__)

_LISTEN_AGAIN_SECONDS = 1.0
_KILLED = 137
_KINDS = (Kind.WORKER, Kind.HOLDER)


class Ear:
    """Opened and closed once. What it hears is told in the event loop that it was made in."""

    def __init__(
        self,
        containers: Containers,
        known: Callable[[], list[str]],
        on_death: Callable[[str, int], None],
        again_seconds: float = _LISTEN_AGAIN_SECONDS,
    ) -> None:
        """Tell *on_death* the id and exit code of each; of the *known* ones also when they ended unheard."""
        self._containers = containers
        self._known = known
        self._on_death = on_death
        self._again_seconds = again_seconds
        self._loop = asyncio.get_running_loop()
        self._closed = threading.Event()
        self._deaths: Deaths | None = None

    def open(self) -> None:
        """Listen from now on; the engine's error if it cannot be listened to at all."""
        self._deaths = self._containers.deaths(*_KINDS)
        threading.Thread(target=self._listen, name="deaths", daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._closed.set()
        if self._deaths is not None:
            self._deaths.close()

    def _listen(self) -> None:
        """Pass on what ends, again and again: an engine may be restarted under us."""
        deaths = self._deaths
        while not self._closed.is_set():
            try:
                if deaths is None:
                    deaths = self._deaths = self._containers.deaths(*_KINDS)
                    self._catch_up()
                for event in deaths:
                    self._tell(event.container_id, event.exit_code)
            except EmulatorError as error:
                if not self._closed.is_set():
                    log.warning("engine is not heard: reason=%s", error)
            except Exception:
                if not self._closed.is_set():
                    log.exception("engine is not heard")
            deaths = None
            self._closed.wait(self._again_seconds)

    def _catch_up(self) -> None:
        """Find what ended, or went, while nobody listened."""
        present = self._containers.list(*_KINDS)
        for container_id in set(self._known()) - {container.id for container in present}:
            self._tell(container_id, _KILLED)
        for container in present:
            if container.state in ("exited", "dead"):
                with contextlib.suppress(NotFoundError):  # removed since the list was made
                    self._tell(container.id, self._containers.exit_code(container.id))

    def _tell(self, container_id: str, exit_code: int) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended before its listener
            self._loop.call_soon_threadsafe(self._on_death, container_id, exit_code)
