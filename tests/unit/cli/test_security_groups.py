"""The commands on security groups: they need no engine as long as there are no instances."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli.errors import FAILED, USAGE
from tests.unit.cli.conftest import Cloudlet

_AUTHORIZE = ("ec2", "authorize-security-group-ingress")
_REVOKE = ("ec2", "revoke-security-group-ingress")
_SSH = ("--protocol", "tcp", "--port", "22", "--cidr", "0.0.0.0/0")


@pytest.fixture
def web(cloudlet: Cloudlet) -> str:
    """The id of a group called `web`."""
    outcome = cloudlet("ec2", "create-security-group", "--group-name", "web", "--description", "Web servers", "-q")
    assert outcome.exit_code == 0
    return outcome.stdout.strip()


def described(cloudlet: Cloudlet, name: str = "web") -> Any:
    outcome = cloudlet("ec2", "describe-security-groups", "--group-names", name, "--output", "json")
    return json.loads(outcome.stdout)["SecurityGroups"][0]


def test_a_group_is_made_and_the_next_step_told(cloudlet: Cloudlet) -> None:
    words = ("create-security-group", "--group-name", "Web servers", "--description", "x", "--output", "json")
    outcome = cloudlet("ec2", *words)

    answer = json.loads(outcome.stdout)
    assert answer["SecurityGroupArn"] == f"arn:aws:ec2:us-east-1:000000000000:security-group/{answer['GroupId']}"
    assert "--group-name 'Web servers' --protocol tcp" in outcome.stderr


def test_a_group_is_described_in_awss_shape(cloudlet: Cloudlet, web: str) -> None:
    cloudlet("ec2", "create-security-group", "--group-name", "lb", "--description", "x")
    cloudlet(*_AUTHORIZE, "--group-id", web, *_SSH)
    cloudlet(*_AUTHORIZE, "--group-id", web, "--protocol", "tcp", "--port", "22", "--cidr", "10.0.0.0/8")
    cloudlet(*_AUTHORIZE, "--group-id", web, "--protocol", "tcp", "--port", "80-90", "--source-group", "lb")

    group = described(cloudlet)

    assert group["GroupId"] == web
    assert (group["GroupName"], group["Description"], group["OwnerId"]) == ("web", "Web servers", "000000000000")
    assert group["VpcId"].startswith("vpc-")
    ssh, lb = group["IpPermissions"]
    assert ssh == {
        "IpProtocol": "tcp",
        "FromPort": 22,
        "ToPort": 22,
        "UserIdGroupPairs": [],
        "IpRanges": [{"CidrIp": "0.0.0.0/0"}, {"CidrIp": "10.0.0.0/8"}],
        "Ipv6Ranges": [],
        "PrefixListIds": [],
    }
    assert lb["UserIdGroupPairs"] == [{"UserId": "000000000000", "GroupId": described(cloudlet, "lb")["GroupId"]}]
    assert group["IpPermissionsEgress"] == [
        {
            "IpProtocol": "-1",
            "UserIdGroupPairs": [],
            "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
            "Ipv6Ranges": [],
            "PrefixListIds": [],
        }
    ]


def test_a_rule_is_answered_with_its_id(cloudlet: Cloudlet, web: str) -> None:
    spec = "IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=10.0.0.0/8,Description=the office}]"

    answer = json.loads(cloudlet(*_AUTHORIZE, "--group-id", web, "--ip-permissions", spec, "--output", "json").stdout)

    (rule,) = answer["SecurityGroupRules"]
    assert answer["Return"] is True
    assert rule.pop("SecurityGroupRuleId").startswith("sgr-")
    assert rule.pop("SecurityGroupRuleArn").startswith("arn:aws:ec2:us-east-1:000000000000:security-group-rule/sgr-")
    assert rule == {
        "GroupId": web,
        "GroupOwnerId": "000000000000",
        "IsEgress": False,
        "IpProtocol": "tcp",
        "FromPort": 22,
        "ToPort": 22,
        "CidrIpv4": "10.0.0.0/8",
        "Description": "the office",
    }


def test_permissions_come_in_json_and_from_files_too(cloudlet: Cloudlet, web: str, tmp_path: Path) -> None:
    """As scripts hand them to `aws`."""
    rule = {"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    (tmp_path / "rules.json").write_text(json.dumps([rule, rule | {"FromPort": 54, "ToPort": 54}]))

    given = cloudlet(*_AUTHORIZE, "--group-id", web, "--ip-permissions", json.dumps([rule | {"IpProtocol": "tcp"}]))
    read = cloudlet(*_AUTHORIZE, "--group-id", web, "--ip-permissions", f"file://{tmp_path}/rules.json")

    assert (given.exit_code, read.exit_code) == (0, 0)
    assert [one["FromPort"] for one in described(cloudlet)["IpPermissions"]] == [53, 53, 54]


@pytest.mark.parametrize(
    ("protocol", "port", "expected"),
    [
        ("icmp", "-1", (-1, -1)),
        ("icmp", "all", (-1, -1)),
        ("icmp", "8", (8, -1)),
        ("icmp", "3-4", (3, 4)),
        ("1", "8", (8, -1)),
        ("icmp", "8--1", (8, -1)),
        ("tcp", "0-65535", (0, 65535)),
    ],
)
def test_ports_are_said_as_for_aws(
    cloudlet: Cloudlet, web: str, protocol: str, port: str, expected: tuple[int, int]
) -> None:
    """One number is the type of an ICMP message: 8 lets in pings, whose code is not 8."""
    words = ("--protocol", protocol, "--port", port, "--cidr", "0.0.0.0/0")
    assert cloudlet(*_AUTHORIZE, "--group-id", web, *words).exit_code == 0

    (permission,) = described(cloudlet)["IpPermissions"]
    assert (permission["FromPort"], permission["ToPort"]) == expected


def test_people_see_rules_a_line_each(cloudlet: Cloudlet, web: str) -> None:
    cloudlet(*_AUTHORIZE, "--group-id", web, *_SSH)
    cloudlet(*_AUTHORIZE, "--group-id", web, "--protocol", "-1", "--source-group", "default")

    rules = cloudlet("ec2", "describe-security-group-rules", "--filters", f"Name=group-id,Values={web}")
    groups = cloudlet("ec2", "describe-security-groups", "--group-ids", web)

    assert [line.split()[1:] for line in rules.stdout.splitlines()] == [
        ["ID", "GROUP", "WAY", "TRAFFIC", "PEER", "DESCRIPTION"],
        ["web", "out", "all", "0.0.0.0/0", "-"],
        ["web", "in", "tcp", "22", "0.0.0.0/0", "-"],
        ["web", "in", "all", "default", "-"],
    ]
    assert re.split(" {2,}", groups.stdout.splitlines()[1]) == [
        web,
        "web",
        "tcp 22 from 0.0.0.0/0; all from default",
        "all to 0.0.0.0/0",
        "Web servers",
    ]


def test_the_peers_of_the_same_traffic_stand_together(cloudlet: Cloudlet, web: str) -> None:
    for peer in ("10.0.0.0/8", "192.168.0.0/16"):
        cloudlet(*_AUTHORIZE, "--group-id", web, "--protocol", "tcp", "--port", "5432", "--cidr", peer)

    groups = cloudlet("ec2", "describe-security-groups", "--group-ids", web)

    assert "  tcp 5432 from 10.0.0.0/8, 192.168.0.0/16  " in groups.stdout


def test_filters_that_let_no_group_through_say_so(cloudlet: Cloudlet) -> None:
    outcome = cloudlet("ec2", "describe-security-groups", "--filters", "Name=group-name,Values=db")

    assert (outcome.exit_code, outcome.stdout) == (0, "")
    assert outcome.stderr == "no security group matches; see all: cloudlet ec2 describe-security-groups\n"


def test_a_rule_is_revoked_as_it_was_authorized_or_by_its_id(cloudlet: Cloudlet, web: str) -> None:
    rule_id = cloudlet(*_AUTHORIZE, "--group-name", "web", *_SSH, "-q").stdout.strip()

    first = cloudlet(*_REVOKE, "--group-name", "web", *_SSH, "--output", "json")
    again = cloudlet(*_REVOKE, "--group-name", "web", *_SSH)
    by_id = cloudlet(*_REVOKE, "--group-name", "web", "--security-group-rule-ids", rule_id)

    (revoked,) = json.loads(first.stdout)["RevokedSecurityGroupRules"]
    assert (revoked["SecurityGroupRuleId"], revoked["CidrIpv4"]) == (rule_id, "0.0.0.0/0")
    assert again.exit_code == by_id.exit_code == FAILED
    assert "(InvalidPermission.NotFound)" in again.stderr
    assert "(InvalidSecurityGroupRuleId.NotFound)" in by_id.stderr


def test_what_goes_out_can_be_narrowed(cloudlet: Cloudlet, web: str) -> None:
    everything = ("--group-id", web, "--protocol", "all", "--cidr", "0.0.0.0/0")
    https = ("--group-id", web, "--protocol", "tcp", "--port", "443", "--cidr", "0.0.0.0/0")

    assert cloudlet("ec2", "revoke-security-group-egress", *everything).exit_code == 0
    assert cloudlet("ec2", "authorize-security-group-egress", *https).exit_code == 0

    assert [one["FromPort"] for one in described(cloudlet)["IpPermissionsEgress"]] == [443]


def test_a_group_is_deleted_by_name_or_id(cloudlet: Cloudlet, web: str) -> None:
    outcome = cloudlet("ec2", "delete-security-group", "--group-id", web, "--output", "json")

    assert json.loads(outcome.stdout) == {"Return": True, "GroupId": web}
    assert cloudlet("ec2", "delete-security-group", "--group-name", "web").exit_code == FAILED


def test_tags_are_kept_and_found_by(cloudlet: Cloudlet) -> None:
    tags = "ResourceType=security-group,Tags=[{Key=stage,Value=test}]"
    cloudlet("ec2", "create-security-group", "--group-name", "a", "--description", "x", "--tag-specifications", tags)

    found = cloudlet("ec2", "describe-security-groups", "--filters", "Name=tag:stage,Values=test", "--output", "json")

    assert [one["Tags"] for one in json.loads(found.stdout)["SecurityGroups"]] == [[{"Key": "stage", "Value": "test"}]]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--group-id", "web", *_SSH), "InvalidGroupId.Malformed"),
        ((*_SSH,), "MissingParameter"),
        (("--group-id", "sg-0123456789abcdef0", "--group-name", "web", *_SSH), "InvalidParameterCombination"),
        (("--group-name", "web"), "MissingParameter"),
        (("--group-name", "web", "--protocol", "tcp", "--port", "22"), "MissingParameter"),
        (("--group-name", "web", "--cidr", "0.0.0.0/0"), "MissingParameter"),
        (("--group-name", "web", "--protocol", "tpc", "--cidr", "0.0.0.0/0"), "InvalidParameterValue"),
        (("--group-name", "web", *_SSH, "--ip-permissions", "IpProtocol=-1"), "InvalidParameterCombination"),
        (("--group-name", "web", "--ip-permissions", "IpProtocols=-1"), "UnknownParameter"),
    ],
)
def test_what_can_never_work_is_a_usage_error_with_awss_code(
    cloudlet: Cloudlet, words: tuple[str, ...], code: str
) -> None:
    outcome = cloudlet(*_AUTHORIZE, *words)

    assert outcome.exit_code == USAGE
    assert f"({code})" in outcome.stderr


@pytest.mark.parametrize(
    "words", [("--protocol", "tcp", "--port", "ssh", "--cidr", "0.0.0.0/0"), ("--ip-permissions", "IpProtocol")]
)
def test_what_cannot_be_read_is_a_usage_error(cloudlet: Cloudlet, web: str, words: tuple[str, ...]) -> None:
    assert cloudlet(*_AUTHORIZE, "--group-id", web, *words).exit_code == USAGE


def test_a_group_that_is_not_here_fails_with_the_nearest_name(cloudlet: Cloudlet, web: str) -> None:
    outcome = cloudlet(*_AUTHORIZE, "--group-name", "wep", *_SSH)

    assert outcome.exit_code == FAILED
    assert "(InvalidGroup.NotFound)" in outcome.stderr
    assert outcome.stderr.splitlines()[-1] == "hint: did you mean web?"


@pytest.mark.parametrize(
    "verb",
    [
        "create-security-group",
        "describe-security-groups",
        "authorize-security-group-ingress",
        "authorize-security-group-egress",
        "revoke-security-group-ingress",
        "revoke-security-group-egress",
        "describe-security-group-rules",
        "delete-security-group",
    ],
)
def test_help_shows_an_example(cloudlet: Cloudlet, verb: str) -> None:
    outcome = cloudlet("ec2", verb, "--help")

    assert outcome.exit_code == 0
    assert f"cloudlet ec2 {verb}" in outcome.stdout
