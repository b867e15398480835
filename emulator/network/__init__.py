"""The default VPC: zones, subnets and addresses, and the security groups that filter what instances hear and say.

Nothing here runs: rules are files, which the interfaces of instances read.
"""

from typing import TYPE_CHECKING

from emulator.lazy import lazily

if TYPE_CHECKING:
    from emulator.network.interfaces import Interfaces as Interfaces
    from emulator.network.member import Member as Member
    from emulator.network.security_group import SecurityGroup as SecurityGroup
    from emulator.network.service import Network as Network
    from emulator.network.vpc import Subnet as Subnet
    from emulator.network.vpc import Vpc as Vpc

__getattr__ = lazily(
    __name__,
    interfaces="Interfaces",
    member="Member",
    security_group="SecurityGroup",
    service="Network",
    vpc="Subnet Vpc",
)
