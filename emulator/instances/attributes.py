"""What can be changed of an instance after its launch, and when."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emulator import userdata
from emulator.engine import Engine
from emulator.errors import InvalidRequestError
from emulator.instances.errors import NotStoppedError
from emulator.instances.identity import Identity
from emulator.instances.instance_types import find_type
from emulator.instances.launch import check_shutdown_behavior
from emulator.instances.model import Instance, InstanceState, Launch
from emulator.instances.neighbours import Neighbours
from emulator.instances.records import Records
from emulator.instances.repair import Repair
from emulator.instances.size import Size, differences, processors, write_size
from emulator.instances.turns import Turns
from emulator.metadata.options import MetadataOptions
from emulator.progress import Progress
from emulator.resources.dry_run import DryRunError


class SeveralAttributesError(InvalidRequestError):
    """One request changes one attribute."""

    code = "InvalidParameterCombination"

    def __init__(self) -> None:
        super().__init__("Fields for multiple attribute types specified", hint="change one after the other")


@dataclass(frozen=True)
class AttributeChange:
    """What is to change, one thing at a time; None stays."""

    instance_type: str | None = None
    user_data: bytes | None = None
    is_protected: bool | None = None
    shutdown_behavior: str | None = None
    security_groups: Sequence[str] | None = None
    metadata: Mapping[str, object] | None = None
    """The metadata options that change, by AWS's names."""

    def check(self) -> None:
        """Refuse what can never be."""
        given = [value for value in vars(self).values() if value is not None]
        if not given:
            raise _missing("Attribute", "modify-instance-attribute")
        if len(given) > 1:
            raise SeveralAttributesError
        if self.metadata is not None and not self.metadata:
            raise _missing("HttpTokens, or another of the options", "modify-instance-metadata-options")
        if self.instance_type is not None:
            find_type(self.instance_type)
        if self.user_data is not None:
            userdata.read(self.user_data)
        if self.shutdown_behavior is not None:
            check_shutdown_behavior(self.shutdown_behavior)
        if self.metadata is not None:
            MetadataOptions().changed(self.metadata).check()

    @property
    def needs_a_stop(self) -> bool:
        """Whether the machine must stand still for it."""
        return self.instance_type is not None or self.user_data is not None

    def check_state(self, instance: Instance) -> None:
        """Refuse what an instance cannot be given now: IncorrectInstanceState."""
        if self.needs_a_stop and instance.state is not InstanceState.STOPPED:
            raise NotStoppedError(instance.id)

    def applied_to(self, launch: Launch, group_ids: tuple[str, ...] | None) -> Launch:
        """Return *launch* with what is to change; *group_ids* are those of the security groups, if they are."""
        return dataclasses.replace(
            launch,
            instance_type=self.instance_type or launch.instance_type,
            is_protected=launch.is_protected if self.is_protected is None else self.is_protected,
            shutdown_behavior=self.shutdown_behavior or launch.shutdown_behavior,
            metadata=launch.metadata.changed(self.metadata or {}),
            security_groups=launch.security_groups if group_ids is None else group_ids,
        )


@dataclass(frozen=True)
class Attributes:
    """Changes instances: the record, and what follows from it."""

    engine: Engine
    records: Records
    neighbours: Neighbours
    identity: Identity
    repair: Repair
    turns: Turns
    progress: Progress

    def modify(self, instance: Instance, change: AttributeChange, *, dry_run: bool = False) -> Launch:
        """Apply *change*, and return what the instance is now; type and user data change while it is stopped only."""
        change.check()
        if change.metadata is not None:
            instance.launch.metadata.changed(change.metadata).check_tag_keys(instance.tags)
        change.check_state(instance)
        groups = None if change.security_groups is None else self._resolved(change.security_groups)
        if dry_run:
            raise DryRunError
        for sentence in userdata.read(change.user_data or b"").warnings:
            self.progress.warn(sentence)
        if not change.needs_a_stop:
            return self._apply(instance, change, groups)
        with self.turns.turn([instance]) as (held,):
            change.check_state(held)
            return self._apply(held, change, groups)

    def _apply(self, instance: Instance, change: AttributeChange, groups: tuple[str, ...] | None) -> Launch:
        folder = self.repair.folder(instance)
        if change.instance_type is not None and instance.container_id is not None:
            info, kind = self.engine.info(), find_type(change.instance_type)
            size = Size.of(kind, info)
            for sentence in differences(kind, info):
                self.progress.warn(sentence)
            chosen = processors(size, info)
            self.engine.containers.resize(instance.container_id, size.memory_bytes, size.vcpus, chosen)
            write_size(folder.size, size)
        if change.user_data is not None:
            folder.user_data.write_bytes(change.user_data)
        launch = self.records.change(instance.launch, lambda now: change.applied_to(now, groups))
        self.identity.write(launch)
        if groups is not None:
            self.neighbours.network.refresh()
            self.neighbours.network.settle()
        return launch

    def _resolved(self, groups: Sequence[str]) -> tuple[str, ...]:
        return tuple(self.neighbours.network.groups.resolve(groups))


def _missing(parameter: str, verb: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"The request must contain the parameter {parameter}",
        code="MissingParameter",
        hint=f"say what to change: see `cloudlet ec2 {verb} --help`",
    )
