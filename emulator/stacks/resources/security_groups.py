"""AWS::EC2::SecurityGroup, and rules of their own: two groups that speak of each other need those."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from emulator.network.group_errors import DuplicatePermissionError, PermissionNotFoundError
from emulator.stacks.intrinsics import Facts
from emulator.stacks.records import StackResource
from emulator.stacks.resources.kind import Kind, Properties, Request, Scene, is_found, retag, tags_of
from emulator.stacks.shape import ANY, NUMBER, TAGS

_IN, _OUT = "SecurityGroupIngress", "SecurityGroupEgress"
_TRAFFIC = {
    **dict.fromkeys(("CidrIp", "CidrIpv6", "Description", "IpProtocol"), ANY),
    **dict.fromkeys(("FromPort", "ToPort"), NUMBER),
}
_SOURCES = ("SourceSecurityGroupId", "SourceSecurityGroupName")
_TARGETS = ("DestinationSecurityGroupId",)
_EVERYTHING = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


class SecurityGroup(Kind):
    """Who may reach its members, and whom they may reach: everybody, unless the template says something of it."""

    type = "AWS::EC2::SecurityGroup"
    shape: ClassVar[Properties] = {
        "GroupDescription": ANY,
        "GroupName": ANY,
        _OUT: [{**_TRAFFIC, **dict.fromkeys(_TARGETS, ANY)}],
        _IN: [{**_TRAFFIC, **dict.fromkeys(_SOURCES, ANY)}],
        "Tags": TAGS,
        "VpcId": ANY,
    }
    required = ("GroupDescription",)
    replacing = frozenset({"GroupDescription", "GroupName", "VpcId"})
    name_property = "GroupName"
    attributes = ("GroupId", "VpcId")

    def create(self, request: Request) -> Facts:
        said, groups = request.properties, request.cloud.network.groups
        group = groups.create(
            request.name("GroupName", 255), str(said["GroupDescription"]), said.get("VpcId"), tags_of(said.get("Tags"))
        )
        request.made(group.id)
        _set_rules(request, group.id, {})
        return _facts(request, group.id)

    def update(self, request: Request, before: StackResource) -> Facts:
        _set_rules(request, before.physical_id, before.properties)
        retag(request, before.physical_id, before)
        return _facts(request, before.physical_id)

    def delete(self, scene: Scene, resource: StackResource) -> None:
        scene.cloud.network.groups.delete(resource.physical_id)

    def is_there(self, scene: Scene, resource: StackResource) -> bool:
        return is_found(lambda: scene.cloud.network.groups.find(resource.physical_id))


class _Rule(Kind):
    """One rule, of a group that may be another's."""

    is_egress: ClassVar[bool]

    def create(self, request: Request) -> Facts:
        said = request.properties
        group = str(said.get("GroupId") or said["GroupName"])
        (rule,) = request.cloud.network.groups.authorize(group, [_permission(said)], egress=self.is_egress)
        request.made(rule.id)
        return Facts(rule.id, {"Id": rule.id})

    def update(self, request: Request, before: StackResource) -> Facts:
        return Facts(before.ref, before.attributes)

    def delete(self, scene: Scene, resource: StackResource) -> None:
        groups = scene.cloud.network.groups
        (rule,) = groups.describe_rules([resource.physical_id])
        groups.revoke(rule.group_id, rule_ids=[rule.id], egress=self.is_egress)

    def is_there(self, scene: Scene, resource: StackResource) -> bool:
        return is_found(lambda: scene.cloud.network.groups.describe_rules([resource.physical_id]))


class IngressRule(_Rule):
    """What a group lets in."""

    type = "AWS::EC2::SecurityGroupIngress"
    shape: ClassVar[Properties] = {
        **_TRAFFIC,
        **dict.fromkeys((*_SOURCES, "GroupId", "GroupName"), ANY),
    }
    required = ("IpProtocol",)
    replacing = frozenset(shape)
    attributes = ("Id",)
    is_egress = False


class EgressRule(_Rule):
    """What a group lets out."""

    type = "AWS::EC2::SecurityGroupEgress"
    shape: ClassVar[Properties] = {**_TRAFFIC, **dict.fromkeys((*_TARGETS, "GroupId"), ANY)}
    required = ("GroupId", "IpProtocol")
    replacing = frozenset(shape)
    attributes = ("Id",)
    is_egress = True


def _set_rules(request: Request, group_id: str, before: Properties) -> None:
    """
    Let in and out what the properties say, in place of what *before* said; rules of others stay.

    A shell that was killed may have done a part of it.
    """
    groups = request.cloud.network.groups
    for member, is_egress in ((_IN, False), (_OUT, True)):
        had, wanted = _permissions(before, member), _permissions(request.properties, member)
        for gone in (one for one in had if one not in wanted):
            with suppress(PermissionNotFoundError):
                groups.revoke(group_id, [gone], egress=is_egress)
        for new in (one for one in wanted if one not in had):
            with suppress(DuplicatePermissionError):
                groups.authorize(group_id, [new], egress=is_egress)


def _permissions(said: Properties, member: str) -> Sequence[Mapping[str, Any]]:
    """Return the rules in the form of EC2's requests. Of what goes out, nothing said is everything."""
    if member == _OUT and not said.get(member):
        return [_EVERYTHING]
    found: list[Mapping[str, Any]] = []
    for one in said.get(member, ()):
        permission = _permission(one)
        if permission not in found:
            found.append(permission)
    return found


def _permission(said: Properties) -> Mapping[str, Any]:
    permission: dict[str, Any] = {"IpProtocol": str(said["IpProtocol"])}
    permission |= {name: int(said[name]) for name in ("FromPort", "ToPort") if name in said}
    about = {"Description": said["Description"]} if "Description" in said else {}
    if "CidrIp" in said:
        permission["IpRanges"] = [{"CidrIp": said["CidrIp"], **about}]
    if "CidrIpv6" in said:
        permission["Ipv6Ranges"] = [{"CidrIpv6": said["CidrIpv6"], **about}]
    peer = next((said[name] for name in (*_SOURCES, *_TARGETS) if name in said), None)
    if peer is not None:
        permission["UserIdGroupPairs"] = [{"GroupId" if str(peer).startswith("sg-") else "GroupName": peer, **about}]
    return permission


def _facts(request: Request, group_id: str) -> Facts:
    return Facts(group_id, {"GroupId": group_id, "VpcId": request.cloud.network.groups.vpc_id})
