"""The two containers of an instance, before they exist: the machine, and the interface that owns its network.

The interface outlives stop and start, so address, names and published ports do too. What it publishes and is called
must be said when it is made: a container that joins another's network may have neither ports nor a hostname.
"""

from typing import TYPE_CHECKING

from emulator.engine import ContainerSpec, EngineInfo, Kind
from emulator.engine.systemd import with_systemd
from emulator.instances.instance_types import InstanceType
from emulator.instances.model import Launch

if TYPE_CHECKING:
    from emulator.images import Ami

INSTANCE_LABEL = "cloudlet.instance"
LAUNCH_LABEL = "cloudlet.launch"


def interface_spec(launch: Launch, image: str, network: str) -> ContainerSpec:
    """Return the small container that owns the network of *launch*."""
    return ContainerSpec(
        image=image,
        kind=Kind.INTERFACE,
        command=("sleep", "infinity"),
        name=f"cloudlet-eni-{launch.instance_id}",
        labels={INSTANCE_LABEL: launch.instance_id},
        hostname=launch.hostname,
        network=network,
        ip_address=launch.private_ip,
        aliases=(launch.hostname, launch.private_dns_name),
        ports=launch.ports,
        stop_signal="SIGKILL",
        restart="unless-stopped",
    )


def machine_spec(
    launch: Launch, ami: "Ami", size: InstanceType, interface_id: str, engine: EngineInfo
) -> ContainerSpec:
    """Return the container that is the machine, with the limits of its type."""
    spec = ContainerSpec(
        image=ami.tag,
        kind=Kind.INSTANCE,
        name=f"cloudlet-{launch.instance_id}",
        labels={INSTANCE_LABEL: launch.instance_id, LAUNCH_LABEL: launch.to_json()},
        memory_bytes=size.memory_bytes,
        cpus=size.vcpus,
        network=f"container:{interface_id}",
    )
    return with_systemd(spec, engine) if ami.init == "systemd" else spec
