"""The shipped AMIs base, web and minimal, booted as instances boot them."""

import pytest

from emulator.cloud import Cloud
from emulator.engine import Kind
from emulator.engine.records import ContainerSpec
from tests.integration.images.conftest import Boot, Booted


@pytest.fixture
def booted(boot: Boot) -> Booted:
    """A machine of `web`, which is `base` besides."""
    return boot("web")


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


def test_each_instance_has_host_keys_and_a_machine_id_of_its_own(boot: Boot, booted: Booted) -> None:
    """Keys in the image would be everybody's keys."""
    identity = ("cat", "/etc/machine-id", "/etc/ssh/ssh_host_ed25519_key.pub")
    other = boot("web")

    mine, theirs = booted.says(*identity), other.says(*identity)

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
    """By systemd's own hand: killed after ten seconds would be exit code 137."""
    cloud.engine.containers.stop(booted.id, timeout_seconds=30)

    assert cloud.engine.containers.exit_code(booted.id) == 143


def test_minimal_is_a_debian_that_only_sleeps(boot: Boot) -> None:
    """Nothing boots, so it is there at once, and gone at once."""
    machine = boot("minimal")

    assert machine.says("cat", "/proc/1/comm") == "sleep"
    assert "bookworm" in machine.says("cat", "/etc/os-release")
    assert machine.run("sh", "-c", "command -v systemctl python3 gcc sshd").exit_code != 0


def test_minimal_adds_next_to_nothing_to_its_base(cloud: Cloud) -> None:
    """Many instances of it, and each pull or build of it, cost what a plain Debian costs."""
    minimal = cloud.engine.images.get(cloud.images.ensure_built(cloud.images.find("minimal")))
    base = cloud.engine.images.get(cloud.images.base())

    assert minimal is not None
    assert base is not None
    assert minimal.size_bytes - base.size_bytes < 1024 * 1024
