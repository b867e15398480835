"""`cloudlet ec2 stop-instances --force`: the plug is pulled."""

import json

import pytest

from emulator.cloud import Cloud
from tests.integration.instances.conftest import cloudlet, launch


@pytest.mark.parametrize(("options", "was_told"), [((), True), (("--force",), False)])
def test_a_forced_stop_does_not_wait_for_services_to_end(
    cloud: Cloud, options: tuple[str, ...], was_told: bool
) -> None:
    """What a service does when it is stopped is not done: as on AWS, for a machine that does not listen any more."""
    (machine,) = launch(cloud)
    slow = ("--unit", "slow", "--property", "ExecStop=/bin/sh -c 'sleep 2; touch /srv/goodbye'")
    machine.booted().says("systemd-run", *slow, "sleep", "infinity")

    result = cloudlet(cloud, "ec2", "stop-instances", "--instance-ids", machine.id, *options, "--output", "json")

    assert result.returncode == 0, result.stderr
    (change,) = json.loads(result.stdout)["StoppingInstances"]
    assert (change["PreviousState"]["Name"], change["CurrentState"]["Name"]) == ("running", "stopped")
    cloud.instances.start([machine.id])
    assert (machine.booted().run("test", "-e", "/srv/goodbye").exit_code == 0) is was_told
