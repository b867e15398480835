"""What security groups and their rules can be found by."""

from collections.abc import Iterable, Mapping

from emulator.network.security_group import Permission, Rule, SecurityGroup
from emulator.resources.filters import Fields
from emulator.settings import ACCOUNT_ID

_PERMISSION = ("cidr", "from-port", "group-id", "group-name", "ipv6-cidr", "protocol", "to-port", "user-id")
_DIRECTIONS = {"ip-permission": False, "egress.ip-permission": True}

GROUP_FILTERS = (
    "description",
    "group-id",
    "group-name",
    "owner-id",
    "vpc-id",
    *(f"{direction}.{field}" for direction in _DIRECTIONS for field in _PERMISSION),
)
RULE_FILTERS = ("group-id", "is-egress", "security-group-rule-id")


def group_fields(group: SecurityGroup, vpc_id: str, names: Mapping[str, str]) -> Fields:
    """Return what *group* is found by; *names* are those of all groups, by id."""
    fields = {
        "description": {group.description},
        "group-id": {group.id},
        "group-name": {group.name},
        "owner-id": {ACCOUNT_ID},
        "vpc-id": {vpc_id},
    }
    for direction, egress in _DIRECTIONS.items():
        for name, values in _permission_fields(group.permissions(egress=egress), names).items():
            fields[f"{direction}.{name}"] = values
    return fields


def rule_fields(rule: Rule) -> Fields:
    """Return what *rule* is found by."""
    return {
        "group-id": {rule.group_id},
        "is-egress": {"true" if rule.is_egress else "false"},
        "security-group-rule-id": {rule.id},
    }


def _permission_fields(permissions: Iterable[Permission], names: Mapping[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {name: set() for name in _PERMISSION}
    for permission in permissions:
        found["protocol"].add(permission.protocol)
        found["from-port"].add(str(permission.from_port))
        found["to-port"].add(str(permission.to_port))
        if permission.cidr is not None:
            found["ipv6-cidr" if permission.is_ipv6 else "cidr"].add(permission.cidr)
        if permission.peer_group is not None:
            found["group-id"].add(permission.peer_group)
            found["group-name"].add(names.get(permission.peer_group, ""))
            found["user-id"].add(ACCOUNT_ID)
    return found
