"""What EC2 says about security groups when it cannot: AWS's codes and words, our hints."""

from collections.abc import Iterable, Sequence

from emulator.errors import ConflictError, InvalidRequestError, NotFoundError, nearest
from emulator.network.security_group import ALL_PROTOCOLS, ANY, ICMP, Permission
from emulator.resources.references import list_hint, not_here

_LIST_HINT = list_hint("security-group")


class InvalidRuleError(InvalidRequestError):
    """A group or a rule of it cannot be like that."""

    code = "InvalidParameterValue"


class MalformedGroupIdError(InvalidRequestError):
    """It does not have the form of a security group's id."""

    code = "InvalidGroupId.Malformed"

    def __init__(self, text: str) -> None:
        super().__init__(
            f'Invalid id: "{text}" (expecting "sg-...")', hint=f"a name goes with the option for names; {_LIST_HINT}"
        )


class GroupNotFoundError(NotFoundError):
    """No security group has this id, or this name."""

    code = "InvalidGroup.NotFound"

    def __init__(self, references: Sequence[str], known: Iterable[str], vpc_id: str | None = None) -> None:
        where = f" in default VPC '{vpc_id}'" if vpc_id else ""
        super().__init__(
            f"{not_here('security group', references)}{where}",
            hint=nearest(references[0], known) or _LIST_HINT,
        )


class DuplicateGroupError(ConflictError):
    """The name is taken."""

    code = "InvalidGroup.Duplicate"

    def __init__(self, name: str, vpc_id: str) -> None:
        super().__init__(
            f"The security group '{name}' already exists for VPC '{vpc_id}'",
            hint=f"see it with `cloudlet ec2 describe-security-groups --group-names '{name}'`",
        )


class DefaultGroupError(ConflictError):
    """The default group stays."""

    code = "CannotDelete"

    def __init__(self, group_id: str) -> None:
        super().__init__(
            f'the specified group: "{group_id}" name: "default" cannot be deleted by a user',
            hint="its rules can be changed: see `cloudlet ec2 revoke-security-group-ingress --help`",
        )


class GroupInUseError(ConflictError):
    """Instances are in the group, or rules of other groups are about it."""

    code = "DependencyViolation"

    def __init__(self, group_id: str, users: Sequence[str], remedy: str) -> None:
        super().__init__(f"resource {group_id} has a dependent object: {', '.join(users)}", hint=remedy)


class DuplicatePermissionError(ConflictError):
    """The group has this rule already."""

    code = "InvalidPermission.Duplicate"

    def __init__(self, permission: Permission) -> None:
        super().__init__(
            f'the specified rule "{_spelled(permission)}" already exists',
            hint="nothing was changed; see the rules with `cloudlet ec2 describe-security-group-rules`",
        )


class PermissionNotFoundError(NotFoundError):
    """The group has no such rule."""

    code = "InvalidPermission.NotFound"

    def __init__(self, permission: Permission, group_id: str) -> None:
        super().__init__(
            f'The specified rule does not exist in this security group: "{_spelled(permission)}"',
            hint=f"see its rules with `cloudlet ec2 describe-security-group-rules --filters"
            f" Name=group-id,Values={group_id}`",
        )


class RuleNotFoundError(NotFoundError):
    """No rule has this id."""

    code = "InvalidSecurityGroupRuleId.NotFound"

    def __init__(self, rule_ids: Sequence[str]) -> None:
        super().__init__(
            not_here("security group rule ID", rule_ids),
            hint="list them with `cloudlet ec2 describe-security-group-rules`",
        )


ALREADY_SO = (DuplicatePermissionError, PermissionNotFoundError, RuleNotFoundError)
"""What a change is refused with that has been made before."""


class TooManyRulesError(ConflictError):
    """A group has its fill of rules in one direction."""

    code = "RulesPerSecurityGroupLimitExceeded"

    def __init__(self, most: int) -> None:
        super().__init__(
            "The maximum number of rules per security group has been reached.",
            hint=f"a group has at most {most} rules for each direction; one with a wider range may do for several",
        )


class TooManyGroupsError(ConflictError):
    """An instance cannot be in that many groups."""

    code = "SecurityGroupsPerInterfaceLimitExceeded"

    def __init__(self, most: int) -> None:
        super().__init__(
            "You have exceeded the maximum number of security groups allowed per network interface.",
            hint=f"an instance is in at most {most}",
        )


def _spelled(permission: Permission) -> str:
    """
    Return *permission* as AWS's messages spell it.

    >>> _spelled(Permission("tcp", 22, 22, cidr="0.0.0.0/0"))
    'peer: 0.0.0.0/0, TCP, from port: 22, to port: 22, ALLOW'
    """
    parts = [f"peer: {permission.cidr or permission.peer_group}"]
    first, last = ("ALL" if port == ANY else str(port) for port in (permission.from_port, permission.to_port))
    if permission.protocol == ALL_PROTOCOLS:
        parts.append("ALL")
    elif permission.protocol in ICMP:
        parts += [permission.protocol.upper(), f"type: {first}", f"code: {last}"]
    else:
        parts += [permission.protocol.upper(), f"from port: {first}", f"to port: {last}"]
    return ", ".join([*parts, "ALLOW"])
