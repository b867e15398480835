"""What every cloud begins with: zones, a VPC and its subnets. Without an engine, they are what they will be."""

import json

import pytest

from cli.errors import FAILED, USAGE
from tests.unit.cli.conftest import Cloudlet


def test_the_default_vpc_is_described_in_awss_shape(cloudlet: Cloudlet) -> None:
    (vpc,) = json.loads(cloudlet("ec2", "describe-vpcs", "--output", "json").stdout)["Vpcs"]

    assert (vpc["CidrBlock"], vpc["IsDefault"], vpc["State"]) == ("172.31.0.0/16", True, "available")
    assert vpc["CidrBlockAssociationSet"][0]["CidrBlock"] == "172.31.0.0/16"


def test_each_zone_has_a_subnet_of_the_vpc(cloudlet: Cloudlet) -> None:
    zones = json.loads(cloudlet("ec2", "describe-availability-zones", "--output", "json").stdout)["AvailabilityZones"]
    subnets = json.loads(cloudlet("ec2", "describe-subnets", "--output", "json").stdout)["Subnets"]
    vpc_id = cloudlet("ec2", "describe-vpcs", "-q").stdout.strip()

    assert [zone["ZoneName"] for zone in zones] == [subnet["AvailabilityZone"] for subnet in subnets]
    assert [zone["ZoneId"] for zone in zones] == [subnet["AvailabilityZoneId"] for subnet in subnets]
    assert {subnet["VpcId"] for subnet in subnets} == {vpc_id}
    assert [subnet["CidrBlock"] for subnet in subnets] == ["172.31.0.0/20", "172.31.16.0/20", "172.31.32.0/20"]
    assert {subnet["AvailableIpAddressCount"] for subnet in subnets} == {4091}


def test_the_line_of_every_tutorial_finds_the_default_subnet(cloudlet: Cloudlet) -> None:
    words = ("--filters", "Name=default-for-az,Values=true", "Name=availability-zone,Values=us-east-1b")

    outcome = cloudlet("ec2", "describe-subnets", *words, "--query", "Subnets[].CidrBlock", "--output", "text")

    assert outcome.stdout == "172.31.16.0/20\n"


def test_people_see_a_table(cloudlet: Cloudlet) -> None:
    header, first, *_ = cloudlet("ec2", "describe-subnets").stdout.splitlines()

    assert header.split() == ["SUBNET", "ID", "ZONE", "CIDR", "FREE", "ADDRESSES"]
    assert first.split()[1:] == ["us-east-1a", "172.31.0.0/20", "4091"]


def test_the_region_names_the_zones(cloudlet: Cloudlet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")

    outcome = cloudlet("ec2", "describe-availability-zones", "-q")

    assert outcome.stdout.split() == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (("describe-vpcs", "--vpc-ids", "vpc-0123456789abcdef0"), FAILED, "InvalidVpcID.NotFound"),
        (("describe-subnets", "--subnet-ids", "a"), USAGE, "InvalidSubnetID.Malformed"),
        (("describe-availability-zones", "--zone-ids", "use1-az9"), USAGE, "InvalidParameterValue"),
        (("describe-vpcs", "--filters", "Name=isDefault,Values=true"), USAGE, "InvalidParameterValue"),
    ],
)
def test_what_is_not_here_has_awss_code(cloudlet: Cloudlet, words: tuple[str, ...], exit_code: int, code: str) -> None:
    outcome = cloudlet("ec2", *words)

    assert outcome.exit_code == exit_code
    assert f"({code})" in outcome.stderr


@pytest.mark.parametrize("verb", ["describe-vpcs", "describe-subnets", "describe-availability-zones"])
def test_help_shows_an_example(cloudlet: Cloudlet, verb: str) -> None:
    assert f"cloudlet ec2 {verb}" in cloudlet("ec2", verb, "--help").stdout
