"""A function and a database: one runs in a worker, the other on an instance, and both are in the VPC."""

import json

import pytest

from emulator.cloud import Cloud
from emulator.instances import Instance, LaunchRequest
from tests.integration.functions.conftest import Lab

pytestmark = pytest.mark.timeout(900)  # the AMI may have to be built

_PORT = 5432


@pytest.fixture
def database(cloud: Cloud) -> Instance:
    """An instance of the shipped AMI `postgres` with the database `shop`."""
    user_data = b"#!/bin/sh\ncreate-database shop clerk secret\n"
    (instance,) = cloud.instances.run(LaunchRequest("postgres", "t3.small", user_data=user_data))
    assert cloud.instances.wait_for_user_data([instance.id], 120) == []
    return instance


def test_a_function_reaches_a_database_that_lets_the_vpc_in(lab: Lab, database: Instance) -> None:
    """By its private address and its name; a function has an address of the VPC, and is in no security group."""
    function = lab.deploy("database", "app.handler", timeout_seconds=60)
    who = {"user": "clerk", "database": "shop"}

    def said(host: str, seconds: float) -> str:
        result = lab.invoke(function, json.dumps({"host": host, "seconds": seconds, **who}).encode())
        assert result.function_error is None, result.payload
        return str(json.loads(result.payload))

    address, name = database.launch.private_ip, database.launch.private_dns_name
    assert said(address, 1) == "no answer"

    vpc = lab.cloud.network.vpc().cidr
    rule = {"IpProtocol": "tcp", "FromPort": _PORT, "ToPort": _PORT, "IpRanges": [{"CidrIp": vpc}]}
    lab.cloud.network.groups.authorize("default", [rule])

    assert "SCRAM-SHA-256" in said(address, 30)
    assert "SCRAM-SHA-256" in said(name, 30)
