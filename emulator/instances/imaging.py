"""An image made from an instance's disk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emulator.engine import Engine
from emulator.instances.errors import IncorrectInstanceStateError
from emulator.instances.machine import STOP_SECONDS
from emulator.instances.model import Instance, InstanceState
from emulator.instances.neighbours import Neighbours
from emulator.instances.records import Records
from emulator.instances.shell import Shell
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
    records: Records
    neighbours: Neighbours
    shell: Shell
    progress: Progress

    def create(self, instance: Instance, request: ImageRequest, *, dry_run: bool = False) -> "Ami":
        """Return the new AMI; an instance that ran runs again afterwards, also if Ctrl-C left no AMI."""
        check_tags(request.tags)
        container_id = instance.container_id
        if container_id is None or instance.state not in (InstanceState.RUNNING, InstanceState.STOPPED):
            raise IncorrectInstanceStateError(instance.id, "imaged")
        images = self.neighbours.images()
        images.check_new_name(request.name)
        if dry_run:
            raise DryRunError
        reboots = request.reboot and instance.state is InstanceState.RUNNING
        # Neither a stop nor a commit ends with the request for it: what the engine goes on with is waited for.
        with deferred_interrupts(self.progress.interrupted) as interrupted, self.shell.at_work() as shell:
            self.records.begin(instance.launch, instance.state, shell)
            try:
                if reboots:
                    self.engine.containers.stop(container_id, STOP_SECONDS)
                interrupted.heed()
                ami = images.capture(container_id, request.name, request.description, instance.id)
            finally:
                if reboots:
                    self.engine.containers.start(container_id)
                self.records.finish(instance.id, shell)
            if interrupted.is_set():
                images.captures.drop(ami)
            interrupted.heed()
            with self.database.transaction() as transaction:
                write_tags(transaction, ami.id, request.tags)
        return ami
