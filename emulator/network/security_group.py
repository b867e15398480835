"""A security group: rules for what its members may receive and send. What no rule lets through is dropped."""

from collections.abc import Iterator
from dataclasses import dataclass, field

ANY = -1
"""As a port: every port, or a protocol without ports; as an ICMP type or code: every one."""
ALL_PROTOCOLS = "-1"
WITH_PORTS = ("tcp", "udp")
ICMP = ("icmp", "icmpv6")
EVERYWHERE = "0.0.0.0/0"
DEFAULT_NAME = "default"


@dataclass(frozen=True)
class Permission:
    """One kind of traffic with one peer. Two that let the same through are equal, whatever their descriptions."""

    protocol: str
    """`tcp`, `udp`, `icmp`, `icmpv6`, the number of another one, or `-1` for all of them."""
    from_port: int
    to_port: int
    cidr: str | None = None
    peer_group: str | None = None
    """The id of a group whose members are the peer; one of this and `cidr` is set."""
    description: str | None = field(default=None, compare=False)

    @property
    def is_ipv6(self) -> bool:
        return self.cidr is not None and ":" in self.cidr


@dataclass(frozen=True)
class Rule:
    """A permission that a group has."""

    id: str
    group_id: str
    is_egress: bool
    permission: Permission


@dataclass(frozen=True)
class SecurityGroup:
    """A group as it is now; rules in the order in which they were added."""

    id: str
    name: str
    description: str
    rules: tuple[Rule, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)

    def permissions(self, *, egress: bool) -> Iterator[Permission]:
        """Yield what the group lets out, or in."""
        return (rule.permission for rule in self.rules if rule.is_egress is egress)
