"""`cloudlet ec2 ssh` and a plain ssh, with the real client, into a real sshd."""

import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.instances.ssh import ssh_command
from emulator.keypairs.generation import generate
from tests.conftest import wait_for
from tests.integration.instances.conftest import CLOUDLET, Machine, cloudlet, environment, launch

_EXEC_FAILED = 125
_SSH_FAILED = 255


@pytest.fixture(scope="module")
def inn(shared: Cloud) -> Machine:
    """An instance called `inn` that a key pair made here lets in."""
    shared.key_pairs.create("me", "ed25519")
    (machine,) = launch(shared, "base", "t2.nano", key_name="me", tags={"Name": "inn"})
    return machine.booted()


@pytest.fixture
def own_key(tmp_path: Path) -> tuple[Path, str]:
    """A private key of somebody who made it elsewhere, and its public half."""
    pem, public = generate("ed25519")
    file = tmp_path / "own.pem"
    file.touch(mode=0o600)
    file.write_text(pem)
    return file, public.text


@pytest.fixture
def agent(own_key: tuple[Path, str], tmp_path: Path) -> Iterator[str]:
    """The socket of an ssh agent that has `own_key`."""
    socket = tmp_path / "agent"
    with subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL) as process:
        try:
            wait_for(socket.exists)
            added = ["ssh-add", "-q", str(own_key[0])]
            subprocess.run(added, env={**os.environ, "SSH_AUTH_SOCK": str(socket)}, check=True)
            yield str(socket)
        finally:
            process.terminate()


def test_one_logs_in_as_the_user_of_the_ami(shared: Cloud, inn: Machine) -> None:
    """By its Name, with the key of its launch; another user may be asked for, and is not let in."""
    result = cloudlet(shared, "ec2", "ssh", "inn", "--", "whoami; hostname")
    other = cloudlet(shared, "ec2", "ssh", "inn", "--user", "nobody", "--", "true")

    assert result.returncode == 0, result.stderr
    assert result.stdout.decode().split() == ["admin", inn.instance.launch.hostname]
    assert other.returncode == _SSH_FAILED
    assert b"Permission denied" in other.stderr


@pytest.mark.parametrize("code", [0, 7, 255])
def test_the_exit_code_is_passed_through(shared: Cloud, inn: Machine, code: int) -> None:
    assert cloudlet(shared, "ec2", "ssh", "inn", "--", f"exit {code}").returncode == code


def test_streams_are_those_of_the_command(shared: Cloud, inn: Machine) -> None:
    """Every byte of them."""
    sent = os.urandom(1 << 20)

    echoed = cloudlet(shared, "ec2", "ssh", "inn", "--", "cat", stdin=sent)
    apart = cloudlet(shared, "ec2", "ssh", "inn", "--", "printf out; printf err >&2")

    assert echoed.stdout == sent
    assert (apart.stdout, apart.stderr[-3:]) == (b"out", b"err")


def test_words_that_look_like_options_are_not_sshs(shared: Cloud, inn: Machine) -> None:
    """ssh would take them for its own where they follow the host: -V shows its version, and nothing runs."""
    behind = cloudlet(shared, "ec2", "ssh", "inn", "--", "echo", "-V", "--output", "json")
    first = cloudlet(shared, "ec2", "ssh", "inn", "--", "-V")

    assert behind.stdout == b"-V --output json\n"
    assert (first.returncode, b"OpenSSH" in first.stderr) == (2, False)  # what a shell makes of such a command


def test_a_terminal_is_a_terminal_inside(shared: Cloud, inn: Machine) -> None:
    """Also for a command, so that `top` and `sudo` work."""
    mine, its = pty.openpty()
    command = [*CLOUDLET, "ec2", "ssh", "inn", "--", "test -t 0 && test -t 1 && echo is a terminal"]

    with subprocess.Popen(
        command, stdin=its, stdout=its, stderr=subprocess.DEVNULL, env=environment(shared)
    ) as process:
        process.wait(60)
    os.close(its)

    assert b"is a terminal" in os.read(mine, 65536)
    os.close(mine)


@pytest.mark.parametrize("key_type", ["rsa", "ed25519"])
def test_an_instance_can_be_entered_as_soon_as_it_was_launched(cloud: Cloud, key_type: str) -> None:
    """It still boots: sshd is waited for, and the key is there when it greets."""
    cloud.key_pairs.create("my key/1", key_type)
    launch(cloud, "base", "t2.nano", key_name="my key/1", tags={"Name": "new"})

    result = cloudlet(cloud, "ec2", "ssh", "new", "--", "whoami")

    assert result.returncode == 0, result.stderr
    assert result.stdout == b"admin\n"


def test_any_ssh_client_gets_in(shared: Cloud, inn: Machine, tmp_path: Path) -> None:
    """The line that `describe-instances` shows."""
    key_file = shared.key_pairs.find("me").private_key_file
    words = ssh_command(inn.instance, key_file)
    unknown_host = ["-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={tmp_path / 'hosts'}"]

    result = subprocess.run([*words, *unknown_host, "whoami"], capture_output=True, timeout=60, check=False)

    assert result.returncode == 0, result.stderr
    assert result.stdout == b"admin\n"


def test_an_instance_is_known_again_after_a_stop(cloud: Cloud) -> None:
    """Its port of this machine may be another one; its host key is not."""
    cloud.key_pairs.create("me", "ed25519")
    launch(cloud, "base", "t2.nano", key_name="me", tags={"Name": "mine"})
    first = cloudlet(cloud, "ec2", "ssh", "mine", "--", "true")
    known = cloud.home.known_hosts.read_text()

    cloud.instances.stop(["mine"])
    cloud.instances.start(["mine"])
    again = cloudlet(cloud, "ec2", "ssh", "mine", "--", "true")

    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert b"Permanently added" in first.stderr
    assert b"Permanently added" not in again.stderr
    assert cloud.home.known_hosts.read_text() == known


def test_an_impostor_is_refused(cloud: Cloud) -> None:
    """What answers with another host key is not the instance that was seen before."""
    cloud.key_pairs.create("me", "ed25519")
    (machine,) = launch(cloud, "base", "t2.nano", key_name="me", tags={"Name": "mine"})
    cloudlet(cloud, "ec2", "ssh", "mine", "--", "true")
    machine.says("sh", "-c", "rm /etc/ssh/ssh_host_*; ssh-keygen -A && systemctl restart ssh")

    result = cloudlet(cloud, "ec2", "ssh", "mine", "--", "true")

    assert result.returncode == _SSH_FAILED
    assert b"REMOTE HOST IDENTIFICATION HAS CHANGED" in result.stderr


def test_an_imported_key_lets_in_from_an_agent_or_a_file(
    cloud: Cloud, own_key: tuple[Path, str], agent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its private half never was here."""
    file, public = own_key
    cloud.key_pairs.import_("own", public.encode())
    launch(cloud, "base", "t2.nano", key_name="own", tags={"Name": "mine"})

    with_file = cloudlet(cloud, "ec2", "ssh", "mine", "-i", str(file), "--", "whoami")
    monkeypatch.setenv("SSH_AUTH_SOCK", agent)
    with_agent = cloudlet(cloud, "ec2", "ssh", "mine", "--", "whoami")

    assert (with_file.stdout, with_agent.stdout) == (b"admin\n", b"admin\n"), with_file.stderr + with_agent.stderr


def test_a_deleted_key_pair_still_opens_what_it_was_given_to(cloud: Cloud, tmp_path: Path) -> None:
    """Whoever kept the private key gets in; whoever did not is told."""
    material = cloud.key_pairs.create("me", "ed25519").material
    launch(cloud, "base", "t2.nano", key_name="me", tags={"Name": "mine"})
    (tmp_path / "kept.pem").touch(mode=0o600)
    (tmp_path / "kept.pem").write_text(material + "\n")
    cloud.key_pairs.delete("me")

    without = cloudlet(cloud, "ec2", "ssh", "mine", "--", "true")
    kept = cloudlet(cloud, "ec2", "ssh", "mine", "-i", str(tmp_path / "kept.pem"), "--", "whoami")

    assert without.returncode == _EXEC_FAILED
    assert b"hint: say where you have it with -i FILE" in without.stderr
    assert kept.stdout == b"admin\n", kept.stderr


def test_why_nobody_can_log_in_is_told(cloud: Cloud) -> None:
    """125 from all of them: nothing ran."""
    cloud.key_pairs.create("me", "ed25519")
    launch(cloud, "base", "t2.nano", tags={"Name": "without-key"})
    launch(cloud, "base", "t2.nano", key_name="me", tags={"Name": "stopped"})
    cloud.instances.stop(["stopped"])

    without_key = cloudlet(cloud, "ec2", "ssh", "without-key", "--", "true")
    stopped = cloudlet(cloud, "ec2", "ssh", "stopped", "--", "true")
    unknown = cloudlet(cloud, "ec2", "ssh", "nobody", "--", "true")

    assert [one.returncode for one in (without_key, stopped, unknown)] == [_EXEC_FAILED] * 3
    assert b"was launched without a key pair" in without_key.stderr
    assert b"cloudlet ec2 exec" in without_key.stderr
    assert b"not in a state from which it can be entered" in stopped.stderr
    assert b"Invalid id" in unknown.stderr


def test_a_key_is_no_way_into_what_has_no_ssh_server(cloud: Cloud) -> None:
    """It is said at the launch; no port is published, and nobody is promised a login or made to wait for one."""
    cloud.key_pairs.create("me", "ed25519")
    words = ("--image-id", "minimal", "--instance-type", "t2.nano", "--count", "2", "--key-name", "me")

    launched = cloudlet(cloud, "ec2", "run-instances", *words)
    first, second = cloud.instances.describe()
    refused = cloudlet(cloud, "ec2", "ssh", first.id, "--", "true")

    warning = "warning: the AMI minimal has no systemd, and so no ssh server for the key pair me"
    assert launched.returncode == 0
    assert launched.stderr.decode().count(warning) == 1
    assert b"ssh -i" not in launched.stderr + launched.stdout
    assert (first.ports, second.ports) == ((), ())
    assert refused.returncode == _EXEC_FAILED
    assert f"The instance '{first.id}' runs no ssh server".encode() in refused.stderr
    assert f"hint: enter it with `cloudlet ec2 exec {first.id} -- bash`".encode() in refused.stderr


def test_an_unknown_key_pair_launches_nothing(cloud: Cloud) -> None:
    words = ("run-instances", "--image-id", "base", "--instance-type", "t2.nano", "--key-name", "me")

    result = cloudlet(cloud, "ec2", *words)

    assert result.returncode == 1
    assert b"The key pair 'me' does not exist (InvalidKeyPair.NotFound)" in result.stderr
    assert cloud.instances.describe() == []
