"""From a request to running instances: image, address, interface, machine, record."""

import dataclasses
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from emulator.engine import Engine, Kind
from emulator.errors import ConflictError, EngineError
from emulator.ids import new_id
from emulator.images import Images
from emulator.instances.addresses import choose_address
from emulator.instances.errors import PortInUseError
from emulator.instances.instance_types import InstanceType, find_type
from emulator.instances.launch import LaunchRequest
from emulator.instances.machine import INSTANCE_LABEL, interface_spec, machine_spec
from emulator.instances.model import Launch
from emulator.instances.tags import write_tags
from emulator.progress import Progress
from emulator.state import Database
from emulator.units import format_bytes

AT_ONCE = 4  # about twice the processors of a small machine: more only makes each start slower
_ADDRESS_TRIES = 20


class Launcher:
    """Launches the instances of one request."""

    def __init__(self, engine: Engine, database: Database, images: Images, progress: Progress) -> None:
        self._engine = engine
        self._database = database
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
        network = self._engine.networks.ensure_vpc()
        machine = self._engine.info()
        self._warn_if_larger(size, machine.cpus, machine.memory_bytes)
        cidr = self._engine.networks.cidr()
        reservation = new_id("r")

        def launch_one(index: int) -> Launch:
            plan = Launch(
                instance_id=new_id("i"),
                reservation_id=reservation,
                launch_index=index,
                image_id=ami.id,
                image_name=ami.name,
                instance_type=size.name,
                launch_time=launched_at,
                private_ip="",
                user=ami.user or "root",
                ports=request.publish,
            )
            launch, interface_id = self._plug_in(plan, holder_image, network, cidr)
            try:
                self._engine.containers.run(machine_spec(launch, ami, size, interface_id, machine))
                self._remember(launch, request.tags)
            except BaseException:
                remove_containers(self._engine, launch.instance_id)
                raise
            return launch

        return self._launch_all(launch_one, request.count)

    def _plug_in(self, plan: Launch, image: str, network: str, cidr: str) -> tuple[Launch, str]:
        """Start the interface on a free address, trying others while the engine says that one is taken."""
        taken = self._engine.networks.addresses()
        for _ in range(_ADDRESS_TRIES):
            launch = dataclasses.replace(plan, private_ip=choose_address(cidr, taken, self._chance))
            try:
                return launch, self._engine.containers.run(interface_spec(launch, image, network))
            except (EngineError, ConflictError) as error:
                if "Address already in use" not in error.message:
                    raise self._explained(error, plan) from error
                taken = {*taken, launch.private_ip}
        raise EngineError(f"no free address was found in {cidr} after {_ADDRESS_TRIES} tries")

    def _explained(self, error: EngineError | ConflictError, plan: Launch) -> EngineError | ConflictError:
        for outside, _ in plan.ports:
            if outside and f":{outside}" in error.message and "port" in error.message:
                return PortInUseError(outside)
        return error

    def _launch_all(self, launch_one: Callable[[int], Launch], count: int) -> list[Launch]:
        with ThreadPoolExecutor(min(count, AT_ONCE)) as pool:
            futures = [pool.submit(launch_one, index) for index in range(count)]
            try:
                return [future.result() for future in futures]
            except BaseException:
                for future in futures:
                    future.cancel()
                pool.shutdown(wait=True)
                for future in futures:
                    if not future.cancelled() and future.exception() is None:
                        self._forget(future.result().instance_id)
                raise

    def _remember(self, launch: Launch, tags: dict[str, str]) -> None:
        with self._database.transaction() as transaction:
            transaction.execute(
                "INSERT INTO instance (id, record) VALUES (?, ?)", (launch.instance_id, launch.to_json())
            )
            write_tags(transaction, launch.instance_id, tags)

    def _forget(self, instance_id: str) -> None:
        remove_containers(self._engine, instance_id)
        with self._database.transaction() as transaction:
            transaction.execute("DELETE FROM instance WHERE id = ?", (instance_id,))
            transaction.execute("DELETE FROM tag WHERE resource_id = ?", (instance_id,))

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
