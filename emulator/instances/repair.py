"""An interface that runs, and the folder behind it: what a restarted engine or a lost home may have taken away."""

from dataclasses import dataclass

from emulator.engine import Engine
from emulator.errors import EmulatorError
from emulator.home import Home
from emulator.instances.errors import InterfaceLostError, explained
from emulator.instances.folder import InstanceFolder
from emulator.instances.identity import Identity
from emulator.instances.instance_types import find_type
from emulator.instances.model import Instance
from emulator.instances.neighbours import Neighbours
from emulator.instances.size import Size, write_size
from emulator.metadata import forget_applied


@dataclass(frozen=True)
class Repair:
    """Gets an instance ready to boot again."""

    engine: Engine
    home: Home
    neighbours: Neighbours
    identity: Identity

    def interface(self, instance: Instance) -> None:
        """Return when the instance's interface runs; InterfaceLostError if there is none any more."""
        if instance.interface_id is None:
            raise InterfaceLostError(instance.id)
        folder = self.folder(instance)
        if not instance.is_connected:
            forget_applied(folder.interface)
            try:
                self.engine.containers.start(instance.interface_id)
            except EmulatorError as error:
                raise explained(error, instance.launch) from error
            self.neighbours.network.settle_one(instance.id)

    def folder(self, instance: Instance) -> InstanceFolder:
        """Return the instance's folder, made anew if it was lost; what user data there was is lost with it."""
        folder = InstanceFolder(self.home, instance.id)
        if not folder.interface.exists():
            self._refurnish(instance, folder)
        return folder

    def _refurnish(self, instance: Instance, folder: InstanceFolder) -> None:
        folder.create()
        write_size(folder.size, Size.of(find_type(instance.launch.instance_type), self.engine.info()))
        self.identity.write(instance.launch)
        self.neighbours.network.refresh()
