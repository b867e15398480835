"""`cloudlet ec2 get-console-output`: what a boot looks like from outside."""

import json
from datetime import datetime

from emulator.cloud import Cloud
from tests.integration.instances.conftest import Machine, cloudlet, launch


def test_the_console_shows_the_boot(shared: Cloud, nano: Machine) -> None:
    """For people as it came, for scripts in AWS's shape."""
    raw = cloudlet(shared, "ec2", "get-console-output", "--instance-id", "nano")
    document = json.loads(
        cloudlet(shared, "ec2", "get-console-output", "--instance-id", "nano", "--latest", "--output", "json").stdout
    )

    assert b"Welcome to" in raw.stdout
    assert b"Reached target" in raw.stdout
    assert document.keys() == {"InstanceId", "Timestamp", "Output"}
    assert document["InstanceId"] == nano.id
    assert datetime.fromisoformat(document["Timestamp"]).tzinfo is not None
    assert "Reached target" in document["Output"]


def test_what_is_written_to_the_console_is_there_at_once(shared: Cloud, nano: Machine) -> None:
    """A cry for help of a service, say."""
    nano.says("sh", "-c", "echo the disk is full > /dev/console")

    shown = cloudlet(
        shared, "ec2", "get-console-output", "--instance-id", "nano", "--query", "Output", "--output", "text"
    )

    assert b"the disk is full" in shown.stdout


def test_a_stopped_instance_has_its_console_and_one_that_ended_has_none(cloud: Cloud) -> None:
    """Why it does not boot is what one wants to know of a stopped one."""
    (machine,) = launch(cloud, "base", "t2.nano")
    machine.booted()
    cloud.instances.stop([machine.id])
    stopped = cloudlet(cloud, "ec2", "get-console-output", "--instance-id", machine.id)
    cloud.instances.terminate([machine.id])
    ended = cloudlet(cloud, "ec2", "get-console-output", "--instance-id", machine.id)

    assert b"Reached target" in stopped.stdout
    assert (ended.returncode, ended.stdout) == (0, b"")
    assert b"or has ended" in ended.stderr
