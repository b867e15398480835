"""Permissions as AWS spells them, and all that can be wrong with them."""

from typing import Any

import pytest

from emulator.errors import EmulatorError, InvalidRequestError
from emulator.network.permissions import check_description, check_name, read_permissions
from emulator.network.security_group import Permission

ANYWHERE = [{"CidrIp": "0.0.0.0/0"}]


def spelled(**fields: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": ANYWHERE} | fields


def test_one_structure_is_a_permission_for_each_peer() -> None:
    """Ranges of both versions, and groups by id or by name."""
    structure = spelled(
        IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "office"}, {"CidrIp": "192.168.0.0/16"}],
        Ipv6Ranges=[{"CidrIpv6": "2001:DB8::/32"}],
        UserIdGroupPairs=[{"GroupId": "sg-0123456789abcdef0"}, {"GroupName": "web", "UserId": "000000000000"}],
    )

    found = read_permissions([structure])

    assert found == [
        Permission("tcp", 22, 22, cidr="10.0.0.0/8"),
        Permission("tcp", 22, 22, cidr="192.168.0.0/16"),
        Permission("tcp", 22, 22, cidr="2001:db8::/32"),
        Permission("tcp", 22, 22, peer_group="sg-0123456789abcdef0"),
        Permission("tcp", 22, 22, peer_group="web"),
    ]
    assert [one.description for one in found[:2]] == ["office", None]


def test_permissions_that_let_the_same_through_are_equal_whatever_their_descriptions() -> None:
    """A rule is revoked without knowing what it was described as."""
    described = spelled(IpRanges=[{"CidrIp": "0.0.0.0/0", "Description": "ssh"}])

    assert read_permissions([spelled()]) == read_permissions([described])


@pytest.mark.parametrize(
    ("text", "protocol"),
    [
        ("tcp", "tcp"),
        ("TCP", "tcp"),
        ("6", "tcp"),
        ("17", "udp"),
        ("1", "icmp"),
        ("58", "icmpv6"),
        ("-1", "-1"),
        ("all", "-1"),
        ("50", "50"),
        (50, "50"),
    ],
)
def test_a_protocol_is_known_by_its_name_and_its_number(text: Any, protocol: str) -> None:
    assert read_permissions([spelled(IpProtocol=text)])[0].protocol == protocol


def test_ports_may_be_text_as_the_shorthand_has_them() -> None:
    assert read_permissions([spelled(FromPort="80", ToPort="90")]) == [Permission("tcp", 80, 90, cidr="0.0.0.0/0")]


def test_a_protocol_without_ports_has_none_whatever_was_said() -> None:
    """AWS lets everything of it through, too."""
    assert read_permissions([spelled(IpProtocol="-1")]) == [Permission("-1", -1, -1, cidr="0.0.0.0/0")]
    assert read_permissions([spelled(IpProtocol="50")]) == [Permission("50", -1, -1, cidr="0.0.0.0/0")]


@pytest.mark.parametrize(
    ("ends", "expected"),
    [((None, None), (-1, -1)), ((-1, -1), (-1, -1)), ((8, -1), (8, -1)), ((3, 4), (3, 4)), ((0, 0), (0, 0))],
)
def test_of_icmp_the_ports_are_type_and_code(ends: tuple[int, int], expected: tuple[int, int]) -> None:
    (found,) = read_permissions([spelled(IpProtocol="icmp", FromPort=ends[0], ToPort=ends[1])])

    assert (found.from_port, found.to_port) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("10.1.2.3/8", "10.0.0.0/8"), ("1.2.3.4/32", "1.2.3.4/32"), ("0.0.0.0/0", "0.0.0.0/0")],
)
def test_what_a_prefix_leaves_out_of_a_range_is_dropped(text: str, expected: str) -> None:
    """As AWS does it."""
    assert read_permissions([spelled(IpRanges=[{"CidrIp": text}])])[0].cidr == expected


@pytest.mark.parametrize(
    "text", ["1.2.3.4", "10.0.0.0/33", "10.0.0.0/255.0.0.0", "10.0.0/8", "010.0.0.0/8", "::/0", "x", "10.0.0.0/ 8"]
)
def test_what_is_no_range_is_refused_in_awss_words(text: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        read_permissions([spelled(IpRanges=[{"CidrIp": text}])])

    assert caught.value.message == f"CIDR block {text} is malformed"
    assert "/32" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"FromPort": 70000, "ToPort": 70000}, r"TCP/UDP \(from\) port \(70000\) out of range"),
        ({"FromPort": 1, "ToPort": 65536}, r"TCP/UDP \(to\) port \(65536\) out of range"),
        ({"FromPort": -1, "ToPort": -1}, r"TCP/UDP \(from\) port \(-1\) out of range"),
        ({"FromPort": 90, "ToPort": 80}, r"Invalid TCP/UDP port range \(90:80\)"),
        ({"FromPort": None}, "Must specify both from and to ports with TCP/UDP"),
        ({"ToPort": ""}, "Must specify both from and to ports with TCP/UDP"),
        ({"FromPort": "ssh"}, "Invalid value 'ssh' for FromPort"),
        ({"FromPort": True}, "Invalid value 'True' for FromPort"),
        ({"FromPort": "٢٢"}, "Invalid value '٢٢' for FromPort"),
        ({"IpProtocol": "icmp", "FromPort": 256, "ToPort": -1}, r"ICMP type \(256\) out of range"),
        ({"IpProtocol": "icmp", "FromPort": 8, "ToPort": -2}, r"ICMP code \(-2\) out of range"),
        ({"IpProtocol": "icmp", "FromPort": -1, "ToPort": 0}, r"ICMP code \(0\) out of range"),
        ({"IpProtocol": "tpc"}, "Invalid value 'tpc' for IP protocol. Unknown protocol."),
        ({"IpProtocol": "256"}, "Invalid value '256' for IP protocol. Unknown protocol."),
        ({"UserIdGroupPairs": [{"GroupId": "sg-1", "UserId": "123456789012"}]}, "Invalid value '123456789012'"),
        ({"IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "it's mine"}]}, "Invalid rule description"),
        ({"IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "x" * 256}]}, "Invalid rule description"),
        ({"IpRanges": "0.0.0.0/0"}, "IpRanges is no list of structures"),
        ({"PrefixListIds": [{"PrefixListId": "pl-1"}]}, "prefix lists are not supported"),
    ],
)
def test_what_can_never_work_is_a_usage_error(fields: dict[str, Any], message: str) -> None:
    """With AWS's words where it has any."""
    with pytest.raises(InvalidRequestError, match=message):
        read_permissions([spelled(**fields)])


@pytest.mark.parametrize(
    ("structures", "code"),
    [
        ([], "MissingParameter"),
        ([spelled(IpRanges=[])], "MissingParameter"),
        ([spelled(IpProtocol=None)], "MissingParameter"),
        ([spelled(IpRanges=[{}])], "MissingParameter"),
        ([spelled(UserIdGroupPairs=[{}])], "MissingParameter"),
        ([spelled(IpRange=ANYWHERE)], "UnknownParameter"),
        ([spelled(IpRanges=[{"Cidr": "0.0.0.0/0"}])], "UnknownParameter"),
    ],
)
def test_what_is_missing_or_unknown_is_named(structures: list[dict[str, Any]], code: str) -> None:
    with pytest.raises(EmulatorError) as caught:
        read_permissions(structures)

    assert caught.value.code == code


def test_a_misspelled_field_names_the_nearest() -> None:
    with pytest.raises(EmulatorError) as caught:
        read_permissions([spelled(IpRange=ANYWHERE)])

    assert (caught.value.hint or "").startswith("did you mean IpRanges")


@pytest.mark.parametrize("name", ["web", "Web servers_1", "x" * 255, "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"])
def test_names_that_aws_allows_are_allowed(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("sg-web", "may not be in the format sg-"),
        ("SG-web", "may not be in the format sg-"),
        ("wéb", "Character sets beyond ASCII"),
        ("web'", "from the following set"),
        ("web\n", "from the following set"),
        ("x" * 256, "1 to 255 characters"),
        ("", "1 to 255 characters"),
        ("  ", "1 to 255 characters"),
        ("default", "reserved"),
    ],
)
def test_other_names_are_refused_with_the_reason(name: str, reason: str) -> None:
    with pytest.raises(InvalidRequestError, match=reason):
        check_name(name)


def test_a_description_may_be_empty_and_has_255_characters_at_most() -> None:
    check_description("")
    check_description("x" * 255)
    with pytest.raises(InvalidRequestError, match="Invalid rule description"):
        check_description("x" * 256)
