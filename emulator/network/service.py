"""The network of one home, in one object: the default VPC, its security groups, and the filters of its instances."""

import functools
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from emulator.engine import Engine
from emulator.engine.vpc_range import VpcRange
from emulator.errors import InvalidRequestError
from emulator.home import Home
from emulator.network.interfaces import Interfaces
from emulator.network.vpc import Subnet, Vpc
from emulator.network.zones import Zone, check_zone
from emulator.settings import Settings
from emulator.state import Database

if TYPE_CHECKING:
    from emulator.network.finding import SubnetState, VpcState
    from emulator.network.firewall import Firewall
    from emulator.network.member import Member
    from emulator.network.security_groups import SecurityGroups
    from emulator.resources.filters import Filter


class Network:
    """Says where instances are, and lets through to them what their security groups allow."""

    def __init__(
        self,
        engine: Engine,
        database: Database,
        home: Home,
        settings: Settings,
        interfaces: Interfaces,
        members: "Callable[[], Collection[Member]]",
    ) -> None:
        """*members* are all living instances, as they are written down; it is asked anew each time."""
        self._networks = engine.networks
        self._database = database
        self._home = home
        self._region = settings.region
        self._interfaces = interfaces
        self._members = members

    @functools.cached_property
    def groups(self) -> "SecurityGroups":
        from emulator.network.security_groups import SecurityGroups

        return SecurityGroups(self._database, self._home.id, self._members, self._enforced)

    @functools.cached_property
    def _firewall(self) -> "Firewall":
        from emulator.network.firewall import Firewall

        return Firewall(self._home, self._interfaces, self._members, self.groups.all)

    def group_names(self, ids: Collection[str]) -> dict[str, str]:
        """Return the names of those of *ids* that are security groups; after the loss of a home, some may not be."""
        rows = self._database.rows("SELECT id, name FROM security_group")
        found = {row["id"]: row["name"] for row in rows if row["id"] in ids}
        return found if len(found) == len({*ids}) else self.groups.names(ids)  # the default one may have to be made

    def vpc(self) -> Vpc:
        """Return the default VPC; where no engine can be asked, as it would be made."""
        return Vpc.default(self._home.id, self._region, self._range)

    def subnet(self, subnet_id: str | None = None, zone: str | None = None, private_ip: str | None = None) -> Subnet:
        """Return the subnet for an instance that is to be there; the first zone's, if nothing is asked for."""
        vpc = self.vpc()
        if zone is not None:
            check_zone(zone, self._region)
        if subnet_id is not None:
            subnet = vpc.subnet(subnet_id)
        elif zone is not None:
            subnet = vpc.subnet_in(zone)
        elif private_ip is not None:
            subnet = vpc.subnet_of(private_ip)
        else:
            subnet = vpc.subnets[0]
        if zone not in (None, subnet.zone):
            raise InvalidRequestError(
                f"The subnet '{subnet.id}' is not in the availability zone '{zone}'.",
                code="InvalidParameterCombination",
                hint=f"it is in {subnet.zone}; leave one of the two out",
            )
        if private_ip is not None:
            subnet.check(private_ip)
        return subnet

    def describe_zones(
        self, names: Sequence[str] = (), ids: Sequence[str] = (), filters: "Sequence[Filter]" = ()
    ) -> list[Zone]:
        """Return the zones with these names and ids, or all; one that is none is an error. No engine is asked."""
        from emulator.network.finding import find_zones

        return find_zones(self._region, names, ids, filters)

    def describe_vpcs(self, ids: Sequence[str] = (), filters: "Sequence[Filter]" = ()) -> "list[VpcState]":
        """Return the default VPC, if it is what is looked for."""
        from emulator.network.finding import VpcState, find_vpcs
        from emulator.resources.tags import read_tags

        vpc = self.vpc()
        return find_vpcs(VpcState(vpc, read_tags(self._database).get(vpc.id, {})), ids, filters)

    def describe_subnets(self, ids: Sequence[str] = (), filters: "Sequence[Filter]" = ()) -> "list[SubnetState]":
        """Return the subnets with these ids, or all, and how many addresses they have left."""
        from emulator.network.finding import SubnetState, find_subnets
        from emulator.resources.tags import read_tags

        tags = read_tags(self._database)
        taken = self.taken()
        states = [SubnetState(one, one.free_addresses(taken), tags.get(one.id, {})) for one in self.vpc().subnets]
        return find_subnets(states, ids, filters)

    def taken(self) -> set[str]:
        """Return the addresses that nobody else can get: of this home's instances, and of all that runs in the VPC."""
        return {member.private_ip for member in self._members()} | self._networks.addresses()

    def refresh(self) -> list[str]:
        """
        Write the rules that are out of date, and return the ids of their instances.

        To be called when instances have come, gone, or changed their groups; `settle` waits until all is in force.
        """
        return self._firewall.write(self._range) if self._firewall.is_needed() else []

    def settle(self) -> None:
        """Return when what is written is in force wherever an interface runs; an EmulatorError if it cannot be."""
        self._firewall.wait()

    def settle_one(self, instance_id: str) -> None:
        """Return when what is written for one instance, whose interface was started just now, is in force."""
        self._firewall.wait_for(instance_id)

    @functools.cached_property
    def _range(self) -> VpcRange:
        """What the engine says of it, asked once: while anything of ours is in the VPC, nobody can make it anew."""
        return self._networks.vpc_range()

    @contextmanager
    def _enforced(self) -> Iterator[None]:
        """Have what is changed inside be in force afterwards; also what is refused there because it is so already."""
        from emulator.network.group_errors import ALREADY_SO

        try:
            yield
        except ALREADY_SO:  # since a shell changed it that was killed before it was in force, perhaps
            self._enforce()
            raise
        self._enforce()

    def _enforce(self) -> None:
        self.refresh()
        self.settle()
