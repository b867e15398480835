"""The shipped AMIs, booted as instances boot them."""

from collections.abc import Iterator

import pytest

from emulator.cloud import Cloud
from emulator.engine import Kind
from emulator.engine.records import ContainerSpec, ExecResult
from emulator.engine.systemd import with_systemd
from tests.conftest import wait_for


class Booted:
    """A container of the shipped AMI `web`, which is `base` besides, with systemd as its first process."""

    def __init__(self, cloud: Cloud) -> None:
        self._containers = cloud.engine.containers
        spec = ContainerSpec(cloud.images.ensure_built(cloud.images.find("web")), Kind.INSTANCE, stop_signal=None)
        self.id = self._containers.run(with_systemd(spec, cloud.engine.info()))
        wait_for(lambda: self.run("systemctl", "is-system-running", "--wait").exit_code == 0)

    def run(self, *command: str, user: str = "") -> ExecResult:
        return self._containers.exec(self.id, command, user=user)

    def says(self, *command: str, user: str = "") -> str:
        result = self.run(*command, user=user)
        assert result.exit_code == 0, result.errors
        return result.output.decode().strip()


@pytest.fixture
def booted(cloud: Cloud) -> Iterator[Booted]:
    machine = Booted(cloud)
    try:
        yield machine
    finally:
        cloud.engine.containers.remove(machine.id)


def test_systemd_runs_with_nothing_failed(booted: Booted) -> None:
    """A machine is a machine: not `degraded`, not `starting` for ever."""
    assert booted.says("systemctl", "is-system-running") == "running"
    assert booted.says("systemctl", "list-units", "--failed", "--no-legend") == ""


def test_nginx_answers_and_ssh_listens(booted: Booted) -> None:
    """Services that are enabled are up after the boot, without a further word."""
    page = booted.says("curl", "--silent", "--fail", "http://127.0.0.1/")

    assert "It works" in page
    assert booted.says("systemctl", "is-active", "nginx", "ssh") == "active\nactive"


def test_gcc_compiles_and_make_makes(booted: Booted) -> None:
    """Headers included, which is where small images usually fail."""
    program = (
        r'printf "#include <stdio.h>\nint main(void) { puts(\"hello\"); }\n" > hello.c && make -s hello && ./hello'
    )

    assert booted.says("sh", "-c", f"cd /tmp && {program}") == "hello"


def test_the_user_may_become_root(booted: Booted) -> None:
    """As on every cloud image: no password, and sudo."""
    assert booted.says("whoami", user="admin") == "admin"
    assert booted.says("sudo", "-n", "whoami", user="admin") == "root"
    assert booted.says("sh", "-c", "echo ~admin; getent passwd admin | cut -d: -f7") == "/home/admin\n/bin/bash"


def test_each_instance_has_host_keys_and_a_machine_id_of_its_own(cloud: Cloud, booted: Booted) -> None:
    """Keys in the image would be everybody's keys."""
    identity = ("cat", "/etc/machine-id", "/etc/ssh/ssh_host_ed25519_key.pub")
    other = Booted(cloud)

    mine, theirs = booted.says(*identity), other.says(*identity)

    cloud.engine.containers.remove(other.id)
    assert len(mine.splitlines()[0]) == 32
    assert not set(mine.split()) & set(theirs.split()) - {"ssh-ed25519"}


def test_no_host_key_is_in_the_image(cloud: Cloud) -> None:
    """Looked at without a boot."""
    tag = cloud.images.ensure_built(cloud.images.find("base"))
    container = cloud.engine.containers.run(ContainerSpec(tag, Kind.HOLDER, command=("sleep", "60"), network="none"))

    found = cloud.engine.containers.exec(container, ["sh", "-c", "ls /etc/ssh; cat /etc/machine-id"]).output.decode()

    cloud.engine.containers.remove(container)
    assert "ssh_host_" not in found
    assert found.splitlines()[-1] == "sshd_config.d"


def test_the_machine_shuts_down_in_order(cloud: Cloud, booted: Booted) -> None:
    """By systemd's own signal: killed after ten seconds would be exit code 137."""
    cloud.engine.containers.stop(booted.id, timeout_seconds=30)

    assert cloud.engine.containers.exit_code(booted.id) in (0, 130)
