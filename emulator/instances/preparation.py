"""All that can be said about a launch before anything is made: whoever is refused here has changed nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from emulator import userdata
from emulator.engine import Engine, EngineInfo
from emulator.ids import new_id
from emulator.instances.folder import InstanceFolder
from emulator.instances.instance_types import find_type
from emulator.instances.launch import LaunchRequest, published, useless_key
from emulator.instances.model import Launch
from emulator.instances.neighbours import Neighbours
from emulator.instances.size import Size, differences, write_size
from emulator.network import Subnet
from emulator.network.errors import AddressInUseError
from emulator.progress import Progress
from emulator.userdata import BootPlan, UserData, boot_script

if TYPE_CHECKING:
    from emulator.images import Ami


@dataclass(frozen=True)
class Preparation:
    """What every instance of one request has in common."""

    request: LaunchRequest
    ami: "Ami"
    engine: EngineInfo
    size: Size
    subnet: Subnet
    public_key: str | None
    user_data: UserData
    first: Launch
    """The first instance, but for its id and address."""

    def furnish(self, folder: InstanceFolder, launch: Launch) -> None:
        """Put into an instance's folder what its machine looks for when it boots."""
        write_size(folder.size, self.size)
        keys = (self.public_key,) if self.public_key else ()
        plan = BootPlan(launch.instance_id, launch.user, keys, self.user_data)
        folder.boot_script.write_bytes(boot_script(plan))
        if self.request.user_data is not None:
            folder.user_data.write_bytes(self.request.user_data)


def check_free(request: LaunchRequest, neighbours: Neighbours) -> None:
    """Refuse ports and an address that somebody has now."""
    request.check_ports_free()
    if request.private_ip is not None and request.private_ip in neighbours.network.taken():
        raise AddressInUseError(request.private_ip)


def prepare(
    request: LaunchRequest, engine: Engine, neighbours: Neighbours, progress: Progress, now: datetime
) -> Preparation:
    """Check *request* against everything there is; what will differ from what was asked for is warned about."""
    request.check()
    if request.client_token is None:  # else its own instances may have what it asks for: it was made before
        check_free(request, neighbours)
    kind = find_type(request.instance_type)
    ami = neighbours.images().find(request.image)
    public_key = neighbours.key_pairs().public_key(request.key_name) if request.key_name is not None else None
    groups = neighbours.network.groups.resolve(request.security_groups)
    subnet = neighbours.network.subnet(request.subnet_id, request.zone, request.private_ip)
    neighbours.volumes().check(request.block_devices, subnet.zone)
    user_data = userdata.read(request.user_data or b"")
    info = engine.info()
    for sentence in (*user_data.warnings, *differences(kind, info), *useless_key(request, ami)):
        progress.warn(sentence)
    first = Launch(
        instance_id="",
        reservation_id=new_id("r"),
        launch_index=0,
        image_id=ami.id,
        image_name=ami.name,
        instance_type=kind.name,
        launch_time=now,
        private_ip=request.private_ip or "",
        user=ami.user,
        ports=published(request, ami),
        init=ami.init,
        key_name=request.key_name,
        security_groups=tuple(groups),
        role=request.role,
        metadata=request.metadata,
        shutdown_behavior=request.shutdown_behavior,
        is_protected=request.is_protected,
        client_token=request.client_token,
        zone=subnet.zone,
    )
    return Preparation(request, ami, info, Size.of(kind, info), subnet, public_key, user_data, first)
