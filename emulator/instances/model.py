"""An instance: what was launched, and the state it is in now. The engine's containers decide the state."""

import dataclasses
import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from emulator.ids import content_id
from emulator.metadata.facts import NamedGroup, mac_for
from emulator.metadata.options import MetadataOptions
from emulator.network.vpc import Subnet
from emulator.network.zones import region_of
from emulator.settings import FIRST_REGION
from emulator.volumes.model import Attachment

PUBLIC_IP = "127.0.0.1"
PUBLIC_DNS_NAME = "localhost"
"""Where an instance is reached from outside: its published ports are this machine's."""


class InstanceState(Enum):
    """AWS's states; the value is AWS's code."""

    PENDING = 0
    RUNNING = 16
    SHUTTING_DOWN = 32
    TERMINATED = 48
    STOPPING = 64
    STOPPED = 80

    @property
    def label(self) -> str:
        """Return AWS's name, such as `shutting-down`."""
        return self.name.lower().replace("_", "-")

    @property
    def is_over(self) -> bool:
        """Whether an instance in it never runs again."""
        return self in (InstanceState.SHUTTING_DOWN, InstanceState.TERMINATED)

    @classmethod
    def labelled(cls, label: str) -> "InstanceState":
        """Return the state that AWS calls *label*."""
        return cls[label.upper().replace("-", "_")]

    @classmethod
    def of_container(cls, engine_state: str) -> "InstanceState":
        """Return what a container's state means for the instance in it."""
        return _STATES.get(engine_state, cls.STOPPED)


_STATES = {
    "created": InstanceState.PENDING,
    "restarting": InstanceState.RUNNING,  # it reboots: AWS calls that running
    "running": InstanceState.RUNNING,
    "paused": InstanceState.RUNNING,
    "removing": InstanceState.SHUTTING_DOWN,
    "exited": InstanceState.STOPPED,
    "dead": InstanceState.STOPPED,
}


@dataclass(frozen=True)
class Launch:
    """
    What was asked for and given at launch, and what was changed since.

    Kept as a label of the container and as a row of the state file, which alone knows the changes. New fields need
    defaults: labels outlive versions.
    """

    instance_id: str
    reservation_id: str
    launch_index: int
    image_id: str
    image_name: str
    instance_type: str
    launch_time: datetime
    private_ip: str
    user: str
    ports: tuple[tuple[int, int], ...] = ()
    """(port of this machine, port of the instance)."""
    init: str = "systemd"
    key_name: str | None = None
    security_groups: tuple[str, ...] = ()
    role: str | None = None
    metadata: MetadataOptions = field(default_factory=MetadataOptions)
    shutdown_behavior: str = "stop"
    """What a power-off from inside does: stop or terminate."""
    is_protected: bool = False
    """Nobody may terminate it: AWS's DisableApiTermination."""
    client_token: str | None = None
    zone: str | None = None
    """The availability zone it was launched into; None in what was written down before zones were."""
    started_at: datetime | None = None
    """When it last started; None if that was its launch."""

    @property
    def hostname(self) -> str:
        """Return AWS's name for the address: `ip-172-31-0-10`."""
        return "ip-" + self.private_ip.replace(".", "-")

    @property
    def domain(self) -> str:
        """Return what AWS ends private names with in the region it was launched in."""
        region = region_of(self.zone) if self.zone else FIRST_REGION
        return "ec2.internal" if region == FIRST_REGION else f"{region}.compute.internal"

    @property
    def private_dns_name(self) -> str:
        return f"{self.hostname}.{self.domain}"

    @property
    def interface_id(self) -> str:
        """Return the id of its network interface."""
        return content_id("eni", self.instance_id.encode())

    def to_json(self) -> str:
        started_at = self.started_at.isoformat() if self.started_at else None
        times = {"launch_time": self.launch_time.isoformat(), "started_at": started_at}
        return json.dumps(dataclasses.asdict(self) | times)

    @classmethod
    def from_json(cls, text: str) -> "Launch":
        values = json.loads(text)
        values["launch_time"] = datetime.fromisoformat(values["launch_time"])
        if values.get("started_at") is not None:
            values["started_at"] = datetime.fromisoformat(values["started_at"])
        values["ports"] = tuple((outside, inside) for outside, inside in values["ports"])
        values["security_groups"] = tuple(values.get("security_groups", ()))
        values["metadata"] = MetadataOptions(**values.get("metadata", {}))
        return cls(**values)


@dataclass(frozen=True)
class Instance:
    """An instance as it is now."""

    launch: Launch
    state: InstanceState
    subnet: Subnet
    container_id: str | None = None
    interface_id: str | None = None
    is_connected: bool = False
    """Whether its interface runs."""
    ports: tuple[tuple[int, int], ...] = ()
    """Those published, kept for it while it is stopped."""
    groups: tuple[NamedGroup, ...] = ()
    volumes: tuple[Attachment, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    reason: str | None = None
    """Why it stopped or ended, as `code: message`, if it did."""
    reason_at: datetime | None = None

    @property
    def id(self) -> str:
        return self.launch.instance_id

    @property
    def open_ports(self) -> tuple[tuple[int, int], ...]:
        """The ports of this machine that lead into it now: while it runs."""
        return self.ports if self.state is InstanceState.RUNNING else ()

    @property
    def mac_address(self) -> str:
        return mac_for(self.launch.private_ip)

    @property
    def name(self) -> str | None:
        return self.tags.get("Name")

    @property
    def zone(self) -> str:
        """Return its availability zone, which stays whatever region a later shell speaks of."""
        return self.launch.zone or self.subnet.zone


@dataclass(frozen=True)
class StateChange:
    """What stop, start and terminate answer for each instance."""

    instance_id: str
    previous: InstanceState
    current: InstanceState
