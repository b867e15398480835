"""Which instances there are: the engine's containers and the state file's rows, told as one list."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta

from emulator.engine import Container, Engine, Kind
from emulator.ids import is_id
from emulator.instances.errors import AmbiguousNameError, InstanceNotFoundError, MalformedInstanceIdError
from emulator.instances.machine import INSTANCE_LABEL, LAUNCH_LABEL
from emulator.instances.model import Instance, InstanceState, Launch
from emulator.instances.tags import read_tags
from emulator.state import Database

REMEMBERED = timedelta(hours=1)
"""How long AWS goes on listing an instance that has ended."""

_VANISHED = "Server.InternalError: the container was removed from outside"


class Inventory:
    """Lists instances and finds them by id or Name."""

    def __init__(self, engine: Engine, database: Database) -> None:
        self._engine = engine
        self._database = database

    def all(self, now: datetime) -> list[Instance]:
        """Return every instance, the recently ended ones included, oldest first."""
        containers = self._engine.containers.list(Kind.INSTANCE, Kind.INTERFACE)
        machines = {box.labels[INSTANCE_LABEL]: box for box in containers if box.kind is Kind.INSTANCE}
        interfaces = {box.labels[INSTANCE_LABEL]: box for box in containers if box.kind is Kind.INTERFACE}
        tags = read_tags(self._database)
        rows = {row["id"]: row for row in self._database.rows("SELECT * FROM instance")}
        found = [
            _alive(machine, interfaces.get(instance_id), rows.get(instance_id), tags.get(instance_id, {}))
            for instance_id, machine in machines.items()
        ]
        for instance_id, row in rows.items():
            if instance_id in machines:
                continue
            if row["terminated_at"] is None:
                self._note_vanished(instance_id, interfaces.get(instance_id), now)
            elif now.timestamp() - row["terminated_at"] > REMEMBERED.total_seconds():
                continue
            found.append(
                Instance(
                    launch=Launch.from_json(row["record"]),
                    state=InstanceState.TERMINATED,
                    tags=tags.get(instance_id, {}),
                    reason=row["reason"] or _VANISHED,
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

    def _note_vanished(self, instance_id: str, interface: Container | None, now: datetime) -> None:
        """Remember when we noticed that somebody else ended an instance, and take its interface away."""
        if interface is not None:
            self._engine.containers.remove(interface.id)
        with self._database.transaction() as transaction:
            transaction.execute(
                "UPDATE instance SET terminated_at = ?, reason = ? WHERE id = ? AND terminated_at IS NULL",
                (now.timestamp(), _VANISHED, instance_id),
            )


def _alive(machine: Container, interface: Container | None, row: sqlite3.Row | None, tags: dict[str, str]) -> Instance:
    # The row is newer than the label: a stopped instance can be given another type. A lost home has only labels.
    record = row["record"] if row is not None else machine.labels[LAUNCH_LABEL]
    return Instance(
        launch=Launch.from_json(record),
        state=InstanceState.of_container(machine.state),
        container_id=machine.id,
        interface_id=interface.id if interface else None,
        mac_address=interface.mac_address if interface else None,
        ports=interface.ports if interface else (),
        tags=tags,
    )


def _named(name: str, known: list[Instance]) -> Instance:
    living = [one for one in known if one.name == name and one.state is not InstanceState.TERMINATED]
    candidates = living or [one for one in known if one.name == name]
    if not candidates:
        raise MalformedInstanceIdError(name, [one.name for one in known if one.name])
    if len(candidates) > 1:
        raise AmbiguousNameError(name, [one.id for one in candidates])
    return candidates[0]
