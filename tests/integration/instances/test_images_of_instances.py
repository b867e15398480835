"""An AMI made of an instance: what was on its disk is on that of another, which is a machine of its own."""

from emulator.cloud import Cloud
from emulator.instances import ImageRequest, InstanceState
from tests.integration.instances.conftest import launch


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
