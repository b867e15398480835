"""The two containers of an instance, before they exist: the machine, and the interface that owns its network.

The interface outlives stop and start, so address, names and published ports do too. What it publishes and is called
must be said when it is made: a container that joins another's network may have neither ports nor a hostname.
"""

from typing import TYPE_CHECKING

from emulator.engine import ContainerSpec, EngineInfo, Kind
from emulator.engine.systemd import with_systemd
from emulator.instances import size as sizes
from emulator.instances.containers import INSTANCE_LABEL, LAUNCH_LABEL
from emulator.instances.folder import InstanceFolder
from emulator.instances.model import Launch
from emulator.instances.size import Size
from emulator.metadata import INTERFACE_COMMAND, WAIT_FOR_INTERFACE, mac_for
from emulator.userdata import BOOT_SCRIPT

if TYPE_CHECKING:
    from emulator.images import Ami

REBOOTS = "on-failure"
"""The engine boots a machine anew that ended with another exit code than 0: a reboot is 129, see `images.systemd`."""

STOP_SECONDS = 15
"""How long a machine may take to shut down."""

_WITHOUT_INIT = f"{WAIT_FOR_INTERFACE}; if [ -e {BOOT_SCRIPT} ]; then sh {BOOT_SCRIPT} & fi; exec sleep infinity"


def interface_spec(
    launch: Launch, image: str, network: str, folder: InstanceFolder, hostname: str | None
) -> ContainerSpec:
    """Return the small container that owns the network of *launch*, and its name: *hostname*, or AWS's for it."""
    return ContainerSpec(
        image=image,
        kind=Kind.INTERFACE,
        command=INTERFACE_COMMAND,
        name=f"cloudlet-eni-{launch.instance_id}",
        labels={INSTANCE_LABEL: launch.instance_id},
        hostname=hostname or launch.hostname,
        domain=None if hostname else launch.domain,
        network=network,
        ip_address=launch.private_ip,
        mac_address=mac_for(launch.private_ip),
        aliases=(launch.hostname, launch.private_dns_name),
        ports=launch.ports,
        mounts=folder.interface_binds(),
        cap_add=("NET_ADMIN",),
        # A program of our own, and of the engine's: to compile a filter for it takes a fifth of the time it starts in.
        security_options=("seccomp=unconfined",),
        stop_signal="SIGKILL",
        restart="unless-stopped",
    )


def machine_spec(
    launch: Launch,
    ami: "Ami",
    size: Size,
    interface_id: str,
    engine: EngineInfo,
    folder: InstanceFolder,
    processors: str,
) -> ContainerSpec:
    """Return the container that is the machine, with the limits of its type."""
    has_systemd = ami.init == "systemd"
    spec = ContainerSpec(
        image=ami.tag,
        kind=Kind.INSTANCE,
        command=None if has_systemd else ("/bin/sh", "-c", _WITHOUT_INIT),
        name=f"cloudlet-{launch.instance_id}",
        labels={INSTANCE_LABEL: launch.instance_id, LAUNCH_LABEL: launch.to_json()},
        memory_bytes=size.memory_bytes,
        cpus=size.vcpus,
        processors=processors,
        shared_memory_bytes=size.memory_bytes // 2,
        network=f"container:{interface_id}",
        mounts=(*folder.machine_binds(), *sizes.binds(folder.size)),
        tty=True,
        restart=REBOOTS,
    )
    return with_systemd(spec, engine, before=WAIT_FOR_INTERFACE) if has_systemd else spec
