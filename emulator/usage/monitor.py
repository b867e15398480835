"""The engine's statistics of containers, told of the instances and workers that they are."""

from dataclasses import dataclass

from emulator.engine import Container, Engine, Kind
from emulator.engine.stats import ContainerStats
from emulator.functions.sandbox import FUNCTION_LABEL
from emulator.instances import Instance, Instances, InstanceState
from emulator.units import MIB

_SHORT_ID = 12


@dataclass(frozen=True)
class Usage:
    """One instance or worker, and what it used over the last second."""

    id: str
    """The instance's id, or the beginning of the worker's container's."""
    name: str | None
    """The instance's Name tag, or the worker's function."""
    kind: Kind
    size: str
    """An instance type, or a function's memory."""
    stats: ContainerStats

    @property
    def cpu_percent(self) -> float:
        """Of the processors that it may use, not of the machine's."""
        return 100 * self.stats.cpus / self.stats.cpu_limit

    @property
    def memory_percent(self) -> float:
        return 100 * self.stats.memory_bytes / self.stats.memory_limit_bytes


class Monitor:
    """Measures the running instances and workers of one home."""

    def __init__(self, engine: Engine, instances: Instances) -> None:
        self._engine = engine
        self._instances = instances

    def measure(self) -> list[Usage]:
        """Return what everything uses, the busiest first. It takes about a second; what ends meanwhile is left out."""
        instances = {
            one.container_id: one
            for one in self._instances.describe()
            if one.container_id is not None and one.state is InstanceState.RUNNING
        }
        workers = {one.id: one for one in self._engine.containers.list(Kind.WORKER)}
        stats = self._engine.stats.read([*instances, *workers])
        found = [_instance(one, stats[id_]) for id_, one in instances.items() if id_ in stats]
        found += [_worker(one, stats[id_]) for id_, one in workers.items() if id_ in stats]
        return sorted(found, key=lambda one: (-round(one.cpu_percent), one.kind, one.name or "", one.id))


def _instance(instance: Instance, stats: ContainerStats) -> Usage:
    return Usage(instance.id, instance.name, Kind.INSTANCE, instance.launch.instance_type, stats)


def _worker(container: Container, stats: ContainerStats) -> Usage:
    return Usage(
        id=container.id[:_SHORT_ID],
        name=container.labels.get(FUNCTION_LABEL),
        kind=Kind.WORKER,
        size=f"{stats.memory_limit_bytes // MIB} MB",
        stats=stats,
    )
