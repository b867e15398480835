"""What one types to log in, and when there is no way."""

import dataclasses
import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulator.errors import ConflictError
from emulator.home import Home
from emulator.instances.errors import IncorrectInstanceStateError
from emulator.instances.model import Instance, InstanceState
from emulator.instances.ssh import (
    NoSshServerError,
    NoWayInError,
    PrivateKeyMissingError,
    login_command,
    ssh_command,
    ssh_commands,
    ssh_port,
    wait_for_sshd,
)
from emulator.keypairs import KeyPairs
from emulator.progress import Silent
from emulator.state import Database
from tests.unit.keypairs import keys

KNOWN_HOSTS = Path("/home/me/known_hosts")


@pytest.fixture
def key_pairs(tmp_path: Path) -> KeyPairs:
    home = Home(tmp_path / "home")
    return KeyPairs(Database(home.state_file), home, lambda: datetime(2026, 1, 2, tzinfo=UTC))


@pytest.fixture
def reachable(instance: Instance) -> Instance:
    """An instance that was launched with the key pair `me`, its sshd at port 2222 of this machine."""
    return with_key(dataclasses.replace(instance, ports=((8080, 80), (2222, 22))), "me")


def with_key(instance: Instance, name: str | None) -> Instance:
    return dataclasses.replace(instance, launch=dataclasses.replace(instance.launch, key_name=name))


def without_systemd(instance: Instance) -> Instance:
    launch = dataclasses.replace(instance.launch, init="none", image_name="minimal")
    return dataclasses.replace(instance, launch=launch)


def options(command: list[str]) -> dict[str, str]:
    """Return what a command sets with -o."""
    return dict(word.split("=", 1) for before, word in itertools.pairwise(command) if before == "-o")


def test_a_plain_ssh_needs_key_port_and_user(reachable: Instance) -> None:
    """For whoever has another client, or copies it into a configuration."""
    assert ssh_command(reachable, Path("/keys/me.pem")) == [
        "ssh",
        "-i",
        "/keys/me.pem",
        "-p",
        "2222",
        "admin@127.0.0.1",
    ]
    assert ssh_command(reachable, None) == ["ssh", "-p", "2222", "admin@127.0.0.1"]


def test_without_a_port_there_is_nothing_to_type(instance: Instance) -> None:
    """A stopped instance has none."""
    assert ssh_port(instance) is None
    assert ssh_command(instance, Path("/keys/me.pem")) == []


def test_an_instance_is_known_by_its_id_and_not_by_its_port(reachable: Instance, key_pairs: KeyPairs) -> None:
    """The next start may give the port to another instance, with another host key."""
    key_pairs.create("me", "ed25519")

    command = login_command(reachable, key_pairs, KNOWN_HOSTS)

    assert options(command)["HostKeyAlias"] == reachable.id
    assert options(command)["UserKnownHostsFile"] == f'"{KNOWN_HOSTS}"'
    assert options(command)["StrictHostKeyChecking"] == "accept-new"
    assert command[-3:] == ["-p", "2222", "admin@127.0.0.1"]


def test_the_key_of_the_launch_is_offered_and_no_other(reachable: Instance, key_pairs: KeyPairs) -> None:
    """An agent with many keys would use up the tries."""
    file = key_pairs.create("me", "ed25519").pair.private_key_file

    command = login_command(reachable, key_pairs, KNOWN_HOSTS)

    assert options(command)["IdentityFile"] == f'"{file}"'
    assert options(command)["IdentitiesOnly"] == "yes"


def test_an_imported_key_is_for_ssh_to_find(reachable: Instance, key_pairs: KeyPairs) -> None:
    """It is in ~/.ssh, or in an agent; only its public half was ever here."""
    key_pairs.import_("me", keys.ED25519.encode())

    command = login_command(reachable, key_pairs, KNOWN_HOSTS)

    assert not options(command).keys() & {"IdentityFile", "IdentitiesOnly"}


def test_a_key_of_ones_own_choice_goes_before_all(reachable: Instance, key_pairs: KeyPairs) -> None:
    """User data may have let it in; paths with blanks and percent signs too."""
    for instance in (reachable, with_key(reachable, None)):
        command = login_command(instance, key_pairs, KNOWN_HOSTS, identity=Path("/my keys/100%.pem"), user="root")

        assert options(command)["IdentityFile"] == '"/my keys/100%%.pem"'
        assert command[-1] == "root@127.0.0.1"


def test_without_a_key_pair_there_is_no_way_in(reachable: Instance, key_pairs: KeyPairs) -> None:
    """But there is another, which the hint tells."""
    with pytest.raises(NoWayInError, match="was launched without a key pair") as caught:
        login_command(with_key(reachable, None), key_pairs, KNOWN_HOSTS)

    assert caught.value.hint is not None
    assert f"cloudlet ec2 exec {reachable.id} -- bash" in caught.value.hint


def test_without_a_port_there_is_no_way_in(instance: Instance, key_pairs: KeyPairs) -> None:
    with pytest.raises(NoWayInError, match="no port of this machine"):
        login_command(instance, key_pairs, KNOWN_HOSTS, identity=Path("/me.pem"))


def test_a_private_key_that_is_gone_is_asked_for(reachable: Instance, key_pairs: KeyPairs) -> None:
    """With the pair, or alone."""
    file = key_pairs.create("me", "ed25519").pair.private_key_file
    assert file is not None
    file.unlink()

    with pytest.raises(PrivateKeyMissingError, match="The private key of the key pair 'me' is not kept here"):
        login_command(reachable, key_pairs, KNOWN_HOSTS)
    key_pairs.delete("me")
    with pytest.raises(PrivateKeyMissingError) as caught:
        login_command(reachable, key_pairs, KNOWN_HOSTS)

    assert caught.value.hint == "say where you have it with -i FILE"


@pytest.mark.parametrize("state", [InstanceState.PENDING, InstanceState.STOPPED, InstanceState.TERMINATED])
def test_what_does_not_run_cannot_be_entered(reachable: Instance, key_pairs: KeyPairs, state: InstanceState) -> None:
    with pytest.raises(IncorrectInstanceStateError, match="not in a state from which it can be entered"):
        login_command(dataclasses.replace(reachable, state=state), key_pairs, KNOWN_HOSTS)


@pytest.mark.parametrize("key_name", ["me", None])
def test_what_has_no_systemd_has_no_ssh_server(instance: Instance, key_pairs: KeyPairs, key_name: str | None) -> None:
    """Another launch, with a key, would not help: that is not what the hint says."""
    with pytest.raises(NoSshServerError, match="runs no ssh server: its AMI, minimal, has no systemd") as caught:
        login_command(without_systemd(with_key(instance, key_name)), key_pairs, KNOWN_HOSTS)

    assert caught.value.hint == f"enter it with `cloudlet ec2 exec {instance.id} -- bash`"


def test_a_line_to_type_is_shown_where_an_ssh_server_comes_up(reachable: Instance, key_pairs: KeyPairs) -> None:
    key_pairs.import_("me", keys.ED25519.encode())

    assert ssh_commands([reachable], lambda: key_pairs) == {reachable.id: "ssh -p 2222 admin@127.0.0.1"}
    assert ssh_commands([without_systemd(reachable)], lambda: key_pairs) == {}


@contextmanager
def listener(greetings: list[bytes]) -> Iterator[int]:
    """Yield a port where each caller in turn hears the next greeting, as behind the engine's proxy."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for greeting in greetings:
                connection, _ = server.accept()
                with connection:
                    connection.sendall(greeting)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def test_a_fresh_instance_is_waited_for(reachable: Instance) -> None:
    """The engine's proxy accepts, and hangs up, for as long as nobody listens inside."""
    with listener([b"", b"", b"SSH-2.0-OpenSSH\r\n"]) as port:
        wait_for_sshd(dataclasses.replace(reachable, ports=((port, 22),)), Silent())


def test_what_has_no_systemd_is_not_waited_for(reachable: Instance) -> None:
    """But entered if somebody has started an ssh server there."""
    with listener([b"", b"SSH-2.0-OpenSSH\r\n"]) as port:
        there = without_systemd(dataclasses.replace(reachable, ports=((port, 22),)))

        with pytest.raises(NoSshServerError):
            wait_for_sshd(there, Silent(), patience_seconds=float("inf"))
        wait_for_sshd(there, Silent())


def test_an_instance_without_sshd_is_not_waited_for_for_ever(reachable: Instance) -> None:
    with listener([]) as port:
        pass

    with pytest.raises(ConflictError, match=f"has not answered on port {port}") as caught:
        wait_for_sshd(dataclasses.replace(reachable, ports=((port, 22),)), Silent(), patience_seconds=0.2)

    assert caught.value.hint is not None
    assert "systemctl status ssh" in caught.value.hint
