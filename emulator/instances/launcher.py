"""From a request to running instances: image, address, interface, machine, record."""

import dataclasses
import functools
import random
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

from emulator.engine import ContainerSpec, Engine, Kind
from emulator.errors import ConflictError, EngineError, NotFoundError
from emulator.ids import new_id
from emulator.instances.addresses import choose_address
from emulator.instances.errors import PortInUseError
from emulator.instances.instance_types import InstanceType, find_type
from emulator.instances.launch import LaunchRequest
from emulator.instances.machine import INSTANCE_LABEL, interface_spec, machine_spec
from emulator.instances.model import Launch
from emulator.instances.records import Records
from emulator.interrupts import deferred_interrupts
from emulator.progress import Progress
from emulator.units import format_bytes

if TYPE_CHECKING:
    from emulator.images import Images

AT_ONCE = 4  # about twice the processors of a small machine: more only makes each start slower
_ADDRESS_TRIES = 20


class Launcher:
    """Launches the instances of one request."""

    def __init__(self, engine: Engine, records: Records, images: "Images", progress: Progress) -> None:
        self._engine = engine
        self._records = records
        self._images = images
        self._progress = progress
        self._chance = random.Random()  # noqa: S311 - addresses, not secrets

    def launch(self, request: LaunchRequest, launched_at: datetime) -> list[Launch]:
        """Launch what *request* asks for and return it, running; if one of several fails, none is left."""
        request.check()
        size = find_type(request.instance_type)
        ami = self._images.find(request.image)
        self._images.ensure_built(ami)
        holder_image = self._images.holder_image()
        engine_info = self._engine.info()
        self._warn_if_larger(size, engine_info.cpus, engine_info.memory_bytes)
        plan = Launch(
            instance_id="",
            reservation_id=new_id("r"),
            launch_index=0,
            image_id=ami.id,
            image_name=ami.name,
            instance_type=size.name,
            launch_time=launched_at,
            private_ip="",
            user=ami.user or "root",
            ports=request.publish,
        )
        plans = [
            dataclasses.replace(plan, instance_id=new_id("i"), launch_index=index) for index in range(request.count)
        ]

        def launch_one(plan: Launch) -> Launch:
            launch = self._start(
                plan, holder_image, lambda launch, interface: machine_spec(launch, ami, size, interface, engine_info)
            )
            self._records.add(launch, request.tags)
            return launch

        return self._launch_all(launch_one, plans)

    def _start(self, plan: Launch, image: str, machine: Callable[[Launch, str], ContainerSpec]) -> Launch:
        """Start both containers on a free address, trying others while the engine says that one is taken."""
        network = self._engine.networks.ensure_vpc()
        cidr = self._engine.networks.cidr()
        taken = self._engine.networks.addresses()
        for _ in range(_ADDRESS_TRIES):
            launch = dataclasses.replace(plan, private_ip=choose_address(cidr, taken, self._chance))
            try:
                self._start_containers(interface_spec(launch, image, network), functools.partial(machine, launch))
            except NotFoundError as error:
                if network not in error.message:
                    raise
                self._engine.networks.ensure_vpc()  # the reset of another home took it away just now
            except (EngineError, ConflictError) as error:
                if "Address already in use" not in error.message:  # a port's message begins with a small letter
                    raise _explained(error, plan) from error
                taken = {*taken, launch.private_ip}
            else:
                return launch
            remove_containers(self._engine, plan.instance_id)
        raise EngineError(f"no free address was found in {cidr} after {_ADDRESS_TRIES} tries")

    def _start_containers(self, interface: ContainerSpec, machine: Callable[[str], ContainerSpec]) -> None:
        """Start the interface, and the machine on it, which is created meanwhile: starting a network takes longer."""
        containers = self._engine.containers
        interface_id = containers.create(interface)
        with ThreadPoolExecutor(1) as beside:
            creating = beside.submit(containers.create, machine(interface_id))
            containers.start(interface_id)
        containers.start(creating.result())

    def _launch_all(self, launch_one: Callable[[Launch], Launch], plans: list[Launch]) -> list[Launch]:
        with deferred_interrupts() as interrupted:

            def launch_unless_interrupted(plan: Launch) -> Launch:
                _heed(interrupted)
                return launch_one(plan)

            try:
                with ThreadPoolExecutor(min(len(plans), AT_ONCE)) as pool:
                    launches = list(pool.map(launch_unless_interrupted, plans))
                _heed(interrupted)
            except BaseException:
                for plan in plans:
                    self._records.remove(plan.instance_id)
                    remove_containers(self._engine, plan.instance_id)
                raise
            return launches

    def _warn_if_larger(self, size: InstanceType, cpus: int, memory_bytes: int) -> None:
        if size.vcpus > cpus or size.memory_bytes > memory_bytes:
            self._progress.warn(
                f"{size.name} has {size.vcpus} vCPUs and {format_bytes(size.memory_bytes)}, this machine has {cpus} "
                f"and {format_bytes(memory_bytes)}: the instance will be as large as the machine"
            )


def remove_containers(engine: Engine, instance_id: str) -> None:
    """Remove the machine and its interface, whichever of them are there."""
    found = engine.containers.list(Kind.INSTANCE, Kind.INTERFACE, filters={INSTANCE_LABEL: instance_id})
    for container in sorted(found, key=lambda one: one.kind is Kind.INTERFACE):  # the machine before its network
        engine.containers.remove(container.id)


def _heed(interrupted: threading.Event) -> None:
    if interrupted.is_set():
        raise KeyboardInterrupt


def _explained(error: EngineError | ConflictError, plan: Launch) -> EngineError | ConflictError:
    for outside, inside in plan.ports:
        if outside and re.search(rf":{outside}\b.*(already|in use)", error.message):
            return PortInUseError(outside, inside)
    return error
