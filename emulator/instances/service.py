"""The verbs of EC2 on instances. Several shells may use them at once: the engine decides who was first."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from emulator.engine import Engine, ExecResult
from emulator.images import Images
from emulator.instances.errors import IncorrectInstanceStateError
from emulator.instances.inventory import Inventory
from emulator.instances.launch import LaunchRequest
from emulator.instances.launcher import AT_ONCE, Launcher, remove_containers
from emulator.instances.model import Instance, InstanceState, Launch, StateChange
from emulator.progress import Progress
from emulator.state import Database
from emulator.units import utc_now

_STOP_SECONDS = 15
_USER_SHUTDOWN = "Client.UserInitiatedShutdown: User initiated shutdown"


class Instances:
    """Launches, lists, stops, starts and terminates the instances of one home."""

    def __init__(
        self,
        engine: Engine,
        database: Database,
        images: Images,
        progress: Progress,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._engine = engine
        self._database = database
        self._clock = clock
        self._launcher = Launcher(engine, database, images, progress)
        self._inventory = Inventory(engine, database)

    def run(self, request: LaunchRequest) -> list[Instance]:
        """Launch what *request* asks for and return it running; if one of several fails, none is left."""
        launches = self._launcher.launch(request, self._clock())
        return self._inventory.find([launch.instance_id for launch in launches], self._clock())

    def describe(self, references: Sequence[str] = ()) -> list[Instance]:
        """Return the instances named, or all of them, those that ended in the last hour included."""
        now = self._clock()
        return self._inventory.find(references, now) if references else self._inventory.all(now)

    def stop(self, references: Sequence[str]) -> list[StateChange]:
        """Shut down and keep id, disk and address; a stopped one stays stopped."""

        def stop_one(instance: Instance) -> StateChange:
            if instance.state is InstanceState.TERMINATED or instance.container_id is None:
                raise IncorrectInstanceStateError(instance.id, "stopped")
            if instance.state is not InstanceState.STOPPED:
                self._engine.containers.stop(instance.container_id, _STOP_SECONDS)
            return StateChange(instance.id, instance.state, InstanceState.STOPPED)

        return self._each(stop_one, references)

    def start(self, references: Sequence[str]) -> list[StateChange]:
        """Boot again what is stopped; a running one goes on running."""

        def start_one(instance: Instance) -> StateChange:
            if instance.container_id is None or instance.interface_id is None:
                raise IncorrectInstanceStateError(instance.id, "started")
            if instance.state is InstanceState.STOPPED:
                self._engine.containers.start(instance.interface_id)
                self._engine.containers.start(instance.container_id)
            return StateChange(instance.id, instance.state, InstanceState.RUNNING)

        return self._each(start_one, references)

    def terminate(self, references: Sequence[str]) -> list[StateChange]:
        """End for good: container, disk and interface go, a record stays for an hour."""

        def terminate_one(instance: Instance) -> StateChange:
            remove_containers(self._engine, instance.id)
            if instance.state is not InstanceState.TERMINATED:
                self._note_terminated(instance.launch)
            return StateChange(instance.id, instance.state, InstanceState.TERMINATED)

        return self._each(terminate_one, references)

    def exec(self, reference: str, command: Sequence[str], user: str = "root") -> ExecResult:
        """Run *command* inside a running instance to its end."""
        return self._engine.containers.exec(self.running_container(reference), command, user)

    def running_container(self, reference: str) -> str:
        """Return the container of a running instance; IncorrectInstanceStateError if it does not run."""
        (instance,) = self._inventory.find([reference], self._clock())
        if instance.state is not InstanceState.RUNNING or instance.container_id is None:
            raise IncorrectInstanceStateError(instance.id, "entered")
        return instance.container_id

    def _note_terminated(self, launch: Launch) -> None:
        with self._database.transaction() as transaction:
            transaction.execute(
                "INSERT INTO instance (id, record, terminated_at, reason) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET terminated_at = excluded.terminated_at, reason = excluded.reason",
                (launch.instance_id, launch.to_json(), self._clock().timestamp(), _USER_SHUTDOWN),
            )

    def _each(self, deed: Callable[[Instance], StateChange], references: Iterable[str]) -> list[StateChange]:
        """Do *deed* to all instances at once; nothing is done if one of them is unknown."""
        instances = self._inventory.find(references, self._clock())
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(deed, instances))
