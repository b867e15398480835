"""The two containers of one instance, made and started: the interface first, the machine on it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from emulator.engine import ContainerSpec, Engine
from emulator.engine.networks import VPC_NETWORK
from emulator.errors import EmulatorError, EngineError, NotFoundError
from emulator.home import Home
from emulator.instances.containers import remove_containers
from emulator.instances.errors import explained
from emulator.instances.folder import InstanceFolder
from emulator.instances.machine import interface_spec, machine_spec
from emulator.instances.model import Launch
from emulator.instances.preparation import Preparation
from emulator.instances.size import processors
from emulator.network.errors import AddressInUseError

_TRIES = 20


@dataclass(frozen=True)
class Maker:
    """Makes the instances of one plan, from several threads at once."""

    engine: Engine
    home: Home
    plan: Preparation
    interface_image: str
    move: Callable[[Launch], Launch]
    """Gives an instance another address."""
    has_ended: Callable[[str], bool]
    """Tells whether another shell has terminated an instance."""
    settle: Callable[[str], None]
    """Returns when an instance's interface lets through what it is to let through."""

    def make(self, launch: Launch) -> Launch:
        """Return *launch* running, at another address if its own was taken; or as it is, if somebody terminated it."""
        for _ in range(_TRIES):
            try:
                self._start(launch)
            except EmulatorError as error:
                if self.has_ended(launch.instance_id):
                    return launch
                launch = self._mended(launch, error)
            else:
                return launch
        raise EngineError(f"no free address was found after {_TRIES} tries")

    def _mended(self, launch: Launch, error: EmulatorError) -> Launch:
        """Return what to try in place of *launch*, which failed with *error*; raise what cannot be helped."""
        if isinstance(error, NotFoundError) and VPC_NETWORK in error.message:
            self.engine.networks.ensure_vpc()  # the reset of another home took it away just now
            return launch
        told = explained(error, launch)
        if isinstance(told, AddressInUseError) and self.plan.request.private_ip is None:
            return self.move(launch)
        raise told from error

    def _start(self, launch: Launch) -> None:
        """Make and start both containers; if one of them does not come up, neither is there afterwards."""
        containers = self.engine.containers
        folder = InstanceFolder(self.home, launch.instance_id)
        interface = interface_spec(launch, self.interface_image, VPC_NETWORK, folder, self.plan.user_data.hostname)
        try:
            interface_id = containers.create(interface)
            machine = self._machine(launch, interface_id, folder)
            with ThreadPoolExecutor(1) as beside:
                creating = beside.submit(containers.create, machine)  # meanwhile: starting a network takes longer
                containers.start(interface_id)
            machine_id = creating.result()
            if self.plan.ami.source_instance_id is not None:  # systemd makes an identity of its own where there is none
                self.engine.archives.write(machine_id, "/etc/machine-id", b"")
            containers.start(machine_id)  # it waits for its interface by itself
            self.settle(launch.instance_id)
        except BaseException:
            remove_containers(self.engine, launch.instance_id)
            raise

    def _machine(self, launch: Launch, interface_id: str, folder: InstanceFolder) -> ContainerSpec:
        chosen = processors(self.plan.size, self.plan.engine)
        return machine_spec(launch, self.plan.ami, self.plan.size, interface_id, self.plan.engine, folder, chosen)
