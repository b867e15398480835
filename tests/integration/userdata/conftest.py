"""Machines as instances are: an AMI's container with a seed folder, a terminal, and a reason to be started again."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.engine import Bind, ContainerSpec, ExecResult, Kind
from emulator.engine.systemd import with_systemd
from emulator.errors import EmulatorError
from emulator.userdata import OUTPUT, WAIT_COMMAND, BootPlan, boot_script, read
from tests.conftest import wait_for

WITHOUT_INIT = ("/bin/sh", "-c", "sh /var/lib/cloud/seed/boot.sh & exec sleep infinity")


@dataclasses.dataclass(frozen=True)
class Machine:
    """A container that boots, asked from inside."""

    cloud: Cloud
    seed: Path
    id: str

    def run(self, *command: str) -> ExecResult:
        return self.cloud.engine.containers.exec(self.id, command)

    def says(self, *command: str) -> str:
        result = self.run(*command)
        assert result.exit_code == 0, result
        return result.output.decode().strip()

    def result(self) -> int:
        """Wait until user data has run, and return how it ended."""
        return self.run(*WAIT_COMMAND).exit_code

    @property
    def output(self) -> str:
        return self.says("cat", OUTPUT)

    @property
    def console(self) -> str:
        return self.cloud.engine.containers.logs(self.id).decode()

    def booted(self) -> str:
        """Wait until systemd says what became of the boot, and return that; it may be restarting now."""

        def state() -> str:
            try:
                result = self.run("systemctl", "is-system-running", "--wait")
            except EmulatorError:
                return ""
            return result.output.decode().strip() if not result.errors else ""

        return wait_for(lambda: found if (found := state()) in ("running", "degraded") else "")

    def ended(self) -> int:
        """Wait until the engine has left it for good, and return its exit code."""
        wait_for(lambda: self.state == "exited")
        return self.cloud.engine.containers.exit_code(self.id)

    @property
    def state(self) -> str:
        (container,) = [one for one in self.cloud.engine.containers.list(Kind.INSTANCE) if one.id == self.id]
        return container.state

    @property
    def first_process(self) -> int:
        """The number this computer knows it by: another one after each boot."""
        return self.cloud.engine.containers.pid(self.id)

    def stop(self) -> int:
        self.cloud.engine.containers.stop(self.id, timeout_seconds=60)
        return self.ended()

    def start(self) -> None:
        self.cloud.engine.containers.start(self.id)

    def plan(self, user_data: bytes, instance_id: str, *keys: str, user: str = "admin") -> None:
        """Write what the next boot is to do."""
        (self.seed / "boot.sh").write_bytes(boot_script(BootPlan(instance_id, user, keys, read(user_data))))
        (self.seed / "user-data").write_bytes(user_data)


Boot = Callable[..., Machine]


@pytest.fixture
def boot(cloud: Cloud, tmp_path: Path) -> Iterator[Boot]:
    """Boot a machine: `boot(b"#!/bin/sh …")`."""

    def boot(
        user_data: bytes = b"",
        *keys: str,
        image: str = "base",
        hostname: str = "ip-172-31-0-1",
        instance_id: str = "i-0123456789abcdef0",
    ) -> Machine:
        ami = cloud.images.find(image)
        cloud.images.ensure_built(ami)
        seed = tmp_path / f"seed-{instance_id}"
        seed.mkdir()
        spec = ContainerSpec(
            ami.tag,
            Kind.INSTANCE,
            hostname=hostname,
            mounts=(Bind(seed, "/var/lib/cloud/seed", read_only=True),),
            tty=True,
            restart="on-failure",
            command=None if ami.init == "systemd" else WITHOUT_INIT,
        )
        if ami.init == "systemd":
            spec = with_systemd(spec, cloud.engine.info())
        machine = Machine(cloud, seed, cloud.engine.containers.create(spec))
        machine.plan(user_data, instance_id, *keys, user=ami.user)
        machine.start()
        return machine

    yield boot
    cloud.engine.containers.remove_all(Kind.INSTANCE)
