"""EC2: containers that are machines.

The engine says which instances there are; the state file adds tags and a memory of those that ended.
"""

from typing import TYPE_CHECKING

from emulator.lazy import lazily

if TYPE_CHECKING:
    from emulator.instances.attributes import AttributeChange as AttributeChange
    from emulator.instances.imaging import ImageRequest as ImageRequest
    from emulator.instances.launch import LaunchRequest as LaunchRequest
    from emulator.instances.model import Instance as Instance
    from emulator.instances.model import InstanceState as InstanceState
    from emulator.instances.model import StateChange as StateChange
    from emulator.instances.neighbours import Neighbours as Neighbours
    from emulator.instances.service import Instances as Instances

__getattr__ = lazily(
    __name__,
    attributes="AttributeChange",
    imaging="ImageRequest",
    launch="LaunchRequest",
    model="Instance InstanceState StateChange",
    neighbours="Neighbours",
    service="Instances",
)
