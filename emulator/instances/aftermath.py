"""What is left to do when an instance is over, by our verb or without one."""

import contextlib
import logging
from collections.abc import Iterator
from datetime import datetime

from emulator.engine import Engine, Kind
from emulator.errors import EmulatorError, NotFoundError
from emulator.home import Home
from emulator.instances.console import Consoles
from emulator.instances.containers import containers_of, remove_containers
from emulator.instances.folder import InstanceFolder
from emulator.instances.inventory import Sight
from emulator.instances.model import Instance, InstanceState, Launch
from emulator.instances.neighbours import Neighbours
from emulator.instances.records import Records

log = logging.getLogger(__name__)


class Aftermath:
    """Takes away what an instance had, in an order that may be cut short anywhere and begun again."""

    def __init__(
        self, engine: Engine, home: Home, records: Records, consoles: Consoles, neighbours: Neighbours
    ) -> None:
        self._engine = engine
        self._home = home
        self._records = records
        self._consoles = consoles
        self._neighbours = neighbours

    def end(self, launch: Launch, reason: str, now: datetime) -> None:
        """Write down why it ended, then take everything away."""
        # Written down before the container goes: to other shells it is shutting down, not lost.
        self._records.end(launch, reason, now)
        self.clear(launch, now)

    def clear(self, launch: Launch, now: datetime, *, undo: bool = False) -> None:
        """Take away containers, volumes and folder; with *undo*, of an instance that never was, nothing is kept."""
        for container in containers_of(self._engine, launch.instance_id):
            if container.kind is Kind.INSTANCE and not undo:
                self._consoles.keep(launch.instance_id, container.id)
            self._engine.containers.remove(container.id)
        self._neighbours.volumes().release(launch.instance_id, zone=launch.zone, undo=undo)
        InstanceFolder(self._home, launch.instance_id).remove()
        self._neighbours.meter.stopped(launch.instance_id, now)

    def see_to(self, sight: Sight, now: datetime) -> None:
        """Do what *sight*, a look that began at *now*, showed to be undone; what cannot be done holds nothing up."""
        for instance in sight.unrecorded:
            self._records.update(instance.launch)
        for ending in sight.endings:
            with _going_on(ending.launch.instance_id):
                self.end(ending.launch, ending.reason, now)
        for instance_id in sight.strays:
            with _going_on(instance_id):
                remove_containers(self._engine, instance_id)
        for instance in sight.stopped:
            with _going_on(instance.id):
                self._explain(instance, now)
        if sight.forgotten:
            self._records.forget(sight.forgotten)
        running = {one.id: one.launch.instance_type for one in sight.instances if one.state is InstanceState.RUNNING}
        self._neighbours.meter.observed(running, now)
        if sight.unrecorded or sight.endings:
            self._neighbours.network.refresh()

    def _explain(self, instance: Instance, now: datetime) -> None:
        """Write down why and when an instance stopped by itself."""
        ended_at = now
        if instance.container_id is not None:
            with contextlib.suppress(NotFoundError):  # it has just been removed, too
                ended_at = self._engine.containers.ended_at(instance.container_id)
        self._records.explain(instance.id, instance.reason, ended_at)
        self._neighbours.meter.stopped(instance.id, ended_at)


@contextlib.contextmanager
def _going_on(instance_id: str) -> Iterator[None]:
    try:
        yield
    except (EmulatorError, OSError) as error:
        log.error("what an instance left could not be seen to: instance=%s reason=%s", instance_id, error)  # noqa: TRY400
