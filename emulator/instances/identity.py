"""What an instance is told about itself, kept true: written at launch, and again whenever something of it changes."""

from collections.abc import Mapping
from dataclasses import dataclass

from emulator.errors import NotFoundError
from emulator.home import Home
from emulator.instances.folder import InstanceFolder
from emulator.instances.model import PUBLIC_DNS_NAME, PUBLIC_IP, Launch
from emulator.instances.neighbours import Neighbours
from emulator.instances.records import Records
from emulator.locks import locked
from emulator.metadata import InstanceFacts, LoginKey, NamedGroup, mac_for, metadata_document, write_metadata
from emulator.network.zones import region_of, zone_id
from emulator.processor import architecture
from emulator.resources.tags import read_tags
from emulator.state import Database


@dataclass(frozen=True)
class Identity:
    """Writes instances' metadata."""

    home: Home
    database: Database
    neighbours: Neighbours

    def write(self, launch: Launch) -> None:
        """Have the instance of *launch* hear what is written down of it, or what that says if nothing is."""
        folder = InstanceFolder(self.home, launch.instance_id)
        with locked(self.home.lock("identity")):  # read within it: what comes later knows more
            record = Records(self.database).get(launch.instance_id)
            tags = read_tags(self.database).get(launch.instance_id, {})
            facts = self._facts(record.launch if record else launch, tags, folder)
            write_metadata(folder.interface, metadata_document(facts))

    def _facts(self, launch: Launch, tags: Mapping[str, str], folder: InstanceFolder) -> InstanceFacts:
        vpc = self.neighbours.network.vpc()
        subnet = vpc.subnet_of(launch.private_ip)
        names = self.neighbours.network.group_names(launch.security_groups)
        return InstanceFacts(
            instance_id=launch.instance_id,
            image_id=launch.image_id,
            instance_type=launch.instance_type,
            reservation_id=launch.reservation_id,
            launch_index=launch.launch_index,
            launch_time=launch.launch_time,
            region=region_of(launch.zone) if launch.zone else self.neighbours.region,
            availability_zone=launch.zone or subnet.zone,
            availability_zone_id=zone_id(launch.zone) if launch.zone else subnet.zone_id,
            private_ip=launch.private_ip,
            private_dns_name=launch.private_dns_name,
            mac=mac_for(launch.private_ip),
            interface_id=launch.interface_id,
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
