"""The way into an instance that needs no engine: ssh, on the port of this machine that leads to the instance's 22.

An instance's host key is remembered under its id, not under 127.0.0.1 and a port that another instance may get next.
"""

import shlex
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.errors import ConflictError, NotFoundError
from emulator.instances.errors import IncorrectInstanceStateError
from emulator.instances.model import Instance, InstanceState
from emulator.progress import Progress

if TYPE_CHECKING:
    from emulator.keypairs import KeyPairs

SSH_PORT = 22
_HOST = "127.0.0.1"
_PATIENCE_SECONDS = 20.0
_ANSWER_SECONDS = 2.0
_PAUSE_SECONDS = 0.1


class NoWayInError(ConflictError):
    """The instance was launched in a way that lets nobody in by ssh."""

    code = "IncorrectInstanceState"

    def __init__(self, instance_id: str, lack: str) -> None:
        super().__init__(
            f"The instance '{instance_id}' {lack}.",
            hint=f"it can be entered with `cloudlet ec2 exec {instance_id} -- bash`, and ssh needs a launch with"
            " --key-name",
        )


class NoSshServerError(ConflictError):
    """No systemd has started an ssh server, and nobody else has."""

    code = "IncorrectInstanceState"

    def __init__(self, instance: Instance) -> None:
        super().__init__(
            f"The instance '{instance.id}' runs no ssh server: its AMI, {instance.launch.image_name}, has no systemd.",
            hint=f"enter it with `cloudlet ec2 exec {instance.id} -- bash`",
        )


class PrivateKeyMissingError(NotFoundError):
    """The key pair was made here, but its private key is gone."""

    code = "InvalidKeyPair.NotFound"

    def __init__(self, key_name: str) -> None:
        super().__init__(
            f"The private key of the key pair '{key_name}' is not kept here any more",
            hint="say where you have it with -i FILE",
        )


def has_sshd(init: str) -> bool:
    """Tell whether an ssh server comes up by itself where *init* is the first process: services need systemd."""
    return init != "none"


def ssh_port(instance: Instance) -> int | None:
    """Return the port of this machine that leads to sshd; None if there is none, as while the instance is stopped."""
    return next((outside for outside, inside in instance.open_ports if inside == SSH_PORT), None)


def ssh_command(instance: Instance, key_file: Path | None) -> list[str]:
    """Return what one types to log in with any ssh client; no words if ssh cannot reach the instance."""
    port = ssh_port(instance)
    if port is None:
        return []
    identity = [] if key_file is None else ["-i", str(key_file)]
    return ["ssh", *identity, "-p", str(port), f"{instance.launch.user}@{_HOST}"]


def ssh_commands(instances: Iterable[Instance], key_pairs: "Callable[[], KeyPairs]") -> dict[str, str]:
    """Return by id what one types to log in to each of *instances* that has a key pair, sshd and a port to it."""
    reachable = [
        one
        for one in instances
        if one.launch.key_name is not None and has_sshd(one.launch.init) and ssh_port(one) is not None
    ]
    if not reachable:
        return {}
    files = {pair.name: pair.private_key_file for pair in key_pairs().describe()}
    return {one.id: shlex.join(ssh_command(one, files.get(one.launch.key_name or ""))) for one in reachable}


def login_command(
    instance: Instance,
    key_pairs: "KeyPairs",
    known_hosts: Path,
    *,
    identity: Path | None = None,
    user: str | None = None,
    options: Sequence[str] = (),
) -> list[str]:
    """
    Return the words of an ssh that checks the instance's own host key, and offers its key alone where that is known.

    That is *identity*, else the private key that was made here; one that was imported is for ssh to find. Refused
    are an instance that does not run, one without a way in, and a key that was made here and is gone.
    """
    if instance.state is not InstanceState.RUNNING:
        raise IncorrectInstanceStateError(instance.id, "entered")
    port = ssh_port(instance)
    if port is None and not has_sshd(instance.launch.init):
        raise NoSshServerError(instance)
    key_file = identity or _private_key(instance, key_pairs)
    if port is None:
        raise NoWayInError(instance.id, "has no port of this machine that leads to its port 22")
    settings = {
        "HostKeyAlias": instance.id,
        "UserKnownHostsFile": _quoted(known_hosts),
        "StrictHostKeyChecking": "accept-new",
    }
    if key_file is not None:
        settings |= {"IdentityFile": _quoted(key_file), "IdentitiesOnly": "yes"}
    words = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    return ["ssh", *words, *options, "-p", str(port), f"{user or instance.launch.user}@{_HOST}"]


def wait_for_sshd(instance: Instance, progress: Progress, patience_seconds: float = _PATIENCE_SECONDS) -> None:
    """
    Return as soon as sshd greets; ConflictError if it does not for so long. A fresh instance may still boot.

    One without systemd is not waited for: there, sshd runs only if somebody has started it.
    """
    port = ssh_port(instance)
    if port is None or _greets(port):
        return
    if not has_sshd(instance.launch.init):
        raise NoSshServerError(instance)
    deadline = time.monotonic() + patience_seconds
    with progress.step(f"waiting for sshd of {instance.name or instance.id}"):
        while not _greets(port):
            if time.monotonic() > deadline:
                raise ConflictError(
                    f"sshd of {instance.id} has not answered on port {port} for {patience_seconds:g} s",
                    hint=f"look at it with `cloudlet ec2 exec {instance.id} -- systemctl status ssh`",
                )
            time.sleep(_PAUSE_SECONDS)


def _private_key(instance: Instance, key_pairs: "KeyPairs") -> Path | None:
    name = instance.launch.key_name
    if name is None:
        raise NoWayInError(instance.id, "was launched without a key pair")
    pair = next((pair for pair in key_pairs.describe() if pair.name == name), None)
    if pair is None or (pair.private_key_file is None and not pair.is_imported):
        raise PrivateKeyMissingError(name)
    return pair.private_key_file


def _greets(port: int) -> bool:
    # The engine's proxy accepts a connection before there is anybody behind it: only a greeting counts.
    try:
        with socket.create_connection((_HOST, port), timeout=_ANSWER_SECONDS) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def _quoted(path: Path) -> str:
    """Return a path as ssh's options take it: blanks would end it, and a percent sign stands for something else."""
    return '"' + str(path).replace("%", "%%") + '"'
