"""What brings instances from one state to another: all at once, seen by other shells while it lasts."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from emulator.engine import Engine
from emulator.errors import NotFoundError
from emulator.instances.aftermath import Aftermath
from emulator.instances.errors import IncorrectInstanceStateError, InterfaceLostError, TerminationProtectedError
from emulator.instances.machine import REBOOTS, STOP_SECONDS
from emulator.instances.model import Instance, InstanceState, StateChange
from emulator.instances.neighbours import Neighbours
from emulator.instances.parts import USER_INITIATED
from emulator.instances.records import Records
from emulator.instances.repair import Repair
from emulator.instances.shell import Shell

_AT_ONCE = 8
"""How many instances are changed at a time: for the most part of it, the engine waits for the kernel."""


@dataclass(frozen=True)
class Changes:
    """Stops, starts, reboots and terminates."""

    engine: Engine
    records: Records
    neighbours: Neighbours
    repair: Repair
    aftermath: Aftermath
    shell: Shell

    def stop(self, instances: Sequence[Instance], now: datetime, *, force: bool = False) -> list[StateChange]:
        """Shut down and keep id, disk and address; a stopped one stays stopped. With *force*, pull the plug."""

        def stop_one(instance: Instance) -> None:
            if instance.container_id is None or instance.state is InstanceState.PENDING:
                raise IncorrectInstanceStateError(instance.id, "stopped")
            # Written down before: a machine that stands still without a reason has powered itself off.
            self.records.explain(instance.id, USER_INITIATED, now)
            # An engine that is started again would start it, too: it ended with another exit code than 0.
            self.engine.containers.set_restart(instance.container_id, None)
            self.engine.containers.stop(instance.container_id, 0 if force else STOP_SECONDS)
            self.neighbours.meter.stopped(instance.id, now)

        return self._change(instances, stop_one, "stopped", InstanceState.STOPPING, InstanceState.STOPPED)

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
            self.neighbours.meter.started(instance.id, instance.launch.instance_type, now)

        return self._change(instances, start_one, "started", InstanceState.PENDING, InstanceState.RUNNING)

    def reboot(self, instances: Sequence[Instance]) -> None:
        """Boot what runs anew; to others it is running all the while."""

        def reboot_one(instance: Instance) -> None:
            if instance.state is not InstanceState.RUNNING or instance.container_id is None:
                raise IncorrectInstanceStateError(instance.id, "rebooted")
            self.repair.interface(instance)
            self.engine.containers.restart(instance.container_id, STOP_SECONDS)

        self._change(instances, reboot_one, "rebooted", InstanceState.RUNNING, InstanceState.RUNNING)

    def terminate(self, instances: Sequence[Instance], now: datetime) -> list[StateChange]:
        """End for good: container, disk and interface go, a record stays for an hour; none goes if one is protected."""
        for instance in instances:
            if instance.launch.is_protected and not instance.state.is_over:
                raise TerminationProtectedError(instance.id)

        def terminate_one(instance: Instance) -> None:
            if instance.state is not InstanceState.TERMINATED:
                self.aftermath.end(instance.launch, USER_INITIATED, now)

        return self._all(instances, terminate_one, InstanceState.SHUTTING_DOWN, InstanceState.TERMINATED)

    def _change(
        self,
        instances: Sequence[Instance],
        act: Callable[[Instance], None],
        deed: str,
        meanwhile: InstanceState,
        goal: InstanceState,
    ) -> list[StateChange]:
        """Bring all instances to *goal* at once; none is touched if one of them has ended."""
        for instance in instances:
            if instance.state.is_over:
                raise IncorrectInstanceStateError(instance.id, deed)

        def act_on_living(instance: Instance) -> None:
            try:
                act(instance)
            except NotFoundError:  # another shell ended it meanwhile
                raise IncorrectInstanceStateError(instance.id, deed) from None

        return self._all(instances, act_on_living, meanwhile, goal)

    def _all(
        self,
        instances: Sequence[Instance],
        act: Callable[[Instance], None],
        meanwhile: InstanceState,
        goal: InstanceState,
    ) -> list[StateChange]:
        with self.shell.at_work() as shell:

            def change(instance: Instance) -> StateChange:
                if instance.state is goal and instance.state is not meanwhile:
                    return StateChange(instance.id, instance.state, goal)
                self.records.begin(instance.launch, meanwhile, shell)
                try:
                    act(instance)
                finally:
                    self.records.finish(instance.id, shell)
                return StateChange(instance.id, instance.state, goal)

            with ThreadPoolExecutor(_AT_ONCE) as pool:
                return list(pool.map(change, instances))
