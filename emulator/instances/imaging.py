"""An image made from an instance's disk."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emulator.engine import Engine
from emulator.errors import EmulatorError
from emulator.instances.errors import IncorrectInstanceStateError
from emulator.instances.machine import STOP_SECONDS
from emulator.instances.model import Instance, InstanceState
from emulator.instances.neighbours import Neighbours
from emulator.instances.turns import Turns
from emulator.interrupts import deferred_interrupts
from emulator.progress import Progress
from emulator.resources.dry_run import DryRunError
from emulator.resources.tags import check_tags, write_tags
from emulator.state import Database

if TYPE_CHECKING:
    from emulator.images import Ami


@dataclass(frozen=True)
class ImageRequest:
    """What `create-image` is asked for."""

    name: str
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    reboot: bool = True
    """Shut the instance down meanwhile, so that its files are whole; else it is only held still."""


@dataclass(frozen=True)
class Imaging:
    """Makes images of instances."""

    engine: Engine
    database: Database
    neighbours: Neighbours
    turns: Turns
    progress: Progress

    def create(self, instance: Instance, request: ImageRequest, *, dry_run: bool = False) -> "Ami":
        """Return the new AMI; an instance that ran runs again afterwards, also if Ctrl-C left no AMI."""
        check_tags(request.tags)
        _container_of(instance)
        images = self.neighbours.images()
        images.check_new_name(request.name)
        if dry_run:
            raise DryRunError
        with self.turns.turn([instance]) as (held,):
            container_id = _container_of(held)
            # Neither a stop nor a commit ends with the request for it: what the engine goes on with is waited for.
            with deferred_interrupts(self.progress.interrupted) as interrupted:
                ami = None
                try:
                    with self._still(held, container_id, reboot=request.reboot):
                        interrupted.heed()
                        ami = images.capture(container_id, request.name, request.description, held.id)
                    interrupted.heed()
                except BaseException:
                    if ami is not None:
                        images.captures.drop(ami)
                    raise
        with self.database.transaction() as transaction:
            write_tags(transaction, ami.id, request.tags)
        return ami

    @contextlib.contextmanager
    def _still(self, instance: Instance, container_id: str, *, reboot: bool) -> Iterator[None]:
        """Have a running instance shut down inside, if it may be; one that is terminated meanwhile is not imaged."""
        reboots = reboot and instance.state is InstanceState.RUNNING
        try:
            try:
                if reboots:
                    self.engine.containers.stop(container_id, STOP_SECONDS)
                yield
            finally:
                if reboots:
                    self.engine.containers.start(container_id)
        except EmulatorError:
            if self.turns.records.has_ended(instance.id):
                raise IncorrectInstanceStateError(instance.id, "imaged") from None
            raise


def _container_of(instance: Instance) -> str:
    if instance.container_id is None or instance.state not in (InstanceState.RUNNING, InstanceState.STOPPED):
        raise IncorrectInstanceStateError(instance.id, "imaged")
    return instance.container_id
