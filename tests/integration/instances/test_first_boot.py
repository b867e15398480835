"""What an instance does when it first boots, and what it is told about itself: the rooms, put together."""

import json

import pytest

from emulator.cloud import Cloud
from emulator.errors import NotFoundError
from emulator.instances import AttributeChange, LaunchRequest
from emulator.metadata import MetadataOptions
from emulator.userdata import OUTPUT
from tests.integration.instances.conftest import Machine, cloudlet, launch

METADATA = "http://169.254.169.254/latest"


def _ask(machine: Machine, path: str) -> str:
    return machine.says("curl", "--fail", "--silent", f"{METADATA}/{path}")


def test_an_instance_asks_who_it_is(web: Machine) -> None:
    """Address, type, image, zone and id, as the list has them."""
    launch_ = web.instance.launch

    assert _ask(web, "meta-data/instance-id") == web.id
    assert _ask(web, "meta-data/local-ipv4") == launch_.private_ip
    assert _ask(web, "meta-data/instance-type") == launch_.instance_type
    assert _ask(web, "meta-data/placement/availability-zone") == web.instance.subnet.zone
    assert _ask(web, "meta-data/mac") == web.instance.mac_address
    assert web.says("cat", "/sys/class/net/eth0/address") == web.instance.mac_address
    assert _ask(web, "meta-data/security-groups") == "default"
    assert json.loads(_ask(web, "dynamic/instance-identity/document"))["imageId"] == launch_.image_id


def test_each_instance_hears_of_itself_only(web: Machine, nano: Machine) -> None:
    """Side by side on one network."""
    assert _ask(web, "meta-data/instance-id") != _ask(nano, "meta-data/instance-id") == nano.id


def test_a_change_of_tags_and_options_is_heard_at_once(cloud: Cloud) -> None:
    """No server runs; no engine is asked."""
    (machine,) = launch(cloud, tags={"Name": "first"}, metadata=MetadataOptions(instance_metadata_tags="enabled"))
    machine.booted()
    assert _ask(machine, "meta-data/tags/instance/Name") == "first"

    done = cloudlet(cloud, "ec2", "create-tags", "--resources", machine.id, "--tags", "Key=Name,Value=second")
    assert done.returncode == 0, done.stderr
    assert _ask(machine, "meta-data/tags/instance/Name") == "second"

    cloud.instances.modify(machine.id, AttributeChange(metadata={"HttpTokens": "required"}))
    assert machine.run("curl", "--fail", "--silent", f"{METADATA}/meta-data/").exit_code != 0


def test_an_instance_with_a_role_finds_its_credentials(cloud: Cloud) -> None:
    """In AWS's form; tests/e2e opens a bucket with them."""
    (machine,) = launch(cloud, profile_name="reader")
    machine.booted()

    said = json.loads(_ask(machine, "meta-data/iam/security-credentials/reader"))

    assert _ask(machine, "meta-data/iam/security-credentials/") == "reader"
    assert (said["Code"], said["Type"]) == ("Success", "AWS-HMAC")
    (document,) = json.loads(
        cloudlet(cloud, "ec2", "describe-instances", "--query", "Reservations[].Instances[].IamInstanceProfile").stdout
    )
    assert document["Arn"].endswith("instance-profile/reader")


def test_user_data_runs_once_as_root_and_is_waited_for(cloud: Cloud) -> None:
    """Its output is in the log and on the console."""
    script = b"#!/bin/bash\necho it is $(id -un)\necho ran >> /srv/runs\n"
    words = ("--image-id", "base", "--instance-type", "t3.micro", "--wait-for-user-data", "-q")
    done = cloudlet(cloud, "ec2", "run-instances", *words, "--user-data", script.decode())
    assert done.returncode == 0, done.stderr
    machine = Machine(cloud, cloud.instances.describe()[0])

    assert "it is root" in machine.says("cat", OUTPUT)
    assert b"it is root" in cloud.instances.console(machine.id)
    cloud.instances.reboot([machine.id])
    machine.booted()
    cloud.instances.stop([machine.id])
    cloud.instances.start([machine.id])
    machine.booted()
    assert machine.says("cat", "/srv/runs") == "ran"


def test_user_data_that_fails_is_told_and_the_instance_stays(cloud: Cloud) -> None:
    """Exit code 1, with the way to the log."""
    words = ("--image-id", "minimal", "--instance-type", "t3.nano", "--count", "2", "--wait-for-user-data")
    done = cloudlet(cloud, "ec2", "run-instances", *words, "--user-data", "#!/bin/sh\nexit 3\n", "--quiet")

    ids = [one.id for one in cloud.instances.describe()]
    assert done.returncode == 1
    assert done.stdout.decode().split() == ids  # who is told of a failure wants to look, or to terminate
    for instance_id in ids:
        assert f"the user data of {instance_id} failed with exit code 3".encode() in done.stderr
        assert f"cloudlet ec2 exec {instance_id} -- cat {OUTPUT}".encode() in done.stderr


def test_user_data_that_takes_too_long_is_told(cloud: Cloud) -> None:
    """It goes on all the same."""
    (instance,) = cloud.instances.run(LaunchRequest("minimal", "t3.nano", user_data=b"#!/bin/sh\nsleep 600\n"))

    (failure,) = cloud.instances.wait_for_user_data([instance.id], 1)

    assert "is not done after 1 s" in failure.message


def test_user_data_may_reboot(cloud: Cloud) -> None:
    """Whoever waits for it waits on."""
    (machine,) = launch(cloud, user_data=b"#!/bin/sh\necho ran > /srv/ran\nreboot\n")

    assert cloud.instances.wait_for_user_data([machine.id], 120) == []

    assert machine.booted().says("cat", "/srv/ran") == "ran"


def test_a_cloud_config_sets_the_machine_up(cloud: Cloud) -> None:
    """Its name, too, which nobody can change later; what is not done is named."""
    config = b"""#cloud-config
hostname: shop
write_files:
  - path: /etc/motd.d/shop
    content: welcome
    permissions: "0600"
runcmd:
  - [sh, -c, "cat /etc/motd.d/shop > /srv/said"]
disk_setup: {}
"""
    (machine,) = launch(cloud, user_data=config)
    assert cloud.instances.wait_for_user_data([machine.id], 120) == []

    assert machine.says("hostname") == "shop"
    assert machine.says("cat", "/srv/said") == "welcome"
    assert machine.says("stat", "-c", "%a", "/etc/motd.d/shop") == "600"
    assert "disk_setup" in machine.says("cat", OUTPUT)


def test_a_key_pair_that_is_not_here_launches_nothing(cloud: Cloud) -> None:
    """AWS's code and words."""
    with pytest.raises(NotFoundError, match="The key pair 'none' does not exist") as caught:
        launch(cloud, key_name="none")

    assert caught.value.code == "InvalidKeyPair.NotFound"
    assert cloud.instances.describe() == []


def test_what_cannot_be_user_data_launches_nothing(cloud: Cloud) -> None:
    """16 KB at most, as on AWS."""
    done = cloudlet(
        cloud, "ec2", "run-instances", "--image-id", "minimal", "--instance-type", "t3.nano", "--user-data", "#" * 16385
    )

    assert done.returncode == 2
    assert b"User data is limited to 16384 bytes" in done.stderr
    assert cloud.instances.describe() == []
