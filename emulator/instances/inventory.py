"""Which instances there are: the engine's containers and the state file's rows, told as one list.

Looking changes nothing. What must be seen to afterwards, because an instance ended without a verb of ours, is part of
what was seen: see `aftermath`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from emulator.engine import Container, Engine, Kind
from emulator.home import Home
from emulator.instances.containers import INSTANCE_LABEL
from emulator.instances.errors import InstanceNotFoundError
from emulator.instances.model import Instance, InstanceState, Launch
from emulator.instances.neighbours import Neighbours
from emulator.instances.parts import Parts, Surroundings
from emulator.instances.records import Record, Records
from emulator.instances.shell import Shell
from emulator.resources.references import Noun, find
from emulator.resources.tags import read_tags
from emulator.state import Database

_INSTANCE = Noun("instance", "i", InstanceNotFoundError)


@dataclass(frozen=True)
class Ending:
    """An instance that is to end, or has ended, and nobody has seen to it."""

    launch: Launch
    reason: str


@dataclass(frozen=True)
class Abandoned:
    """An instance that a shell was bringing through a state when it died."""

    instance: Instance
    under_way: InstanceState
    shell: str


@dataclass
class Sight:
    """All that was seen at one moment."""

    instances: list[Instance] = field(default_factory=list)
    """Oldest first, those that ended in the last hour too."""
    endings: list[Ending] = field(default_factory=list)
    stopped: list[Instance] = field(default_factory=list)
    """Those that stopped by themselves; their reason is not written down yet."""
    unrecorded: list[Instance] = field(default_factory=list)
    """Those that only the engine knows: the home lost its file."""
    strays: list[str] = field(default_factory=list)
    """The ids of interfaces that are alone, and of which nothing says what they were made for."""
    forgotten: list[str] = field(default_factory=list)
    """The ids of those that ended long ago, and left nothing."""
    abandoned: list[Abandoned] = field(default_factory=list)

    def find(self, references: Iterable[str]) -> list[Instance]:
        """
        Return the instances that *references*, ids or unique Name tags, stand for, each once.

        All unknown ids are named in one InstanceNotFoundError; a Name that ended instances share with a living
        one means the living one.
        """
        return find(_INSTANCE, references, self.instances, _living_first)


class Inventory:
    """Looks at one home's instances."""

    def __init__(self, engine: Engine, home: Home, database: Database, neighbours: Neighbours, shell: Shell) -> None:
        self._engine = engine
        self._home = home
        self._database = database
        self._records = Records(database)
        self._shell = shell
        self._neighbours = neighbours

    def look(self, now: datetime) -> Sight:
        """Return what there is at this moment."""
        # In this order: a launch writes its record before it makes a container and says later that it is done, so one
        # that is done, or whose shell is dead, and has no container then, has lost it.
        records = self._records.all()
        alive = {
            shell for shell in {record.shell for record in records.values()} if shell and self._shell.is_alive(shell)
        }
        machines, interfaces = self._containers()
        newer = self._records.all() if {*machines, *interfaces} - {*records} else {}
        around = self._surroundings([*records.values(), *newer.values()])
        folders = self._folders()
        sight = Sight()
        for instance_id in {*machines, *interfaces, *records}:
            is_new = instance_id not in records  # launched just now, or by a home that lost its file
            record = newer.get(instance_id) if is_new else records[instance_id]
            containers = (machines.get(instance_id), interfaces.get(instance_id))
            parts = Parts(instance_id, record, *containers, has_folder=instance_id in folders)
            is_watched = record is not None and (is_new or record.shell in alive)
            is_ours = record is not None and record.shell is not None and record.shell == self._shell.name
            if parts.is_forgotten(now):
                sight.forgotten.append(instance_id)
            elif is_ours:
                sight.instances.append(parts.of_our_own(around))
            else:
                self._judge(parts, around, sight, is_watched=is_watched)
        sight.instances.sort(key=lambda instance: (instance.launch.launch_time, instance.launch.launch_index))
        return sight

    def _judge(self, parts: Parts, around: Surroundings, sight: Sight, *, is_watched: bool) -> None:
        """Add an instance to *sight*; of one that is watched, a living shell sees to what becomes of it."""
        if parts.launch is None:
            sight.strays.append(parts.instance_id)
            return
        reason = None if is_watched else parts.ending()
        if reason is not None:
            if not parts.is_settled:
                sight.endings.append(Ending(parts.launch, reason))
            sight.instances.append(parts.instance(InstanceState.TERMINATED, around, reason))
            return
        instance = parts.instance(parts.state_under_way() if is_watched else parts.state(), around)
        sight.instances.append(instance)
        record = parts.record
        if record is None:
            sight.unrecorded.append(instance)
        elif not is_watched and record.under_way is not None and record.shell is not None:
            sight.abandoned.append(Abandoned(instance, record.under_way, record.shell))
        if instance.state is InstanceState.STOPPED and instance.reason is not None and not parts.reason:
            sight.stopped.append(instance)

    def _surroundings(self, records: Iterable[Record]) -> Surroundings:
        group_ids = {group_id for record in records for group_id in record.launch.security_groups}
        return Surroundings(
            vpc=self._neighbours.network.vpc(),
            group_names=self._neighbours.network.group_names(group_ids),
            attachments=self._neighbours.attachments(),
            tags=read_tags(self._database),
        )

    def _folders(self) -> set[str]:
        return {path.name for path in self._home.instances.iterdir()} if self._home.instances.is_dir() else set()

    def _containers(self) -> tuple[dict[str, Container], dict[str, Container]]:
        """Return machines and interfaces by instance id."""
        found: dict[Kind, dict[str, Container]] = {Kind.INSTANCE: {}, Kind.INTERFACE: {}}
        for container in self._engine.containers.list(*found):
            if instance_id := container.labels.get(INSTANCE_LABEL):
                found[container.kind][instance_id] = container
        return found[Kind.INSTANCE], found[Kind.INTERFACE]


def _living_first(namesakes: list[Instance]) -> list[Instance]:
    """Return the living ones; if there are none, the last that ended."""
    return [one for one in namesakes if one.state is not InstanceState.TERMINATED] or namesakes[-1:]
