"""Which transport is taken, as far as it can be known without a container."""

from pathlib import Path

import pytest

from emulator.doctor.check import Status
from emulator.doctor.transport_checks import check_transport
from emulator.errors import InvalidRequestError
from emulator.functions.workers.transport.choice import Choice, Memory, Transport
from emulator.functions.workers.transport.probe import judge
from emulator.settings import Settings

FOUND = Choice(Transport.UNIX, "a firewall")


def test_what_was_found_is_remembered_for_this_engine_and_this_boot(tmp_path: Path) -> None:
    """A firewall is set up at boot, and another engine may be on another network."""
    file = tmp_path / "transport.json"
    memory = Memory(file, "unix:///var/run/docker.sock", "boot-1")

    memory.keep(FOUND)

    assert memory.recall() == FOUND
    assert Memory(file, "unix:///var/run/docker.sock", "boot-2").recall() is None
    assert Memory(file, "unix:///elsewhere.sock", "boot-1").recall() is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"engine": "e", "boot": "b", "transport": "smoke", "reason": ""}'])
def test_what_cannot_be_read_is_not_known(tmp_path: Path, content: str) -> None:
    """A file that was half written must not keep a server from starting."""
    file = tmp_path / "transport.json"
    file.write_text(content)

    assert Memory(file, "e", "b").recall() is None


def test_what_cannot_be_kept_is_found_again(tmp_path: Path) -> None:
    """A full disk is no reason to run no functions."""
    memory = Memory(tmp_path / "no" / "folder", "e", "b")

    memory.keep(FOUND)

    assert memory.recall() is None


@pytest.mark.parametrize(
    ("exit_code", "errors", "transport", "says"),
    [
        (0, "", Transport.TCP, "containers reach this machine at 172.31.0.1"),
        (124, "", Transport.UNIX, "172.31.0.1:4566 does not answer a container: a firewall"),
        (7, "bash: connect: No route to host\nbash: line 4: /dev/tcp/", Transport.UNIX, ": No route to host"),
        (8, "", Transport.UNIX, "another machine answers"),
        (127, "bash: not found", Transport.UNIX, "bash: not found"),
        (7, "", Transport.UNIX, "exit code 7"),
    ],
)
def test_the_end_of_a_probe_is_a_choice_with_its_reason(
    exit_code: int, errors: str, transport: Transport, says: str
) -> None:
    """`doctor` and `status` tell the reason, which is what somebody with a firewall has to go by."""
    choice = judge("172.31.0.1", "4566", exit_code, errors)

    assert choice.transport is transport
    assert says in choice.reason


def test_doctor_is_content_with_tcp_and_with_what_was_asked_for() -> None:
    """A warning that nobody can do anything about is noise."""
    tcp = check_transport(Choice(Transport.TCP, "containers reach this machine"), "172.31.0.0/16")
    asked = check_transport(Choice(Transport.UNIX, "CLOUDLET_WORKER_TRANSPORT=unix"), "172.31.0.0/16")

    assert (tcp.status, asked.status) == (Status.OK, Status.OK)


def test_doctor_says_what_to_type_where_a_firewall_is_in_the_way() -> None:
    """Functions do without, instances cannot."""
    check = check_transport(FOUND, "172.31.0.0/16")

    assert check.status is Status.WARN
    assert "a firewall" in check.fact
    assert "sudo ufw allow from 172.31.0.0/16" in str(check.hint)


def test_the_setting_has_three_values() -> None:
    """A misspelt one would silently be another."""
    assert Settings.from_environment({"CLOUDLET_WORKER_TRANSPORT": "unix"}).worker_transport == "unix"
    with pytest.raises(InvalidRequestError, match="auto, tcp, unix"):
        Settings.from_environment({"CLOUDLET_WORKER_TRANSPORT": "udp"})
