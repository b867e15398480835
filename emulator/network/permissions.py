"""Permissions read from AWS's `IpPermissions`: a structure of lists that says several at once."""

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emulator.errors import nearest
from emulator.network.group_errors import InvalidRuleError
from emulator.network.security_group import ALL_PROTOCOLS, ANY, DEFAULT_NAME, ICMP, WITH_PORTS, Permission
from emulator.settings import ACCOUNT_ID

_PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", "all": ALL_PROTOCOLS}
_MOST_PORT = 65535
_MOST_ICMP = 255

_FIELDS = ("IpProtocol", "FromPort", "ToPort", "IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds")
_PEERS = {
    "IpRanges": ("CidrIp", "Description"),
    "Ipv6Ranges": ("CidrIpv6", "Description"),
    "UserIdGroupPairs": ("GroupId", "GroupName", "Description", "UserId", "VpcId"),
}
_DESCRIPTION = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")


def read_permissions(structures: Sequence[Mapping[str, Any]]) -> list[Permission]:
    """
    Return the permissions that *structures* say, one for each peer; groups are still as they were called.

    InvalidRuleError says what is wrong with a port, a range, a protocol, or a field that is none.
    """
    found = [permission for structure in structures for permission in _permissions(structure)]
    if not found:
        raise InvalidRuleError(
            "The request must contain the parameter ipPermissions",
            code="MissingParameter",
            hint="add --protocol, --port and --cidr or --source-group, or --ip-permissions",
        )
    return found


def check_description(text: str, what: str = "rule") -> None:
    """Refuse a description with characters that AWS does not allow, or too many of them."""
    if not _DESCRIPTION.fullmatch(text):
        raise InvalidRuleError(
            f"Invalid {what} description. Valid descriptions are strings less than 256 characters from the following"
            " set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
        )


def check_name(text: str) -> None:
    """Refuse what cannot be the name of a security group."""
    if text == DEFAULT_NAME:
        raise InvalidRuleError(f"Cannot use reserved security group name: {text}", hint="choose another name")
    reason = None
    if text.lower().startswith("sg-"):
        reason = "Group names may not be in the format sg-*."
    elif not text.isascii():
        reason = "Character sets beyond ASCII are not supported."
    elif not text.strip() or not _DESCRIPTION.fullmatch(text):
        reason = "A name has 1 to 255 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
    if reason is not None:
        raise InvalidRuleError(f"Value ({text}) for parameter GroupName is invalid. {reason}")


def _permissions(structure: Mapping[str, Any]) -> Iterator[Permission]:
    _check_fields(structure, _FIELDS)
    if structure.get("PrefixListIds"):
        raise InvalidRuleError("prefix lists are not supported", hint="give their ranges as IpRanges")
    protocol = _protocol(structure.get("IpProtocol"))
    ports = _ports(protocol, structure.get("FromPort"), structure.get("ToPort"))
    peers = [_read(kind, entry) for kind in _PEERS for entry in _entries(structure, kind)]
    if not peers:
        raise InvalidRuleError(
            "The request must contain the parameter ipRanges",
            code="MissingParameter",
            hint="say whom the rule is about: --cidr 0.0.0.0/0 or --source-group GROUP",
        )
    return (Permission(protocol, *ports, *peer) for peer in peers)


def _entries(structure: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    entries = structure.get(kind) or []
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise InvalidRuleError(f"{kind} is no list of structures", hint=f"write {kind}=[{{{_PEERS[kind][0]}=…}}]")
    return entries


def _read(kind: str, entry: Mapping[str, Any]) -> tuple[str | None, str | None, str | None]:
    """Return the range, the group and the description that an entry of a list of peers gives."""
    _check_fields(entry, _PEERS[kind])
    description = None if entry.get("Description") is None else str(entry["Description"])
    check_description(description or "")
    if kind == "UserIdGroupPairs":
        if str(entry.get("UserId", ACCOUNT_ID)) != ACCOUNT_ID:
            raise InvalidRuleError(f"Invalid value '{entry['UserId']}' for UserId.", hint=f"you are {ACCOUNT_ID}")
        return None, _required(entry, "GroupId" if entry.get("GroupId") else "GroupName"), description
    version = ipaddress.IPv6Network if kind == "Ipv6Ranges" else ipaddress.IPv4Network
    return _cidr(_required(entry, _PEERS[kind][0]), version), None, description


def _cidr(text: str, version: type[ipaddress.IPv4Network] | type[ipaddress.IPv6Network]) -> str:
    """Return a range without the bits that its prefix leaves out: `10.1.2.3/8` is `10.0.0.0/8`."""
    try:
        if not re.fullmatch(r"[^/]+/\d{1,3}", text, re.ASCII):
            raise ValueError  # noqa: TRY301 - the next line's reason, too, is of no use to the user
        return str(version(text, strict=False))
    except ValueError:
        example = "10.0.0.0/8" if version is ipaddress.IPv4Network else "2001:db8::/32"
        raise InvalidRuleError(
            f"CIDR block {text} is malformed",
            hint=f"write a range such as {example}; one address is a range of /{version(0).max_prefixlen}",
        ) from None


def _protocol(value: Any) -> str:
    text = "" if value is None else str(value).lower()
    if not text:
        raise InvalidRuleError(
            "The request must contain the parameter ipProtocol", code="MissingParameter", hint="add --protocol tcp"
        )
    protocol = _PROTOCOLS.get(text, text)
    if protocol in (*WITH_PORTS, *ICMP, ALL_PROTOCOLS):
        return protocol
    if re.fullmatch(r"\d{1,3}", text, re.ASCII) and int(text) <= _MOST_ICMP:
        return str(int(text))
    known = ("tcp", "udp", "icmp", "icmpv6", "all")
    raise InvalidRuleError(
        f"Invalid value '{value}' for IP protocol. Unknown protocol.",
        hint=nearest(text, known) or f"choose from {', '.join(known)}, or give a number",
    )


def _ports(protocol: str, first: Any, last: Any) -> tuple[int, int]:
    if protocol in ICMP:
        return _icmp(_number(first, "FromPort"), _number(last, "ToPort"))
    if protocol not in WITH_PORTS:
        return ANY, ANY
    low, high = _number(first, "FromPort"), _number(last, "ToPort")
    if low is None or high is None:
        raise InvalidRuleError(
            "Invalid value for portRange. Must specify both from and to ports with TCP/UDP.",
            hint="add --port 22, or --port 0-65535 for all of them",
        )
    for name, port in (("from", low), ("to", high)):
        if not 0 <= port <= _MOST_PORT:
            raise InvalidRuleError(f"TCP/UDP ({name}) port ({port}) out of range", hint=f"ports are 0 to {_MOST_PORT}")
    if low > high:
        raise InvalidRuleError(f"Invalid TCP/UDP port range ({low}:{high})", hint=f"write --port {high}-{low}")
    return low, high


def _icmp(kind: int | None, code: int | None) -> tuple[int, int]:
    kind, code = ANY if kind is None else kind, ANY if code is None else code
    for name, value in (("type", kind), ("code", code)):
        if not ANY <= value <= _MOST_ICMP:
            raise InvalidRuleError(f"ICMP {name} ({value}) out of range", hint="-1 stands for any; 8 is a ping")
    if kind == ANY and code != ANY:
        raise InvalidRuleError(f"ICMP code ({code}) out of range", hint="a code means something of one type only")
    return kind, code


def _number(value: Any, name: str) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,9}", str(value), re.ASCII):
        raise InvalidRuleError(f"Invalid value '{value}' for {name}: it is no number")
    return int(value)


def _required(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    if not value:
        raise InvalidRuleError(f"The request must contain the parameter {name}", code="MissingParameter")
    return str(value)


def _check_fields(structure: Mapping[str, Any], fields: Sequence[str]) -> None:
    for name in structure:
        if name not in fields:
            raise InvalidRuleError(
                f"Unknown parameter in ipPermissions: {name!r}",
                code="UnknownParameter",
                hint=nearest(name, fields) or f"there are {', '.join(fields)}",
            )
