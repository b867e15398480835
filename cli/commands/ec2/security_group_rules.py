"""`ec2 authorize-security-group-ingress` and `-egress`, `revoke-…`, and the rules that came of it."""

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands.ec2.groups import GroupId, GroupName, group_reference, traffic_text
from cli.commands.ec2.shared import DryRun, Filters, parse_filters
from cli.options import command, open_cloud
from cli.output import Answer
from emulator.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from emulator.cloud import Cloud
    from emulator.network.security_group import Rule

app = typer.Typer()

_Protocol = Annotated[
    str | None, typer.Option("--protocol", metavar="NAME", help="tcp, udp, icmp, a number, or -1 (all) for all.")
]
_Port = Annotated[
    str | None,
    typer.Option("--port", metavar="RANGE", help="22 or 80-90. Of icmp: the type, or TYPE-CODE, or -1 for any."),
]
_Cidr = Annotated[str | None, typer.Option("--cidr", metavar="RANGE", help="The other side: a range of addresses.")]
_SourceGroup = Annotated[
    str | None, typer.Option("--source-group", metavar="GROUP", help="Or the members of a group: its id or its name.")
]
_IpPermissions = Annotated[
    list[str] | None,
    typer.Option(
        "--ip-permissions",
        metavar="SPEC...",
        help="Rules, as `aws` takes them: IpProtocol=tcp,FromPort=80,ToPort=80,IpRanges=[{CidrIp=0.0.0.0/0}]",
    ),
]
_RuleIds = Annotated[
    list[str] | None, typer.Option("--security-group-rule-ids", metavar="ID...", help="The rules with these ids.")
]

_ICMP = ("icmp", "icmpv6", "1", "58")


@command(app, "describe-security-group-rules")
def describe_security_group_rules(
    security_group_rule_ids: _RuleIds = None,
    filters: Filters = None,
) -> Answer:
    """List the rules of security groups one by one, with their ids.

    \b
    cloudlet ec2 describe-security-group-rules
    cloudlet ec2 describe-security-group-rules --filters \\
        Name=is-egress,Values=false
    """
    from emulator.network.group_document import described_rules

    with open_cloud() as cloud:
        found = cloud.network.groups.describe_rules(security_group_rule_ids or [], parse_filters(filters))
        return _rules(found, described_rules(found, cloud.settings.region), cloud)


@command(app, "authorize-security-group-ingress")
def authorize_security_group_ingress(
    group_id: GroupId = None,
    group_name: GroupName = None,
    protocol: _Protocol = None,
    port: _Port = None,
    cidr: _Cidr = None,
    source_group: _SourceGroup = None,
    ip_permissions: _IpPermissions = None,
    dry_run: DryRun = False,
) -> Answer:
    """Let something in. It is in force when this returns, also in instances that run.

    \b
    cloudlet ec2 authorize-security-group-ingress --group-name web \\
        --protocol tcp --port 80 --cidr 0.0.0.0/0
    cloudlet ec2 authorize-security-group-ingress --group-name database \\
        --protocol tcp --port 5432 --source-group web
    """
    wanted = _structures(protocol, port, cidr, source_group, ip_permissions)
    return _authorize(group_reference(group_id, group_name), wanted, egress=False, dry_run=dry_run)


@command(app, "authorize-security-group-egress")
def authorize_security_group_egress(
    group_id: GroupId = None,
    group_name: GroupName = None,
    protocol: _Protocol = None,
    port: _Port = None,
    cidr: _Cidr = None,
    source_group: _SourceGroup = None,
    ip_permissions: _IpPermissions = None,
    dry_run: DryRun = False,
) -> Answer:
    """Let something out, of a group that no longer lets out everything.

    \b
    cloudlet ec2 authorize-security-group-egress \\
        --group-id sg-0123456789abcdef0 \\
        --protocol tcp --port 443 --cidr 0.0.0.0/0
    """
    wanted = _structures(protocol, port, cidr, source_group, ip_permissions)
    return _authorize(group_reference(group_id, group_name), wanted, egress=True, dry_run=dry_run)


@command(app, "revoke-security-group-ingress")
def revoke_security_group_ingress(
    group_id: GroupId = None,
    group_name: GroupName = None,
    protocol: _Protocol = None,
    port: _Port = None,
    cidr: _Cidr = None,
    source_group: _SourceGroup = None,
    ip_permissions: _IpPermissions = None,
    security_group_rule_ids: _RuleIds = None,
    dry_run: DryRun = False,
) -> Answer:
    """No longer let something in. Say it as when it was let in, or by the rule's id.

    \b
    cloudlet ec2 revoke-security-group-ingress --group-name web \\
        --protocol tcp --port 80 --cidr 0.0.0.0/0
    cloudlet ec2 revoke-security-group-ingress --group-name web \\
        --security-group-rule-ids sgr-0123456789abcdef0
    """
    wanted = _structures(protocol, port, cidr, source_group, ip_permissions)
    rule_ids = security_group_rule_ids or []
    return _revoke(group_reference(group_id, group_name), wanted, rule_ids, egress=False, dry_run=dry_run)


@command(app, "revoke-security-group-egress")
def revoke_security_group_egress(
    group_id: GroupId = None,
    group_name: GroupName = None,
    protocol: _Protocol = None,
    port: _Port = None,
    cidr: _Cidr = None,
    source_group: _SourceGroup = None,
    ip_permissions: _IpPermissions = None,
    security_group_rule_ids: _RuleIds = None,
    dry_run: DryRun = False,
) -> Answer:
    """No longer let something out. A new group has one such rule: all, to everywhere.

    \b
    cloudlet ec2 revoke-security-group-egress \\
        --group-id sg-0123456789abcdef0 --protocol all --cidr 0.0.0.0/0
    """
    wanted = _structures(protocol, port, cidr, source_group, ip_permissions)
    rule_ids = security_group_rule_ids or []
    return _revoke(group_reference(group_id, group_name), wanted, rule_ids, egress=True, dry_run=dry_run)


def _authorize(group: str, wanted: "Sequence[Mapping[str, Any]]", *, egress: bool, dry_run: bool) -> Answer:
    from emulator.network.group_document import authorized

    with open_cloud() as cloud:
        rules = cloud.network.groups.authorize(group, wanted, egress=egress, dry_run=dry_run)
        return _rules(rules, authorized(rules, cloud.settings.region), cloud)


def _revoke(
    group: str, wanted: "Sequence[Mapping[str, Any]]", rule_ids: "Sequence[str]", *, egress: bool, dry_run: bool
) -> Answer:
    from emulator.network.group_document import revoked

    with open_cloud() as cloud:
        rules = cloud.network.groups.revoke(group, wanted, rule_ids, egress=egress, dry_run=dry_run)
        return _rules(rules, revoked(rules), cloud)


def _structures(
    protocol: str | None, port: str | None, cidr: str | None, source_group: str | None, ip_permissions: list[str] | None
) -> list[dict[str, Any]]:
    """Return the permissions that the options say, as AWS spells them; none if they say nothing."""
    from cli.shorthand import structures

    model = "IpProtocol=tcp,FromPort=80,ToPort=80,IpRanges=[{CidrIp=0.0.0.0/0}]"
    told = [one for text in ip_permissions or () for one in structures(text, "--ip-permissions", model)]
    if (protocol, port, cidr, source_group) == (None, None, None, None):
        return told
    if told:
        raise InvalidRequestError(
            "The parameter ipPermissions cannot be used with the parameters ipProtocol, fromPort, toPort, cidrIp"
            " or sourceSecurityGroupName",
            code="InvalidParameterCombination",
            hint="say everything in --ip-permissions",
        )
    structure: dict[str, Any] = {"IpProtocol": protocol, **_port_range(port, protocol or "")}
    if cidr is not None:
        structure["IpRanges"] = [{"CidrIp": cidr}]
    if source_group is not None:
        structure["UserIdGroupPairs"] = [{"GroupName": source_group}]
    return [structure]


def _port_range(text: str | None, protocol: str) -> dict[str, int]:
    """Return what `--port` says: one number is both ends of a range, or the type of an ICMP message of any code."""
    if text is None:
        return {}
    if text in ("-1", "all"):
        return {"FromPort": -1, "ToPort": -1}
    match = re.fullmatch(r"(\d{1,9})(?:-(-?\d{1,9}))?", text, re.ASCII)
    if match is None:
        raise InvalidRequestError(f"--port {text!r} is no range of ports", hint="write 22, 80-90 or -1")
    first = int(match[1])
    last = -1 if protocol.lower() in _ICMP else first
    return {"FromPort": first, "ToPort": last if match[2] is None else int(match[2])}


def _rules(rules: "Sequence[Rule]", document: object, cloud: "Cloud") -> Answer:
    named = [one for rule in rules for one in (rule.group_id, rule.permission.peer_group) if one]
    names = cloud.network.groups.names(named)
    return Answer(
        document,
        columns=("RULE ID", "GROUP", "WAY", "TRAFFIC", "PEER", "DESCRIPTION"),
        rows=[
            (
                rule.id,
                names.get(rule.group_id, "-"),
                "out" if rule.is_egress else "in",
                traffic_text(rule.permission),
                rule.permission.cidr or names.get(rule.permission.peer_group or "", "-"),
                rule.permission.description or "-",
            )
            for rule in rules
        ],
        ids=[rule.id for rule in rules],
    )
