"""What is left to do when an instance is over, by our verb or without one."""

from datetime import datetime

from emulator.engine import Engine
from emulator.home import Home
from emulator.instances.folder import InstanceFolder
from emulator.instances.inventory import Sight
from emulator.instances.machine import remove_containers
from emulator.instances.model import InstanceState, Launch
from emulator.instances.neighbours import Neighbours
from emulator.instances.records import Records


class Aftermath:
    """Takes away what an instance had, in an order that may be cut short anywhere and begun again."""

    def __init__(self, engine: Engine, home: Home, records: Records, neighbours: Neighbours) -> None:
        self._engine = engine
        self._home = home
        self._records = records
        self._neighbours = neighbours

    def end(self, launch: Launch, reason: str, now: datetime) -> None:
        """Write down why it ended, then take everything away."""
        # Written down before the container goes: to other shells it is shutting down, not lost.
        self._records.end(launch, reason, now)
        self.clear(launch.instance_id, now)

    def clear(self, instance_id: str, now: datetime, *, undo: bool = False) -> None:
        """Take away containers, volumes and folder; with *undo*, of an instance that never was, no volume is kept."""
        remove_containers(self._engine, instance_id)
        self._neighbours.volumes.release(instance_id, undo=undo)
        InstanceFolder(self._home, instance_id).remove()
        self._neighbours.meter.stopped(instance_id, now)

    def see_to(self, sight: Sight, now: datetime) -> None:
        """Do what *sight*, a look that began at *now*, showed to be undone."""
        for instance in sight.unrecorded:
            self._records.update(instance.launch)
        for ending in sight.endings:
            self.end(ending.launch, ending.reason, now)
        for instance_id in sight.strays:
            self.clear(instance_id, now)
        for instance in sight.stopped:
            ended_at = self._engine.containers.ended_at(instance.container_id) if instance.container_id else now
            self._records.explain(instance.id, instance.reason, ended_at)
            self._neighbours.meter.stopped(instance.id, ended_at)
        running = {one.id: one.launch.instance_type for one in sight.instances if one.state is InstanceState.RUNNING}
        self._neighbours.meter.observed(running, now)
        if sight.unrecorded or sight.endings:
            self._neighbours.network.refresh()
