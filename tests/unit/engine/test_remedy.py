"""What is done for a machine without an engine, fact by fact; nothing is run."""

import pytest

from emulator.engine.host import HostFacts
from emulator.engine.remedy import as_typed, steps_to_an_engine, steps_to_bootstrap

DEBIAN = HostFacts(root=True, systemd=False, apt=True, dockerd=None, dockerd_pid=None, can_bootstrap=False)


def facts(**changes: object) -> HostFacts:
    """A fresh Debian without systemd, but for *changes*."""
    return HostFacts(**(vars(DEBIAN) | changes))


UPDATE = ("apt-get", "update")
INSTALL = ("apt-get", "install", "--yes", "--no-install-recommends")
SYSTEMD = ("systemctl", "enable", "--now", "docker")


@pytest.mark.parametrize(
    ("host", "commands"),
    [
        pytest.param(facts(dockerd_pid=7, dockerd="/usr/sbin/dockerd"), [], id="one runs: only wait"),
        pytest.param(facts(dockerd_pid=7, systemd=True), [], id="one runs beside systemd: only wait"),
        pytest.param(facts(dockerd="/usr/sbin/dockerd"), [("/usr/sbin/dockerd",)], id="installed: start it"),
        pytest.param(facts(dockerd="/usr/sbin/dockerd", systemd=True), [SYSTEMD], id="installed, systemd: enable it"),
        pytest.param(
            facts(),
            [UPDATE, (*INSTALL, "docker.io", "iptables"), ("dockerd",)],
            id="nothing, apt: install and start",
        ),
        pytest.param(
            facts(systemd=True),
            [UPDATE, (*INSTALL, "docker.io", "iptables"), SYSTEMD],
            id="nothing, apt, systemd: install and enable",
        ),
        pytest.param(facts(dockerd="/opt/dockerd", apt=False), [("/opt/dockerd",)], id="installed by hand: start it"),
    ],
)
def test_the_steps_to_an_engine_follow_from_the_host(host: HostFacts, commands: list[tuple[str, ...]]) -> None:
    """
    Each row is a machine that someone has; a wrong one installs a second engine or none.
    """
    steps = steps_to_an_engine(host)

    assert steps is not None
    assert [step.command for step in steps] == commands


def test_a_machine_without_apt_and_without_an_engine_has_no_way() -> None:
    """
    Guessing at another system's package manager would do harm as root.
    """
    assert steps_to_an_engine(facts(apt=False)) is None


@pytest.mark.parametrize("systemd", [True, False])
def test_only_an_engine_without_a_service_manager_is_detached(systemd: bool) -> None:
    """
    systemd restarts what it started; what it did not start must not die with the terminal.
    """
    steps = steps_to_an_engine(facts(systemd=systemd, dockerd="/usr/sbin/dockerd"))

    assert steps is not None
    assert steps[-1].detached is not systemd


@pytest.mark.parametrize(
    ("host", "packages"),
    [
        (facts(can_bootstrap=True), None),
        (facts(), ("mmdebstrap", "debian-archive-keyring", "gpg")),
        (facts(root=False), ("mmdebstrap", "debian-archive-keyring", "gpg", "uidmap")),
    ],
)
def test_mmdebstrap_comes_with_debian_s_keys(host: HostFacts, packages: tuple[str, ...] | None) -> None:
    """
    Ubuntu has none: mmdebstrap would refuse every signature of a Debian mirror.
    """
    steps = steps_to_bootstrap(host)

    assert steps is not None
    assert [step.command for step in steps] == ([UPDATE, (*INSTALL, *packages)] if packages else [])


def test_the_steps_can_be_pasted_by_who_is_not_root() -> None:
    """
    The hint is the remedy for a user in a group that may use sudo.
    """
    steps = steps_to_an_engine(facts(root=False, systemd=True))

    assert steps is not None
    assert as_typed(steps) == (
        "sudo apt-get update"
        " && sudo apt-get install --yes --no-install-recommends docker.io iptables"
        " && sudo systemctl enable --now docker"
    )


def test_a_detached_step_is_typed_so_that_the_shell_gets_its_prompt_back() -> None:
    """
    A bare `sudo dockerd` would fill the terminal and end with it.
    """
    steps = steps_to_an_engine(facts(dockerd="/usr/sbin/dockerd"))

    assert steps is not None
    assert as_typed(steps) == "sudo sh -c '/usr/sbin/dockerd >/var/log/cloudlet-dockerd.log 2>&1 &'"
