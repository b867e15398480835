"""The verbs of EC2 on instances. Several shells may use them at once: the engine decides who was first."""

import functools
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from emulator.engine import Engine
from emulator.home import Home
from emulator.instances.aftermath import Aftermath
from emulator.instances.console import Consoles
from emulator.instances.errors import IncorrectInstanceStateError
from emulator.instances.inventory import Inventory, Sight
from emulator.instances.model import Instance, InstanceState
from emulator.instances.neighbours import Neighbours
from emulator.instances.parts import INTERRUPTED
from emulator.instances.records import Records
from emulator.instances.shell import Shell
from emulator.progress import Progress
from emulator.state import Database
from emulator.units import utc_now

if TYPE_CHECKING:
    from emulator.engine import ExecResult
    from emulator.images import Ami
    from emulator.instances.attributes import AttributeChange, Attributes
    from emulator.instances.changes import Changes
    from emulator.instances.identity import Identity
    from emulator.instances.imaging import ImageRequest, Imaging
    from emulator.instances.launch import LaunchRequest
    from emulator.instances.launcher import Launcher
    from emulator.instances.model import Launch, StateChange
    from emulator.instances.preparation import Preparation
    from emulator.instances.repair import Repair
    from emulator.instances.status import InstanceStatus
    from emulator.instances.turns import Turns
    from emulator.instances.user_data import UserDataFailedError
    from emulator.resources.filters import Filter


class Instances:
    """Launches, lists, changes and terminates the instances of one home."""

    def __init__(
        self,
        engine: Engine,
        home: Home,
        database: Database,
        neighbours: Neighbours,
        progress: Progress,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._engine = engine
        self._home = home
        self._database = database
        self._neighbours = neighbours
        self._progress = progress
        self._clock = clock
        self._records = Records(database)
        self._shell = Shell(home.locks)
        self._inventory = Inventory(engine, home, database, neighbours, self._shell)
        self._consoles = Consoles(engine, database)
        self._aftermath = Aftermath(engine, home, self._records, self._consoles, neighbours)

    def run(self, request: "LaunchRequest", *, dry_run: bool = False) -> list[Instance]:
        """
        Launch what *request* asks for and return it running; if one of several fails, none is left.

        A request whose client token was used before returns what that one launched.
        """
        from emulator.instances.preparation import prepare

        plan = prepare(request, self._engine, self._neighbours, self._progress, self._clock())
        _heed(dry_run)
        if request.client_token is not None:
            return self._launch_once(request, request.client_token, plan)
        return self._find([launch.instance_id for launch in self._launcher.launch(plan)])

    def _launch_once(self, request: "LaunchRequest", token: str, plan: "Preparation") -> list[Instance]:
        from emulator.instances.errors import TokenOfTerminatedError
        from emulator.instances.preparation import check_free
        from emulator.instances.tokens import ClientTokens
        from emulator.resources.client_tokens import digest

        tokens = ClientTokens(
            self._database, self._shell, lambda reservation: self._is_whole(reservation, request.count)
        )
        first = plan.first
        with tokens.claimed(token, digest(request), first.reservation_id, first.launch_time) as earlier:
            if earlier is None:
                check_free(request, self._neighbours)
                self._launcher.launch(plan)
        found = self._living_of(earlier or first.reservation_id)
        if earlier is not None and not found:
            raise TokenOfTerminatedError(token)
        return found

    def describe(self, references: Sequence[str] = (), filters: "Sequence[Filter]" = ()) -> list[Instance]:
        """Return the instances named, or all of them, those that ended in the last hour included."""
        sight = self._look()
        found = sight.find(references) if references else sight.instances
        if not filters:
            return found
        from emulator.instances.finding import select

        return select(found, filters)

    def stop(self, references: Sequence[str], *, force: bool = False, dry_run: bool = False) -> "list[StateChange]":
        """Shut down and keep id, disk and address; a stopped one stays stopped. With *force*, pull the plug."""
        return self._changes.stop(self._meant(references, dry_run), self._clock(), force=force)

    def start(self, references: Sequence[str], *, dry_run: bool = False) -> "list[StateChange]":
        """Boot again what is stopped; a running one goes on running."""
        return self._changes.start(self._meant(references, dry_run), self._clock())

    def reboot(self, references: Sequence[str], *, dry_run: bool = False) -> None:
        """Boot what runs anew."""
        self._changes.reboot(self._meant(references, dry_run))

    def terminate(self, references: Sequence[str], *, dry_run: bool = False) -> "list[StateChange]":
        """End for good: container, disk and interface go, a record stays for an hour."""
        return self._changes.terminate(self._meant(references, dry_run), self._clock())

    def modify(self, reference: str, change: "AttributeChange", *, dry_run: bool = False) -> "Launch":
        """Change an instance, and return what it is now; IncorrectInstanceState if it must be stopped for that."""
        return self._attributes.modify(self.living(reference, "modified"), change, dry_run=dry_run)

    def create_image(self, reference: str, request: "ImageRequest", *, dry_run: bool = False) -> "Ami":
        """Return an AMI made from an instance's disk."""
        return self._imaging.create(self.living(reference, "imaged"), request, dry_run=dry_run)

    def user_data(self, reference: str) -> bytes | None:
        """Return an instance's user data as it was given."""
        from emulator.instances.folder import InstanceFolder

        (instance,) = self._find([reference])
        path = InstanceFolder(self._home, instance.id).user_data
        return path.read_bytes() if path.exists() else None

    def wait_for_user_data(self, references: Sequence[str], timeout_seconds: float) -> "list[UserDataFailedError]":
        """Return when the user data of all instances has run, with an error for each that failed or ran out of time."""
        from emulator.instances.user_data import wait_for_user_data

        return wait_for_user_data(self._engine, self._find(references), timeout_seconds)

    def statuses(self, instances: Sequence[Instance]) -> "list[InstanceStatus]":
        """Check how instances are."""
        from emulator.instances import status

        return status.check(self._engine, instances)

    def is_joined(self, instance: Instance) -> bool:
        """Tell whether a running instance is on its network: an interface that was restarted has left it behind."""
        from emulator.instances import status

        return status.is_joined(self._engine, instance)

    def living(self, reference: str, deed: str) -> Instance:
        """Return an instance that has not ended; IncorrectInstanceState if it has."""
        (instance,) = self._find([reference])
        if instance.state.is_over:
            raise IncorrectInstanceStateError(instance.id, deed)
        return instance

    def exec(self, reference: str, command: Sequence[str], user: str = "root") -> "ExecResult":
        """Run *command* inside a running instance to its end."""
        return self._engine.containers.exec(self.running_container(reference), command, user)

    def running_container(self, reference: str) -> str:
        """Return the container of a running instance; IncorrectInstanceStateError if it does not run."""
        (instance,) = self._find([reference])
        if instance.state is not InstanceState.RUNNING or instance.container_id is None:
            raise IncorrectInstanceStateError(instance.id, "entered")
        return instance.container_id

    def wait_while_held(self, reference: str, patience_seconds: float | None = None) -> None:
        """Return when an instance's machine is not held still; HeldStillError if it stays so."""
        from emulator.instances.stillness import PATIENCE_SECONDS, wait_while_held

        (instance,) = self._find([reference])
        wait_while_held(self._engine, instance.id, self._progress, patience_seconds or PATIENCE_SECONDS)

    def console(self, reference: str) -> bytes:
        """Return the end of what an instance has written to its console since its launch, also if it has ended."""
        (instance,) = self._find([reference])
        return self._consoles.read(instance.id, instance.container_id)

    def check_tag_keys(self, instance_ids: Sequence[str], keys: Collection[str]) -> None:
        """Refuse tag keys that an instance could not read as its metadata, if it may read its tags."""
        records = self._records.all()
        for record in (records[one] for one in instance_ids if one in records):
            record.launch.metadata.check_tag_keys(keys)

    def renew_identity(self, instance_ids: Sequence[str]) -> None:
        """Have instances hear of what was changed about them elsewhere: tags, groups' names."""
        for instance in self._look().instances:
            if instance.id in instance_ids and instance.state is not InstanceState.TERMINATED:
                self._repair.folder(instance)
                self._identity.write(instance.launch)

    def _look(self) -> Sight:
        """Look at everything, and see to what ended by itself, or was left half done by a shell that died."""
        now = self._clock()
        sight = self._inventory.look(now)
        self._aftermath.see_to(sight, now)
        if not sight.abandoned:
            return sight
        self._changes.resume(sight.abandoned, now)
        return self._inventory.look(now)

    def _is_whole(self, reservation_id: str, count: int) -> bool:
        """Tell whether all of a launch came to be; what there is of one that was cut short is taken away."""
        living = self._living_of(reservation_id)
        if len(living) < count:
            for one in living:
                self._aftermath.end(one.launch, INTERRUPTED, self._clock())
        return len(living) >= count

    def _living_of(self, reservation_id: str) -> list[Instance]:
        found = self._look().instances
        return [one for one in found if one.launch.reservation_id == reservation_id and not one.state.is_over]

    def _meant(self, references: Sequence[str], dry_run: bool) -> list[Instance]:
        found = self._find(references)
        _heed(dry_run)
        return found

    def _find(self, references: Sequence[str]) -> list[Instance]:
        return self._look().find(references)

    # What changes instances is made, and imported, by the verb that needs it: most commands only look.

    @functools.cached_property
    def _identity(self) -> "Identity":
        from emulator.instances.identity import Identity

        return Identity(self._home, self._database, self._neighbours)

    @functools.cached_property
    def _repair(self) -> "Repair":
        from emulator.instances.repair import Repair

        return Repair(self._engine, self._home, self._neighbours, self._identity)

    @functools.cached_property
    def _turns(self) -> "Turns":
        from emulator.instances.turns import Turns

        return Turns(self._records, self._shell, lambda ids: self._inventory.look(self._clock()).find(ids))

    @functools.cached_property
    def _launcher(self) -> "Launcher":
        from emulator.instances.launcher import Launcher

        return Launcher(
            self._engine,
            self._home,
            self._records,
            self._neighbours,
            self._identity,
            self._aftermath,
            self._shell,
            self._clock,
            self._progress,
        )

    @functools.cached_property
    def _changes(self) -> "Changes":
        from emulator.instances.changes import Changes

        return Changes(
            self._engine, self._records, self._neighbours, self._repair, self._aftermath, self._shell, self._turns
        )

    @functools.cached_property
    def _attributes(self) -> "Attributes":
        from emulator.instances.attributes import Attributes

        return Attributes(
            self._engine,
            self._records,
            self._neighbours,
            self._identity,
            self._repair,
            self._turns,
            self._progress,
        )

    @functools.cached_property
    def _imaging(self) -> "Imaging":
        from emulator.instances.imaging import Imaging

        return Imaging(self._engine, self._database, self._neighbours, self._turns, self._progress)


def _heed(dry_run: bool) -> None:
    """End a request that was only to be checked."""
    if dry_run:
        from emulator.resources.dry_run import DryRunError

        raise DryRunError
