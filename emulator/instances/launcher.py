"""From a prepared request to running instances. If one of several fails, none is left."""

import dataclasses
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from emulator.engine import Engine
from emulator.errors import EmulatorError
from emulator.home import Home
from emulator.ids import new_id
from emulator.instances.aftermath import Aftermath
from emulator.instances.folder import InstanceFolder
from emulator.instances.identity import Identity
from emulator.instances.maker import Maker
from emulator.instances.model import Launch
from emulator.instances.neighbours import Neighbours
from emulator.instances.preparation import Preparation
from emulator.instances.records import Records
from emulator.instances.shell import Shell
from emulator.interrupts import Interrupt, deferred_interrupts
from emulator.network.addresses import choose_address
from emulator.progress import Progress

AT_ONCE = 16
"""How many instances are made at a time: more than there are processors, since the engine often waits."""

_chance = random.Random()  # noqa: S311 - addresses and processors, no secrets


@dataclasses.dataclass(frozen=True)
class Launcher:
    """Writes down, furnishes and makes the instances of one request."""

    engine: Engine
    home: Home
    records: Records
    neighbours: Neighbours
    identity: Identity
    aftermath: Aftermath
    shell: Shell
    clock: Callable[[], datetime]
    progress: Progress

    def launch(self, plan: Preparation) -> list[Launch]:
        """Return the instances of *plan*, running."""
        self.neighbours.images().ensure_built(plan.ami)
        interface_image = self.neighbours.interface_image()
        maker = Maker(
            self.engine,
            self.home,
            plan,
            interface_image,
            move=lambda launch: self._move(plan, launch),
            has_ended=self.records.has_ended,
            settle=self.neighbours.network.settle_one,
        )
        self.engine.networks.ensure_vpc()
        with deferred_interrupts(self.progress.interrupted) as interrupted, self.shell.at_work() as shell:
            launches = self._planned(plan)
            try:
                groups = self.neighbours.network.groups
                self.records.add(
                    launches, plan.request.tags, shell, lambda now: groups.require(now, plan.first.security_groups)
                )
                for launch in launches:
                    self._furnish(plan, launch)
                self.neighbours.network.refresh()
                launches = _at_once(maker, launches, interrupted)
                for launch in launches:
                    self.neighbours.meter.started(launch.instance_id, launch.instance_type, self.clock())
            except BaseException:
                self._undo(launches)
                raise
            self._settle(launches, shell)
        return launches

    def _planned(self, plan: Preparation) -> list[Launch]:
        """Return the instances to be, with ids and addresses that nobody has."""
        taken = self.neighbours.network.taken()
        launches = []
        for index in range(plan.request.count):
            address = plan.request.private_ip or choose_address(plan.subnet.cidr, taken, _chance)
            taken.add(address)
            launches.append(
                dataclasses.replace(plan.first, instance_id=new_id("i"), launch_index=index, private_ip=address)
            )
        return launches

    def _furnish(self, plan: Preparation, launch: Launch) -> None:
        """Make the instance's folder, with all that its containers find in it when they start."""
        folder = InstanceFolder(self.home, launch.instance_id)
        folder.create()
        plan.furnish(folder, launch)
        self.identity.write(launch)
        self.neighbours.volumes().make(
            launch.instance_id, plan.request.block_devices, plan.subnet.zone, plan.request.volume_tags
        )

    def _move(self, plan: Preparation, launch: Launch) -> Launch:
        """Return *launch* at another address, everywhere."""
        taken = {*self.neighbours.network.taken(), launch.private_ip}
        address = choose_address(plan.subnet.cidr, taken, _chance)
        moved = self.records.change(launch, lambda now: dataclasses.replace(now, private_ip=address))
        self.identity.write(moved)
        self.neighbours.network.refresh()
        return moved

    def _settle(self, launches: list[Launch], shell: str) -> None:
        """Have it all in force, and write down that it is done; what was terminated meanwhile is cleared away."""
        network = self.neighbours.network
        try:
            network.settle()
        except EmulatorError as error:  # an older instance's interface: the new ones have answered
            self.progress.warn(f"not every instance knows of the new ones yet: {error.message}")
        for launch in launches:
            self.records.finish(launch.instance_id, shell)
        ended = [launch for launch in launches if self.records.has_ended(launch.instance_id)]
        for launch in ended:
            self.aftermath.clear(launch, self.clock())
        if ended:
            network.refresh()

    def _undo(self, launches: list[Launch]) -> None:
        def undo(launch: Launch) -> None:
            self.aftermath.clear(launch, self.clock(), undo=True)
            self.records.remove(launch.instance_id)

        with ThreadPoolExecutor(min(len(launches), AT_ONCE)) as pool:
            list(pool.map(undo, launches))
        self.neighbours.network.refresh()


def _at_once(maker: Maker, launches: list[Launch], interrupted: Interrupt) -> list[Launch]:
    def make_unless_interrupted(launch: Launch) -> Launch:
        interrupted.heed()
        return maker.make(launch)

    with ThreadPoolExecutor(min(len(launches), AT_ONCE)) as pool:
        made = list(pool.map(make_unless_interrupted, launches))
    interrupted.heed()
    return made
