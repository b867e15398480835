"""What brings instances from one state to another: all at once, seen by other shells while it lasts."""

import dataclasses
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from emulator.engine import Engine
from emulator.errors import EmulatorError, NotFoundError
from emulator.instances.aftermath import Aftermath
from emulator.instances.errors import IncorrectInstanceStateError, InterfaceLostError, TerminationProtectedError
from emulator.instances.inventory import Abandoned
from emulator.instances.machine import REBOOTS, STOP_SECONDS
from emulator.instances.model import Instance, InstanceState, StateChange
from emulator.instances.neighbours import Neighbours
from emulator.instances.parts import USER_INITIATED
from emulator.instances.records import Records
from emulator.instances.repair import Repair
from emulator.instances.shell import Shell
from emulator.instances.turns import Meanwhile, Turns

_AT_ONCE = 8
"""How many instances are changed at a time: for the most part of it, the engine waits for the kernel."""

_STOPPING = {InstanceState.RUNNING: InstanceState.STOPPING}
_STARTING = {InstanceState.STOPPED: InstanceState.PENDING}
_REBOOTING: Meanwhile = {}
_OVER = tuple(state for state in InstanceState if state.is_over)
_TO_RUN = (InstanceState.PENDING, InstanceState.RUNNING)
"""What a shell says that boots, reboots or holds up an instance: it is to run in the end."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Changes:
    """Stops, starts, reboots and terminates."""

    engine: Engine
    records: Records
    neighbours: Neighbours
    repair: Repair
    aftermath: Aftermath
    shell: Shell
    turns: Turns

    def stop(self, instances: Sequence[Instance], now: datetime, *, force: bool = False) -> list[StateChange]:
        """Shut down and keep id, disk and address; a stopped one stays stopped. With *force*, pull the plug."""

        def stop_one(instance: Instance) -> None:
            if instance.container_id is None:
                raise IncorrectInstanceStateError(instance.id, "stopped")
            # Written down before: a machine that stands still without a reason has powered itself off.
            self.records.explain(instance.id, USER_INITIATED, now)
            # An engine that is started again would start it, too: it ended with another exit code than 0.
            self.engine.containers.set_restart(instance.container_id, None)
            self.engine.containers.stop(instance.container_id, 0 if force else STOP_SECONDS)
            self.neighbours.meter.stopped(instance.id, now)

        _refuse(instances, "stopped", (InstanceState.PENDING,))
        return self._change(
            instances, stop_one, "stopped", {InstanceState.RUNNING: InstanceState.STOPPING}, InstanceState.STOPPED
        )

    def start(self, instances: Sequence[Instance], now: datetime) -> list[StateChange]:
        """Boot again what is stopped; a running one goes on running."""

        def start_one(instance: Instance) -> None:
            if instance.container_id is None or instance.interface_id is None:
                raise InterfaceLostError(instance.id)
            if instance.state is not InstanceState.STOPPED:
                raise IncorrectInstanceStateError(instance.id, "started")
            self.repair.interface(instance)
            self.engine.containers.set_restart(instance.container_id, REBOOTS)
            self.engine.containers.start(instance.container_id)
            self.records.explain(instance.id, None, now)
            self.records.change(instance.launch, lambda launch: dataclasses.replace(launch, started_at=now))
            self.neighbours.meter.started(instance.id, instance.launch.instance_type, now)

        return self._change(
            instances, start_one, "started", {InstanceState.STOPPED: InstanceState.PENDING}, InstanceState.RUNNING
        )

    def reboot(self, instances: Sequence[Instance]) -> None:
        """Boot what runs anew; to others it is running all the while."""

        def reboot_one(instance: Instance) -> None:
            if instance.state is not InstanceState.RUNNING or instance.container_id is None:
                raise IncorrectInstanceStateError(instance.id, "rebooted")
            self.repair.interface(instance)
            self.engine.containers.restart(instance.container_id, STOP_SECONDS)

        _refuse(instances, "rebooted", (InstanceState.PENDING,))
        self._change(instances, reboot_one, "rebooted", _REBOOTING, None)

    def terminate(self, instances: Sequence[Instance], now: datetime) -> list[StateChange]:
        """
        End for good: container, disk and interface go, a record stays for an hour; none goes if one is protected.

        It waits for nobody: whatever another shell does with an instance, that ends with it.
        """
        for instance in instances:
            if instance.launch.is_protected and not instance.state.is_over:
                raise TerminationProtectedError(instance.id)

        def terminate_one(instance: Instance) -> StateChange:
            if instance.state is not InstanceState.TERMINATED:
                self.records.begin(instance.launch, InstanceState.SHUTTING_DOWN, shell)
                try:
                    self.aftermath.end(instance.launch, USER_INITIATED, now)
                finally:
                    self.records.finish(instance.id, shell)
            return StateChange(instance.id, instance.state, InstanceState.TERMINATED)

        with self.shell.at_work() as shell:
            changes = _all_at_once(terminate_one, instances)
        self.neighbours.network.refresh()  # their addresses mean nobody any more
        return changes

    def resume(self, abandoned: Iterable[Abandoned], now: datetime) -> None:
        """Finish what shells that died had begun; what cannot be finished is left as it is."""
        for one in abandoned:
            try:
                if one.under_way is InstanceState.STOPPING:
                    self.stop([one.instance], now)
                elif one.under_way in _TO_RUN and one.instance.state is InstanceState.STOPPED:
                    self.start([one.instance], now)
                elif one.under_way in _TO_RUN:
                    self.records.explain(one.instance.id, None, now)
            except EmulatorError as error:
                log.error(  # noqa: TRY400
                    "what a shell that died had begun could not be finished: instance=%s state=%s reason=%s",
                    one.instance.id,
                    one.under_way.label,
                    error.message,
                )
            self.records.finish(one.instance.id, one.shell)

    def _change(
        self,
        instances: Sequence[Instance],
        act: Callable[[Instance], None],
        deed: str,
        meanwhile: Meanwhile,
        goal: InstanceState | None,
    ) -> list[StateChange]:
        """Bring all instances to *goal* at once, where they are not; none is touched if one of them has ended."""

        def change(instance: Instance) -> StateChange:
            if instance.state is not goal:
                try:
                    act(instance)
                except EmulatorError as error:
                    if isinstance(error, NotFoundError) or self.records.has_ended(instance.id):
                        raise IncorrectInstanceStateError(instance.id, deed) from None
                    raise
            return StateChange(instance.id, instance.state, goal or instance.state)

        _refuse(instances, deed, _OVER)
        with self.turns.turn(instances, meanwhile) as held:
            _refuse(held, deed, _OVER)
            return _all_at_once(change, held)


def _refuse(instances: Iterable[Instance], deed: str, states: Sequence[InstanceState]) -> None:
    for instance in instances:
        if instance.state in states:
            raise IncorrectInstanceStateError(instance.id, deed)


def _all_at_once(change: Callable[[Instance], StateChange], instances: Sequence[Instance]) -> list[StateChange]:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(change, instances))
