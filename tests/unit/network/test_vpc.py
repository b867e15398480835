"""Zones, and the VPC that follows from a home and a range."""

import pytest

from emulator.engine.vpc_range import VpcRange
from emulator.errors import EmulatorError, InvalidRequestError
from emulator.network.errors import UnknownZoneError
from emulator.network.vpc import Vpc
from emulator.network.zones import check_zone, zones


@pytest.fixture
def vpc() -> Vpc:
    return Vpc.default("home", "us-east-1", VpcRange.of("172.31.0.0/16"))


def test_a_region_has_three_zones_with_awss_ids() -> None:
    assert [(zone.name, zone.id) for zone in zones("us-east-1")] == [
        ("us-east-1a", "use1-az1"),
        ("us-east-1b", "use1-az2"),
        ("us-east-1c", "use1-az3"),
    ]


@pytest.mark.parametrize(
    ("region", "zone_id"),
    [
        ("eu-west-1", "euw1-az1"),
        ("eu-central-1", "euc1-az1"),
        ("ap-northeast-1", "apne1-az1"),
        ("ap-southeast-2", "apse2-az1"),
        ("us-gov-west-1", "usgw1-az1"),
        ("sa-east-1", "sae1-az1"),
        ("home", "home-az1"),
    ],
)
def test_a_region_is_abbreviated_as_on_aws(region: str, zone_id: str) -> None:
    """One that is no region of AWS's works, too."""
    assert zones(region)[0].id == zone_id


def test_a_zone_of_another_region_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownZoneError, match=r"Invalid availability zone: \[eu-west-1a\]") as caught:
        check_zone("eu-west-1a", "us-east-1")

    assert caught.value.code == "InvalidParameterValue"
    assert "us-east-1b" in (caught.value.hint or "")


def test_ids_are_the_same_for_the_same_home_and_differ_between_homes(vpc: Vpc) -> None:
    """A script that has noted an id finds it again; another home's is not here."""
    again = Vpc.default("home", "us-east-1", VpcRange.of("172.31.0.0/16"))
    other = Vpc.default("other", "us-east-1", VpcRange.of("172.31.0.0/16"))

    assert again == vpc
    assert not {vpc.id, *(one.id for one in vpc.subnets)} & {other.id, *(one.id for one in other.subnets)}
    assert len({one.id for one in vpc.subnets}) == 3


def test_a_subnet_keeps_its_id_in_another_region(vpc: Vpc) -> None:
    """Whoever changes AWS_REGION has the same instances, in the same subnets."""
    moved = Vpc.default("home", "eu-west-1", VpcRange.of("172.31.0.0/16"))

    assert [one.id for one in moved.subnets] == [one.id for one in vpc.subnets]
    assert [one.zone for one in moved.subnets] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]


def test_an_address_tells_its_subnet_and_so_its_zone(vpc: Vpc) -> None:
    assert vpc.subnet_of("172.31.5.6").zone == "us-east-1a"
    assert vpc.subnet_of("172.31.16.4").zone == "us-east-1b"
    assert vpc.subnet_of("172.31.47.254").zone == "us-east-1c"


def test_an_address_of_a_former_range_is_in_some_zone(vpc: Vpc) -> None:
    """A list must not fail for an instance that was launched when the VPC had another range."""
    assert vpc.subnet_of("10.9.8.7") == vpc.subnets[0]


def test_a_subnet_is_found_by_its_id_and_by_its_zone(vpc: Vpc) -> None:
    second = vpc.subnets[1]

    assert vpc.subnet(second.id) == second
    assert vpc.subnet_in("us-east-1b") == second


@pytest.mark.parametrize(
    ("subnet_id", "code"),
    [("subnet-0123456789abcdef0", "InvalidSubnetID.NotFound"), ("web", "InvalidSubnetID.Malformed")],
)
def test_a_subnet_that_is_not_here_has_awss_code(vpc: Vpc, subnet_id: str, code: str) -> None:
    with pytest.raises(EmulatorError) as caught:
        vpc.subnet(subnet_id)

    assert caught.value.code == code


def test_an_address_counts_once_against_those_left_and_a_reserved_one_not_at_all(vpc: Vpc) -> None:
    """4096 of a /20, less the five that AWS keeps; this machine's own is one of those."""
    subnet = vpc.subnets[0]

    assert subnet.free_addresses(set()) == 4091
    assert subnet.free_addresses({"172.31.0.1", "172.31.0.4", "172.31.15.254", "172.31.16.4", "10.0.0.1"}) == 4089


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("172.31.16.4", "does not fall within the subnet's address range"),
        ("172.31.0", "does not fall within the subnet's address range"),
        ("172.31.0.3", "is in subnet's reserved address range"),
        ("172.31.15.255", "is in subnet's reserved address range"),
    ],
)
def test_an_address_that_no_instance_may_have_is_refused(vpc: Vpc, address: str, message: str) -> None:
    with pytest.raises(InvalidRequestError, match=message) as caught:
        vpc.subnets[0].check(address)

    assert caught.value.code == "InvalidParameterValue"


def test_the_first_and_the_last_address_of_a_subnet_may_be_asked_for(vpc: Vpc) -> None:
    vpc.subnets[0].check("172.31.0.4")
    vpc.subnets[0].check("172.31.15.254")
