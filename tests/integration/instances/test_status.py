"""`cloudlet ec2 describe-instance-status`: what is up, what is on its way, and what needs a look."""

import json
import subprocess

from emulator.cloud import Cloud
from emulator.engine import Kind
from tests.conftest import wait_for
from tests.integration.instances.conftest import Machine, cloudlet, launch

_WAITS = b"#!/bin/sh\nmkfifo /run/gate && cat /run/gate\n"
_DOES_NOT_BOOT = r"""
printf '#!/bin/sh\nexit 1\n' > /sbin/init.new && chmod +x /sbin/init.new && mv -f /sbin/init.new /sbin/init
systemctl reboot
"""


def statuses(cloud: Cloud, *words: str) -> dict[str, tuple[str, str, str]]:
    """Return the state, the system's status and the instance's status by instance id, as the command tells them."""
    result = cloudlet(cloud, "ec2", "describe-instance-status", *words, "--output", "json")
    assert result.returncode == 0, result.stderr
    return {
        one["InstanceId"]: (
            one["InstanceState"]["Name"],
            one["SystemStatus"]["Status"],
            one["InstanceStatus"]["Status"],
        )
        for one in json.loads(result.stdout)["InstanceStatuses"]
    }


def test_an_instance_is_initializing_until_its_system_is_up(cloud: Cloud) -> None:
    """From the moment it runs; its user data is a part of the boot."""
    (machine,) = launch(cloud, user_data=_WAITS)
    at_once = statuses(cloud)
    wait_for(lambda: machine.run("test", "-p", "/run/gate").exit_code == 0)
    later = statuses(cloud)

    machine.says("sh", "-c", "echo > /run/gate")
    machine.booted()

    assert at_once == later == {machine.id: ("running", "ok", "initializing")}
    assert statuses(cloud) == {machine.id: ("running", "ok", "ok")}


def test_what_does_not_run_is_shown_if_all_are_asked_for(cloud: Cloud) -> None:
    """Also those that ended within the hour; nothing is checked of them."""
    running, stopped, ended = launch(cloud, "minimal", "t3.nano", count=3)
    cloud.instances.stop([stopped.id])
    cloud.instances.terminate([ended.id])
    of_others = {
        stopped.id: ("stopped", "not-applicable", "not-applicable"),
        ended.id: ("terminated", "not-applicable", "not-applicable"),
    }

    assert statuses(cloud) == {running.id: ("running", "ok", "ok")}
    assert statuses(cloud, "--include-all-instances") == {running.id: ("running", "ok", "ok"), **of_others}
    assert statuses(cloud, "--instance-ids", stopped.id) == {}
    assert statuses(cloud, "--instance-ids", stopped.id, "--include-all-instances").keys() == {stopped.id}


def test_the_table_names_instances(shared: Cloud, web: Machine) -> None:
    """One line each, for people."""
    table = cloudlet(shared, "ec2", "describe-instance-status", "--instance-ids", "web").stdout.decode()

    heading, line = table.splitlines()
    assert heading.split() == ["INSTANCE", "ID", "NAME", "STATE", "SYSTEM", "INSTANCE"]
    assert line.split() == [web.id, "web", "running", "ok", "ok"]


def test_one_that_is_held_still_is_impaired_and_the_others_are_what_they_are(cloud: Cloud) -> None:
    """`create-image --no-reboot` holds it while it copies the disk."""
    held, other = (machine.booted() for machine in launch(cloud, "base", "t3.nano", count=2))
    assert held.instance.container_id is not None

    subprocess.run(("docker", "pause", held.instance.container_id), check=True, stdout=subprocess.DEVNULL)
    try:
        found = statuses(cloud)
    finally:
        subprocess.run(("docker", "unpause", held.instance.container_id), check=True, stdout=subprocess.DEVNULL)

    assert found == {held.id: ("running", "ok", "impaired"), other.id: ("running", "ok", "ok")}
    assert statuses(cloud)[held.id] == ("running", "ok", "ok")


def test_one_that_boots_anew_is_initializing(cloud: Cloud) -> None:
    """Here, again and again: its first process ends as soon as it begins."""
    broken, other = (machine.booted() for machine in launch(cloud, "base", "t3.nano", count=2))

    broken.run("sh", "-c", _DOES_NOT_BOOT)

    def is_restarting() -> bool:
        machines = cloud.engine.containers.list(Kind.INSTANCE)
        return any(one.id == broken.instance.container_id and one.state == "restarting" for one in machines)

    wait_for(is_restarting)
    assert statuses(cloud) == {broken.id: ("running", "ok", "initializing"), other.id: ("running", "ok", "ok")}
