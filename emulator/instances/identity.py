"""What an instance is told about itself, kept true: written at launch, and again whenever something of it changes."""

from collections.abc import Mapping
from dataclasses import dataclass

from emulator.errors import NotFoundError
from emulator.home import Home
from emulator.ids import content_id
from emulator.instances.folder import InstanceFolder
from emulator.instances.model import Launch
from emulator.instances.neighbours import Neighbours
from emulator.metadata import InstanceFacts, LoginKey, NamedGroup, mac_for, metadata_document, write_metadata
from emulator.processor import architecture

PUBLIC_IP = "127.0.0.1"
PUBLIC_DNS_NAME = "localhost"


@dataclass(frozen=True)
class Identity:
    """Writes instances' metadata."""

    home: Home
    neighbours: Neighbours

    def write(self, launch: Launch, tags: Mapping[str, str]) -> None:
        """Have the instance hear what *launch* and *tags* say of it from now on."""
        folder = InstanceFolder(self.home, launch.instance_id)
        write_metadata(folder.interface, metadata_document(self._facts(launch, tags, folder)))

    def _facts(self, launch: Launch, tags: Mapping[str, str], folder: InstanceFolder) -> InstanceFacts:
        vpc = self.neighbours.network.vpc()
        subnet = vpc.subnet_of(launch.private_ip)
        names = self.neighbours.network.groups.names(launch.security_groups)
        return InstanceFacts(
            instance_id=launch.instance_id,
            image_id=launch.image_id,
            instance_type=launch.instance_type,
            reservation_id=launch.reservation_id,
            launch_index=launch.launch_index,
            launch_time=launch.launch_time,
            region=self.neighbours.region,
            availability_zone=subnet.zone,
            availability_zone_id=subnet.zone_id,
            private_ip=launch.private_ip,
            private_dns_name=launch.private_dns_name,
            mac=mac_for(launch.private_ip),
            interface_id=interface_id(launch),
            subnet_id=subnet.id,
            subnet_cidr=subnet.cidr,
            vpc_id=vpc.id,
            vpc_cidr=vpc.cidr,
            security_groups=tuple(NamedGroup(one, names[one]) for one in launch.security_groups if one in names),
            options=launch.metadata,
            tags=tags,
            key=self._key(launch),
            user_data=folder.user_data.read_bytes() if folder.user_data.exists() else None,
            role=launch.role,
            public_ip=PUBLIC_IP if launch.ports else None,
            public_dns_name=PUBLIC_DNS_NAME if launch.ports else None,
            architecture=architecture(),
        )

    def _key(self, launch: Launch) -> LoginKey | None:
        if launch.key_name is None:
            return None
        try:
            return LoginKey(launch.key_name, self.neighbours.key_pairs().public_key(launch.key_name))
        except NotFoundError:  # deleted since: the instance keeps it, but we do not have it any more
            return None


def interface_id(launch: Launch) -> str:
    """Return the id of an instance's network interface."""
    return content_id("eni", launch.instance_id.encode())
