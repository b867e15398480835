"""The default VPC: zones, subnets and addresses, and the security groups that filter what instances hear and say.

Nothing here runs: rules are files, which the interfaces of instances read.
"""

from emulator.network.firewall import Interfaces
from emulator.network.member import Member
from emulator.network.security_group import SecurityGroup
from emulator.network.service import Network
from emulator.network.vpc import Subnet, Vpc

__all__ = ["Interfaces", "Member", "Network", "SecurityGroup", "Subnet", "Vpc"]
