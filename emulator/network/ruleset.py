"""The packet filter of one instance: what its security groups say, as a script for `nft -f`.

Pure. The script replaces the table `inet cloudlet` whole, in one transaction of the kernel, and touches no other. Its
first line is its generation, by which it can be told which script is in force.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, collapse_addresses

from emulator.network.security_group import ALL_PROTOCOLS, ANY, EVERYWHERE, ICMP, WITH_PORTS, Permission, SecurityGroup

_EVERYTHING_OUT = Permission(ALL_PROTOCOLS, ANY, ANY, cidr=EVERYWHERE)


def ruleset(
    groups: Iterable[SecurityGroup], members: Mapping[str, Collection[str]], gateway: str, vpc_cidr: str
) -> str:
    """
    Return the script for an instance that is in *groups*; *members* are the addresses of each group's members.

    The *gateway* is this machine: whatever it sends comes in, since what is published is asked for from there. All of
    IPv6 stays out: the VPC has none.
    """
    known = list(groups)
    incoming = _permissions(known, egress=False)
    outgoing = _permissions(known, egress=True)
    everything_out = _EVERYTHING_OUT in outgoing
    mentioned = {one.peer_group for one in (*incoming, *([] if everything_out else outgoing)) if one.peer_group}
    content = "\n".join(
        [
            "table inet cloudlet",
            "delete table inet cloudlet",
            "table inet cloudlet {",
            *_indented(
                line for group_id in sorted(mentioned) for line in _address_set(group_id, members.get(group_id, ()))
            ),
            *_indented(_input_chain(incoming, gateway)),
            *_indented(_output_chain(outgoing, everything_out, vpc_cidr)),
            *_indented(["chain forward {", "\ttype filter hook forward priority filter; policy drop;", "}"]),
            "}",
            "",
        ]
    )
    return f"# {hashlib.sha256(content.encode()).hexdigest()[:16]}\n{content}"


def generation(script: str) -> str:
    """Return the generation that the first line of a script says; empty if it says none."""
    mark, _, value = script.partition("\n")[0].partition(" ")
    return value.strip() if mark == "#" else ""


def _permissions(groups: Sequence[SecurityGroup], *, egress: bool) -> set[Permission]:
    return {one for group in groups for one in group.permissions(egress=egress) if not one.is_ipv6}


def _address_set(group_id: str, addresses: Collection[str]) -> list[str]:
    """Return the set of a group's members; it may be empty, and matches nobody then."""
    elements = ", ".join(str(address) for address in sorted(IPv4Address(one) for one in set(addresses)))
    return [
        f"set {group_id} {{",
        "\ttype ipv4_addr",
        *([f"\telements = {{ {elements} }}"] if elements else []),
        "}",
    ]


def _input_chain(permissions: Collection[Permission], gateway: str) -> list[str]:
    return [
        "chain input {",
        "\ttype filter hook input priority filter; policy drop;",
        '\tiifname "lo" accept',
        "\tct state established,related accept",
        f"\tip saddr {gateway} accept",
        *_indented(_rules(permissions, "saddr")),
        "}",
    ]


def _output_chain(permissions: Collection[Permission], everything: bool, vpc_cidr: str) -> list[str]:
    if everything:
        return ["chain output {", "\ttype filter hook output priority filter; policy accept;", "}"]
    return [
        "chain output {",
        "\ttype filter hook output priority filter; policy drop;",
        '\toifname "lo" accept',
        "\tct state established,related accept",
        # Names are found whatever the rules say, as on AWS. The engine's name server, which is on lo, asks that of
        # this machine from within the instance's network.
        f"\tip daddr != {vpc_cidr} meta l4proto {{ tcp, udp }} th dport 53 accept",
        *_indented(_rules(permissions, "daddr")),
        "}",
    ]


def _rules(permissions: Collection[Permission], side: str) -> Iterator[str]:
    """Yield the rules for *permissions*, those for the same traffic together; *side* is `saddr` or `daddr`."""
    by_traffic: dict[str, list[Permission]] = defaultdict(list)
    for permission in permissions:
        by_traffic[_traffic(permission)].append(permission)
    for traffic in sorted(by_traffic):
        same = by_traffic[traffic]
        if ranges := _ranges(one.cidr for one in same if one.cidr is not None):
            peer = "meta nfproto ipv4" if ranges == [EVERYWHERE] else f"ip {side} {{ {', '.join(ranges)} }}"
            yield f"{peer}{traffic} accept"
        for group_id in sorted({one.peer_group for one in same if one.peer_group is not None}):
            yield f"ip {side} @{group_id}{traffic} accept"


def _traffic(permission: Permission) -> str:
    """
    Return what a packet must be besides from or for the peer, after a blank; empty for anything.

    >>> _traffic(Permission("tcp", 80, 90)), _traffic(Permission("icmp", 8, -1)), _traffic(Permission("-1", -1, -1))
    (' tcp dport 80-90', ' icmp type 8', '')
    """
    protocol, first, last = permission.protocol, permission.from_port, permission.to_port
    if protocol == ALL_PROTOCOLS:
        return ""
    if protocol in WITH_PORTS:
        return f" {protocol} dport {first}" + ("" if first == last else f"-{last}")
    if protocol in ICMP and first != ANY:
        return f" {protocol} type {first}" + ("" if last == ANY else f" {protocol} code {last}")
    return f" meta l4proto {_NUMBERS.get(protocol, protocol)}"


_NUMBERS = {"icmp": "1", "icmpv6": "58"}


def _ranges(cidrs: Iterable[str]) -> list[str]:
    """Return the same addresses in ranges that do not overlap, which is how the kernel wants them."""
    return [str(network) for network in collapse_addresses(IPv4Network(cidr) for cidr in cidrs)]


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"\t{line}" for line in lines]
