"""Status checks, as real as AWS's: is the machine there and connected, and has its system come up?"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from emulator.engine import Engine, Kind
from emulator.errors import ConflictError, EngineError, NotFoundError
from emulator.instances.containers import INSTANCE_LABEL
from emulator.instances.model import Instance, InstanceState

_AT_ONCE = 8
# Until systemd listens there, nobody answers.
_ASK = "[ -e /run/systemd/private ] || { echo initializing; exit; }; exec systemctl is-system-running"
_UP = {"running", "degraded"}
_COMING_UP = {"initializing", "starting"}
_BOOTING = {"restarting", "running"}
"""An engine's words for a machine that could not be entered a moment ago."""


class Check(StrEnum):
    """AWS's words for how a check stands."""

    OK = "ok"
    IMPAIRED = "impaired"
    INITIALIZING = "initializing"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True)
class InstanceStatus:
    """An instance and its two checks."""

    instance: Instance
    system: Check
    """The container and its interface: what AWS answers for."""
    reachability: Check
    """The system inside: what its user answers for."""


def check(engine: Engine, instances: Sequence[Instance]) -> list[InstanceStatus]:
    """Return how each of *instances* is; nothing is checked of one that does not run."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lambda one: _check(engine, one), instances))


def _check(engine: Engine, instance: Instance) -> InstanceStatus:
    if instance.state is not InstanceState.RUNNING or instance.container_id is None:
        return InstanceStatus(instance, Check.NOT_APPLICABLE, Check.NOT_APPLICABLE)
    try:
        system = Check.OK if is_joined(engine, instance) else Check.IMPAIRED
        return InstanceStatus(instance, system, _reachability(engine, instance, instance.container_id))
    except (EngineError, NotFoundError):  # it ends just now
        return InstanceStatus(instance, Check.IMPAIRED, Check.IMPAIRED)


def is_joined(engine: Engine, instance: Instance) -> bool:
    """Tell whether a running machine is on its interface: one that outlived it has no network any more."""
    if not instance.is_connected or instance.interface_id is None or instance.container_id is None:
        return False
    started = engine.containers.started_at
    return started(instance.interface_id) <= started(instance.container_id)


def _reachability(engine: Engine, instance: Instance, container_id: str) -> Check:
    if instance.launch.init != "systemd":
        return Check.OK
    try:
        said = engine.containers.exec(container_id, ("sh", "-c", _ASK)).output.decode().strip()
    except (ConflictError, EngineError):
        said = ""
    if not said:
        return _of_container(engine, instance.id)
    if said in _UP:
        return Check.OK
    return Check.INITIALIZING if said in _COMING_UP else Check.IMPAIRED


def _of_container(engine: Engine, instance_id: str) -> Check:
    """Return how a machine is that nobody can be asked in: it boots anew, or is held still, or has ended just now."""
    found = engine.containers.list(Kind.INSTANCE, filters={INSTANCE_LABEL: instance_id})
    return Check.INITIALIZING if any(one.state in _BOOTING for one in found) else Check.IMPAIRED
