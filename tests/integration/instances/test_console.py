"""`cloudlet ec2 get-console-output`: what a boot looks like from outside."""

import json
from datetime import datetime

from emulator.cloud import Cloud
from emulator.instances import InstanceState
from emulator.instances.records import Records
from tests.conftest import wait_for
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


def test_a_console_outlives_its_instance(cloud: Cloud) -> None:
    """Why it does not boot is what one wants to know of a stopped one, and what it has done of a job that is over."""
    (machine,) = launch(cloud, "base", "t2.nano")
    machine.booted()
    cloud.instances.stop([machine.id])
    stopped = cloudlet(cloud, "ec2", "get-console-output", "--instance-id", machine.id)
    cloud.instances.terminate([machine.id])
    ended = cloudlet(cloud, "ec2", "get-console-output", "--instance-id", machine.id)

    assert b"Reached target" in stopped.stdout
    assert ended.stdout.startswith(stopped.stdout)


def test_a_job_that_ends_its_instance_leaves_its_words(cloud: Cloud) -> None:
    """Nobody had the time to look before."""
    script = b"#!/bin/sh\necho all rows written > /dev/console\nshutdown -h now\n"
    (machine,) = launch(cloud, "base", "t2.nano", user_data=script, shutdown_behavior="terminate")

    wait_for(lambda: cloud.instances.describe([machine.id])[0].state is InstanceState.TERMINATED)

    assert b"all rows written" in cloud.instances.console(machine.id)


def test_a_console_is_forgotten_with_its_instance(cloud: Cloud) -> None:
    """The state file does not grow for ever."""
    (machine,) = launch(cloud, "minimal", "t2.nano")
    cloud.instances.terminate([machine.id])
    kept = cloud.database.rows("SELECT 1 FROM console")

    Records(cloud.database).forget([machine.id])

    assert len(kept) == 1
    assert cloud.database.rows("SELECT 1 FROM console") == []
