"""Security groups in the shape of AWS's answers."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from emulator.network.security_group import ALL_PROTOCOLS, Permission, Rule, SecurityGroup
from emulator.resources.tags import tag_documents
from emulator.settings import ACCOUNT_ID

Document = dict[str, Any]


def created(group: SecurityGroup, region: str) -> Document:
    """Return the answer of CreateSecurityGroup."""
    return {
        "GroupId": group.id,
        **({"Tags": tag_documents(group.tags)} if group.tags else {}),
        "SecurityGroupArn": _arn(region, "security-group", group.id),
    }


def deleted(group: SecurityGroup) -> Document:
    """Return the answer of DeleteSecurityGroup."""
    return {"Return": True, "GroupId": group.id}


def described(groups: Iterable[SecurityGroup], region: str, vpc_id: str) -> Document:
    """Return the answer of DescribeSecurityGroups."""
    return {
        "SecurityGroups": [
            {
                "GroupId": group.id,
                "IpPermissionsEgress": _ip_permissions(group.permissions(egress=True)),
                **({"Tags": tag_documents(group.tags)} if group.tags else {}),
                "VpcId": vpc_id,
                "SecurityGroupArn": _arn(region, "security-group", group.id),
                "OwnerId": ACCOUNT_ID,
                "GroupName": group.name,
                "Description": group.description,
                "IpPermissions": _ip_permissions(group.permissions(egress=False)),
            }
            for group in groups
        ]
    }


def described_rules(rules: Iterable[Rule], region: str) -> Document:
    """Return the answer of DescribeSecurityGroupRules."""
    return {"SecurityGroupRules": [_rule(rule, region) for rule in rules]}


def authorized(rules: Iterable[Rule], region: str) -> Document:
    """Return the answer of AuthorizeSecurityGroupIngress and -Egress."""
    return {"Return": True, "SecurityGroupRules": [_rule(rule, region) for rule in rules]}


def revoked(rules: Iterable[Rule]) -> Document:
    """Return the answer of RevokeSecurityGroupIngress and -Egress."""
    return {
        "Return": True,
        "RevokedSecurityGroupRules": [
            {
                "SecurityGroupRuleId": rule.id,
                "GroupId": rule.group_id,
                "IsEgress": rule.is_egress,
                **_traffic(rule.permission),
                **_range(rule.permission),
                **({"ReferencedGroupId": rule.permission.peer_group} if rule.permission.peer_group else {}),
                **_description(rule.permission),
            }
            for rule in rules
        ],
    }


def _rule(rule: Rule, region: str) -> Document:
    peer = rule.permission.peer_group
    return {
        "SecurityGroupRuleId": rule.id,
        "GroupId": rule.group_id,
        "GroupOwnerId": ACCOUNT_ID,
        "IsEgress": rule.is_egress,
        **_traffic(rule.permission),
        **_range(rule.permission),
        **({"ReferencedGroupInfo": {"GroupId": peer, "UserId": ACCOUNT_ID}} if peer else {}),
        **_description(rule.permission),
        "SecurityGroupRuleArn": _arn(region, "security-group-rule", rule.id),
    }


def _ip_permissions(permissions: Iterable[Permission]) -> list[Document]:
    """Return one structure for each kind of traffic, with its peers in lists."""

    def kind(permission: Permission) -> tuple[str, int, int]:
        return permission.protocol, permission.from_port, permission.to_port

    return [_ip_permission(list(same)) for _, same in groupby(sorted(permissions, key=kind), key=kind)]


def _ip_permission(same: list[Permission]) -> Document:
    first = same[0]
    ports = {"FromPort": first.from_port, "ToPort": first.to_port}
    return {
        "IpProtocol": first.protocol,
        **({} if first.protocol == ALL_PROTOCOLS else ports),
        "UserIdGroupPairs": [
            {**_description(one), "UserId": ACCOUNT_ID, "GroupId": one.peer_group} for one in same if one.peer_group
        ],
        "IpRanges": [{**_description(one), "CidrIp": one.cidr} for one in same if one.cidr and not one.is_ipv6],
        "Ipv6Ranges": [{**_description(one), "CidrIpv6": one.cidr} for one in same if one.is_ipv6],
        "PrefixListIds": [],
    }


def _traffic(permission: Permission) -> Document:
    return {"IpProtocol": permission.protocol, "FromPort": permission.from_port, "ToPort": permission.to_port}


def _range(permission: Permission) -> Document:
    if permission.cidr is None:
        return {}
    return {"CidrIpv6" if permission.is_ipv6 else "CidrIpv4": permission.cidr}


def _description(permission: Permission) -> Document:
    return {} if permission.description is None else {"Description": permission.description}


def _arn(region: str, kind: str, resource_id: str) -> str:
    return f"arn:aws:ec2:{region}:{ACCOUNT_ID}:{kind}/{resource_id}"
