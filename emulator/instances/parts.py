"""One instance, put together from all that is known of it: its containers, its row, what is around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from emulator.engine import Container
from emulator.instances.containers import LAUNCH_LABEL
from emulator.instances.model import Instance, InstanceState, Launch
from emulator.instances.records import Record
from emulator.metadata import NamedGroup
from emulator.network import Vpc
from emulator.volumes import Attachment

USER_INITIATED = "Client.UserInitiatedShutdown: User initiated shutdown"
VANISHED = "Server.InternalError: the container was removed from outside"
INTERRUPTED = "Server.InternalError: the launch was interrupted"
POWERED_OFF = "Client.InstanceInitiatedShutdown: Instance initiated shutdown"
ENGINE_STOPPED = "Server.InternalError: the engine stopped the container"

_POWERED_OFF = 0  # the exit code of a power-off from inside; see images.systemd


@dataclass(frozen=True)
class Surroundings:
    """What instances are put among, at one moment."""

    vpc: Vpc
    group_names: Mapping[str, str]
    """By group id."""
    attachments: Mapping[str, tuple[Attachment, ...]]
    """By instance id."""
    tags: Mapping[str, dict[str, str]]
    """By resource id."""


@dataclass(frozen=True)
class Parts:
    """What is known of one instance, from all sides."""

    instance_id: str
    record: Record | None
    machine: Container | None
    interface: Container | None
    has_folder: bool

    @property
    def launch(self) -> Launch | None:
        # The record is newer than the label: a stopped instance can be given another type. A lost home has only labels.
        if self.record is not None:
            return self.record.launch
        return Launch.from_json(self.machine.labels[LAUNCH_LABEL]) if self.machine else None

    @property
    def reason(self) -> str | None:
        return self.record.reason if self.record else None

    @property
    def is_settled(self) -> bool:
        """Whether it has ended and left nothing."""
        has_ended = self.record is not None and self.record.ended_at is not None
        return has_ended and self.machine is None and self.interface is None and not self.has_folder

    def is_forgotten(self, now: datetime) -> bool:
        """Tell whether it ended so long ago that nobody should hear of it, and left nothing."""
        return self.record is not None and self.record.is_forgotten(now) and self.is_settled

    def state(self) -> InstanceState:
        """Return the state that the containers show."""
        return InstanceState.of_container(self.machine.state) if self.machine else InstanceState.PENDING

    def state_under_way(self) -> InstanceState:
        """Return the state that a living shell says it is bringing it through; the containers', if it says nothing."""
        return (self.record.under_way if self.record else None) or self.state()

    def ending(self) -> str | None:
        """Return why it is over, supposing that nobody is at work on it; None if it is not."""
        if self.record is not None and self.record.ended_at is not None:
            return self.reason or VANISHED
        if self.record is not None and self.record.under_way is InstanceState.SHUTTING_DOWN:
            return USER_INITIATED
        is_launched = self.record is None or self.record.under_way is not InstanceState.PENDING
        if self.machine is None:
            return VANISHED if is_launched else INTERRUPTED
        if self.machine.state == "created":
            return INTERRUPTED
        launch = self.launch
        # A reason that is written down was judged before, by the behavior of that time.
        is_new = self.reason is None and self.stop_reason() == POWERED_OFF
        if launch and launch.shutdown_behavior == "terminate" and is_new:
            return POWERED_OFF
        return None

    def stop_reason(self) -> str | None:
        """Return why the machine stands still, if it does."""
        if self.machine is None or self.machine.state != "exited":
            return None
        return self.reason or (POWERED_OFF if self.machine.exit_code == _POWERED_OFF else ENGINE_STOPPED)

    def of_our_own(self, around: Surroundings) -> Instance:
        """Return an instance that this shell has: what it is to others is our own word, so its containers tell."""
        has_ended = self.record is not None and self.record.ended_at is not None
        return self.instance(InstanceState.TERMINATED if has_ended else self.state(), around)

    def instance(self, state: InstanceState, around: Surroundings, reason: str | None = None) -> Instance:
        """Return it as its users know it."""
        launch = self.launch
        if launch is None:
            raise LookupError(f"nothing says what {self.instance_id} was launched as")
        names = around.group_names
        return Instance(
            launch=launch,
            state=state,
            subnet=around.vpc.subnet_of(launch.private_ip),
            container_id=self.machine.id if self.machine else None,
            interface_id=self.interface.id if self.interface else None,
            is_connected=self.interface is not None and self.interface.state == "running",
            ports=self.interface.ports if self.interface else (),
            groups=tuple(NamedGroup(one, names[one]) for one in launch.security_groups if one in names),
            volumes=around.attachments.get(launch.instance_id, ()),
            tags=around.tags.get(launch.instance_id, {}),
            reason=reason or (self.stop_reason() if state is InstanceState.STOPPED else None),
            reason_at=self.record.reason_at if self.record else None,
        )
