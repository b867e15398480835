"""Which instances there are: the engine's containers and the state file's rows, told as one list."""

from collections.abc import Iterable
from datetime import datetime

from emulator.engine import Container, Engine, Kind
from emulator.ids import is_id
from emulator.instances.errors import AmbiguousNameError, InstanceNotFoundError, MalformedInstanceIdError
from emulator.instances.machine import INSTANCE_LABEL, LAUNCH_LABEL
from emulator.instances.model import Instance, InstanceState, Launch
from emulator.instances.records import Record, Records
from emulator.resources.tags import read_tags
from emulator.state import Database

_VANISHED = "Server.InternalError: the container was removed from outside"


class Inventory:
    """Lists instances and finds them by id or Name."""

    def __init__(self, engine: Engine, database: Database) -> None:
        self._engine = engine
        self._database = database
        self._records = Records(database)

    def all(self, now: datetime) -> list[Instance]:
        """Return every instance, the recently ended ones included, oldest first."""
        # Records first: a launch writes its own last, so one without a container has lost its container.
        records = self._records.all()
        machines, interfaces = self._containers()
        tags = read_tags(self._database)
        found = [
            _alive(machine, interfaces.get(instance_id), records.get(instance_id), tags.get(instance_id, {}))
            for instance_id, machine in machines.items()
        ]
        for instance_id, record in records.items():
            if instance_id in machines or record.is_forgotten(now):
                continue
            if record.ended_at is None:
                self._note_vanished(record.launch, interfaces.get(instance_id), now)
            found.append(
                Instance(
                    launch=record.launch,
                    state=InstanceState.TERMINATED,
                    tags=tags.get(instance_id, {}),
                    reason=record.reason or _VANISHED,
                )
            )
        return sorted(found, key=lambda instance: (instance.launch.launch_time, instance.launch.launch_index))

    def find(self, references: Iterable[str], now: datetime) -> list[Instance]:
        """
        Return the instances that *references*, ids or unique Name tags, stand for, each once.

        All unknown ids are named in one InstanceNotFoundError; a Name that ended instances share with a living
        one means the living one.
        """
        known = self.all(now)
        by_id = {instance.id: instance for instance in known}
        found: dict[str, Instance] = {}
        missing: list[str] = []
        for reference in references:
            if is_id(reference, "i"):
                if reference in by_id:
                    found[reference] = by_id[reference]
                else:
                    missing.append(reference)
            else:
                instance = _named(reference, known)
                found[instance.id] = instance
        if missing:
            raise InstanceNotFoundError(missing, by_id)
        return list(found.values())

    def _containers(self) -> tuple[dict[str, Container], dict[str, Container]]:
        """Return machines and interfaces by instance id."""
        found: dict[Kind, dict[str, Container]] = {Kind.INSTANCE: {}, Kind.INTERFACE: {}}
        for container in self._engine.containers.list(*found):
            if instance_id := container.labels.get(INSTANCE_LABEL):
                found[container.kind][instance_id] = container
        return found[Kind.INSTANCE], found[Kind.INTERFACE]

    def _note_vanished(self, launch: Launch, interface: Container | None, now: datetime) -> None:
        """Remember when we noticed that somebody else ended an instance, and take its interface away."""
        if interface is not None:
            self._engine.containers.remove(interface.id)
        self._records.end(launch, _VANISHED, now)


def _alive(machine: Container, interface: Container | None, record: Record | None, tags: dict[str, str]) -> Instance:
    # The record is newer than the label: a stopped instance can be given another type. A lost home has only labels.
    ending = record is not None and record.ended_at is not None
    return Instance(
        launch=record.launch if record else Launch.from_json(machine.labels[LAUNCH_LABEL]),
        state=InstanceState.SHUTTING_DOWN if ending else InstanceState.of_container(machine.state),
        container_id=machine.id,
        interface_id=interface.id if interface else None,
        mac_address=interface.mac_address if interface else None,
        ports=interface.ports if interface else (),
        tags=tags,
    )


def _named(name: str, known: list[Instance]) -> Instance:
    living = [one for one in known if one.name == name and one.state is not InstanceState.TERMINATED]
    candidates = living or [one for one in known if one.name == name][-1:]  # of the ended, the last
    if not candidates:
        raise MalformedInstanceIdError(name, [one.name for one in known if one.name])
    if len(candidates) > 1:
        raise AmbiguousNameError(name, [one.id for one in candidates])
    return candidates[0]
