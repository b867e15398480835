"""An AMI made of an instance: what was on its disk is on that of another, which is a machine of its own."""

import signal
import subprocess

from emulator.cloud import Cloud
from emulator.instances import ImageRequest, InstanceState
from tests.conftest import wait_for
from tests.integration.instances.conftest import CLOUDLET, Machine, environment, launch

SLOW_TO_STOP = """
[Service]
ExecStart=/bin/sleep infinity
ExecStop=/bin/sleep 3
"""


def test_what_is_on_the_disk_is_on_the_next_instances_disk(cloud: Cloud) -> None:
    """With the parentage written down, and its own keys and machine id."""
    (machine,) = launch(cloud)
    machine.booted()
    machine.says("sh", "-c", "echo precious > /srv/file; systemctl disable ssh 2>&1")
    identity = machine.says("cat", "/etc/machine-id", "/etc/ssh/ssh_host_ed25519_key.pub")

    ami = cloud.instances.create_image(machine.id, ImageRequest("base-with-file"))
    (copy,) = launch(cloud, "base-with-file")
    copy.booted()

    assert copy.says("cat", "/srv/file") == "precious"
    assert (ami.source_instance_id, ami.source_id) == (machine.id, machine.instance.launch.image_id)
    other = copy.says("cat", "/etc/machine-id", "/etc/ssh/ssh_host_ed25519_key.pub")
    assert not {*identity.split()} & {*other.split()} - {"ssh-ed25519", "root@buildkitsandbox"}
    assert copy.instance.launch.image_id == ami.id


def test_an_instance_runs_again_after_its_image_was_made(cloud: Cloud) -> None:
    """Shut down meanwhile, so that its files are whole; left alone with --no-reboot."""
    (machine,) = launch(cloud)
    machine.booted()
    booted = machine.says("stat", "-c", "%Y", "/proc/1")

    cloud.instances.create_image(machine.id, ImageRequest("held-still", reboot=False))
    assert machine.says("stat", "-c", "%Y", "/proc/1") == booted

    cloud.instances.create_image(machine.id, ImageRequest("shut-down"))
    (instance,) = cloud.instances.describe([machine.id])
    assert instance.state is InstanceState.RUNNING
    assert machine.booted().says("stat", "-c", "%Y", "/proc/1") != booted


def test_ctrl_c_while_an_instance_shuts_down_for_its_image_has_it_run_again(cloud: Cloud) -> None:
    """The engine goes on to shut it down, whoever asked for that: the prompt is back when it runs again."""
    (machine,) = launch(cloud)
    machine.booted()
    machine.says("sh", "-c", f"echo '{SLOW_TO_STOP}' > /run/systemd/system/slow.service; systemctl start slow")
    booted = machine.says("stat", "-c", "%Y", "/proc/1")

    shell = _create_image(machine)
    wait_for(lambda: machine.run("systemctl", "is-system-running").output.strip() == b"stopping")
    shell.send_signal(signal.SIGINT)
    output, errors = shell.communicate(timeout=60)

    assert (shell.returncode, output) == (130, b""), errors
    assert machine.booted().says("stat", "-c", "%Y", "/proc/1") != booted
    assert "given-up" not in [ami.name for ami in cloud.images.list()]


def test_ctrl_c_while_an_image_is_written_leaves_none(cloud: Cloud) -> None:
    """Its name can be used again at once."""
    (machine,) = launch(cloud, "minimal")
    machine.says("dd", "if=/dev/urandom", "of=/srv/large", "bs=1M", "count=100")

    shell = _create_image(machine)
    assert shell.stderr is not None
    assert shell.stderr.readline().startswith(b"Making an image")
    shell.send_signal(signal.SIGINT)
    output, errors = shell.communicate(timeout=60)

    assert (shell.returncode, output) == (130, b""), errors
    assert "given-up" not in [ami.name for ami in cloud.images.list()]
    (instance,) = cloud.instances.describe([machine.id])
    assert instance.state is InstanceState.RUNNING


def _create_image(machine: Machine) -> "subprocess.Popen[bytes]":
    command = (*CLOUDLET, "ec2", "create-image", "--instance-id", machine.id, "--name", "given-up")
    return subprocess.Popen(command, env=environment(machine.cloud), stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_deregistering_an_image_leaves_its_instances_running(cloud: Cloud) -> None:
    """And they can be stopped and started."""
    (machine,) = launch(cloud, "minimal")
    cloud.instances.create_image(machine.id, ImageRequest("short-lived"))
    (copy,) = launch(cloud, "short-lived")

    cloud.image_registry.deregister("short-lived")
    cloud.instances.stop([copy.id])
    cloud.instances.start([copy.id])

    assert copy.says("true") == ""
    assert "short-lived" not in [ami.name for ami in cloud.images.list()]
