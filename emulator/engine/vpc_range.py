"""The default VPC's range of addresses, and how it is divided.

Blocks of one size: the first three are the zones' subnets, the last one is the engine's. It gives addresses by itself
to whoever asks for none, and must never give away one that a stopped instance counts on.
"""

import ipaddress
from dataclasses import dataclass

from emulator.errors import InvalidRequestError

_BLOCK_PREFIX = 20  # AWS's size of a default subnet
_WIDEST, _NARROWEST = 16, 26
_ZONES = 3


@dataclass(frozen=True)
class VpcRange:
    """A range such as 172.31.0.0/16."""

    network: ipaddress.IPv4Network
    gateway: str
    """This machine's own address in it."""

    @classmethod
    def of(cls, cidr: str, gateway: str | None = None) -> "VpcRange":
        """
        Return the range that *cidr* spells; InvalidRequestError if it is none, or of no use as one.

        This machine has the first address if no other is said to be its *gateway*.
        """
        try:
            network = ipaddress.IPv4Network(cidr)
        except ValueError as error:
            raise InvalidRequestError(
                f"The CIDR '{cidr}' is invalid: {error}",
                code="InvalidVpc.Range",
                hint="set CLOUDLET_VPC_CIDR to a range such as 172.31.0.0/16",
            ) from error
        if not _WIDEST <= network.prefixlen <= _NARROWEST:
            raise InvalidRequestError(
                f"The CIDR '{cidr}' is invalid.",
                code="InvalidVpc.Range",
                hint=f"set CLOUDLET_VPC_CIDR to a range of /{_WIDEST} to /{_NARROWEST}, such as 172.31.0.0/16",
            )
        return cls(network, gateway or str(network[1]))

    @property
    def cidr(self) -> str:
        return str(self.network)

    @property
    def subnets(self) -> tuple[str, ...]:
        """Return the ranges of the zones' subnets, in the order of the zones.

        >>> VpcRange.of("172.31.0.0/16").subnets
        ('172.31.0.0/20', '172.31.16.0/20', '172.31.32.0/20')
        """
        return tuple(str(block) for block in self._blocks()[:_ZONES])

    @property
    def automatic(self) -> str:
        """Return the range from which the engine gives addresses by itself.

        >>> VpcRange.of("10.0.0.0/24").automatic
        '10.0.0.192/26'
        """
        return str(self._blocks()[-1])

    def _blocks(self) -> list[ipaddress.IPv4Network]:
        return list(self.network.subnets(new_prefix=max(_BLOCK_PREFIX, self.network.prefixlen + 2)))
