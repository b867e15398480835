"""The engine's statistics of containers, told of the instances and workers that they are."""

from dataclasses import dataclass

from emulator.engine import Container, Engine, Kind
from emulator.engine.stats import LONGEST_SECONDS, ContainerStats
from emulator.functions.workers.sandbox import FUNCTION_LABEL
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
    size: str | None
    """An instance type, or a function's memory, which is measured."""
    stats: ContainerStats | None
    """None: the engine did not say it in time."""


class Monitor:
    """Measures the running instances and workers of one home."""

    def __init__(self, engine: Engine, instances: Instances) -> None:
        self._engine = engine
        self._instances = instances

    def measure(self, longest_seconds: float = LONGEST_SECONDS) -> list[Usage]:
        """
        Return what everything uses, the busiest first. It takes about a second; what ends meanwhile is left out.

        On a machine that is busy the engine takes longer: after *longest_seconds* the rest is told of without figures.
        """
        instances = {
            one.container_id: one
            for one in self._instances.describe()
            if one.container_id is not None and one.state is InstanceState.RUNNING
        }
        workers = {one.id: one for one in self._engine.containers.list(Kind.WORKER)}
        stats = self._engine.stats.read([*instances, *workers], longest_seconds)
        found = [_instance(one, stats[id_]) for id_, one in instances.items() if id_ in stats]
        found += [_worker(one, stats[id_]) for id_, one in workers.items() if id_ in stats]
        return sorted(found, key=_busiest_first)


def _busiest_first(usage: Usage) -> tuple[int, str, str, str]:
    percent = usage.stats.cpu_percent if usage.stats else 0
    return -round(percent), usage.kind, usage.name or "", usage.id


def _instance(instance: Instance, stats: ContainerStats | None) -> Usage:
    return Usage(instance.id, instance.name, Kind.INSTANCE, instance.launch.instance_type, stats)


def _worker(container: Container, stats: ContainerStats | None) -> Usage:
    return Usage(
        id=container.id[:_SHORT_ID],
        name=container.labels.get(FUNCTION_LABEL),
        kind=Kind.WORKER,
        size=f"{stats.memory_limit_bytes // MIB} MB" if stats else None,
        stats=stats,
    )
