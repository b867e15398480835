"""Instances that nobody launched."""

from datetime import UTC, datetime

import pytest

from emulator.engine.vpc_range import VpcRange
from emulator.instances.model import Instance, InstanceState, Launch
from emulator.network import Vpc


@pytest.fixture
def launch() -> Launch:
    """What one instance was launched as."""
    return Launch(
        instance_id="i-0123456789abcdef0",
        reservation_id="r-0123456789abcdef0",
        launch_index=0,
        image_id="ami-0123456789abcdef0",
        image_name="web",
        instance_type="t3.micro",
        launch_time=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        private_ip="172.31.4.7",
        user="admin",
        ports=((8080, 80), (0, 22)),
    )


@pytest.fixture
def instance(launch: Launch) -> Instance:
    """An instance that runs."""
    vpc = Vpc.default("home", "eu-west-1", VpcRange.of("172.31.0.0/16"))
    return Instance(launch, InstanceState.RUNNING, vpc.subnet_of(launch.private_ip))
