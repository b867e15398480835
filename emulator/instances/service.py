"""The verbs of EC2 on instances. Several shells may use them at once: the engine decides who was first."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

from emulator.engine import Engine, ExecResult
from emulator.errors import NotFoundError
from emulator.instances.errors import IncorrectInstanceStateError, InterfaceLostError
from emulator.instances.inventory import Inventory
from emulator.instances.launch import LaunchRequest
from emulator.instances.launcher import AT_ONCE, Launcher, remove_containers
from emulator.instances.model import Instance, InstanceState, StateChange
from emulator.instances.records import Records
from emulator.progress import Progress
from emulator.state import Database
from emulator.units import utc_now

if TYPE_CHECKING:
    from emulator.images import Images

_STOP_SECONDS = 15
_USER_SHUTDOWN = "Client.UserInitiatedShutdown: User initiated shutdown"
_ENDED = (InstanceState.SHUTTING_DOWN, InstanceState.TERMINATED)


class Instances:
    """Launches, lists, stops, starts and terminates the instances of one home."""

    def __init__(
        self,
        engine: Engine,
        database: Database,
        images: "Callable[[], Images]",
        progress: Progress,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """*images* is asked when something is launched: whoever only looks need not load what builds."""
        self._engine = engine
        self._images = images
        self._progress = progress
        self._clock = clock
        self._records = Records(database)
        self._inventory = Inventory(engine, database)

    def run(self, request: LaunchRequest) -> list[Instance]:
        """Launch what *request* asks for and return it running; if one of several fails, none is left."""
        launcher = Launcher(self._engine, self._records, self._images(), self._progress)
        launches = launcher.launch(request, self._clock())
        return self._inventory.find([launch.instance_id for launch in launches], self._clock())

    def describe(self, references: Sequence[str] = ()) -> list[Instance]:
        """Return the instances named, or all of them, those that ended in the last hour included."""
        now = self._clock()
        return self._inventory.find(references, now) if references else self._inventory.all(now)

    def stop(self, references: Sequence[str]) -> list[StateChange]:
        """Shut down and keep id, disk and address; a stopped one stays stopped."""

        def stop_one(instance: Instance) -> None:
            if instance.container_id and instance.state is not InstanceState.STOPPED:
                self._engine.containers.stop(instance.container_id, _STOP_SECONDS)

        return self._change(references, stop_one, "stopped", InstanceState.STOPPED)

    def start(self, references: Sequence[str]) -> list[StateChange]:
        """Boot again what is stopped; a running one goes on running."""

        def start_one(instance: Instance) -> None:
            if instance.container_id is None or instance.interface_id is None:
                raise InterfaceLostError(instance.id)
            if instance.state is not InstanceState.RUNNING:
                self._engine.containers.start(instance.interface_id)
                self._engine.containers.start(instance.container_id)

        return self._change(references, start_one, "started", InstanceState.RUNNING)

    def terminate(self, references: Sequence[str]) -> list[StateChange]:
        """End for good: container, disk and interface go, a record stays for an hour."""

        def terminate_one(instance: Instance) -> StateChange:
            # Written down before the container goes: to other shells it is shutting down, not lost.
            self._records.end(instance.launch, _USER_SHUTDOWN, self._clock())
            remove_containers(self._engine, instance.id)
            return StateChange(instance.id, instance.state, InstanceState.TERMINATED)

        return _at_once(terminate_one, self._inventory.find(references, self._clock()))

    def exec(self, reference: str, command: Sequence[str], user: str = "root") -> ExecResult:
        """Run *command* inside a running instance to its end."""
        return self._engine.containers.exec(self.running_container(reference), command, user)

    def running_container(self, reference: str) -> str:
        """Return the container of a running instance; IncorrectInstanceStateError if it does not run."""
        (instance,) = self._inventory.find([reference], self._clock())
        if instance.state is not InstanceState.RUNNING or instance.container_id is None:
            raise IncorrectInstanceStateError(instance.id, "entered")
        return instance.container_id

    def _change(
        self, references: Iterable[str], act: Callable[[Instance], None], deed: str, goal: InstanceState
    ) -> list[StateChange]:
        """Bring all instances to *goal* at once; none is touched if one of them is unknown or has ended."""
        instances = self._inventory.find(references, self._clock())
        for instance in instances:
            if instance.state in _ENDED:
                raise IncorrectInstanceStateError(instance.id, deed)

        def change(instance: Instance) -> StateChange:
            try:
                act(instance)
            except NotFoundError:  # another shell ended it meanwhile
                raise IncorrectInstanceStateError(instance.id, deed) from None
            return StateChange(instance.id, instance.state, goal)

        return _at_once(change, instances)


def _at_once(change: Callable[[Instance], StateChange], instances: Sequence[Instance]) -> list[StateChange]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(change, instances))
