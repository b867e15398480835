"""EC2: containers that are machines.

The engine says which instances there are; the state file adds tags and a memory of those that ended.
"""

from emulator.instances.attributes import AttributeChange
from emulator.instances.imaging import ImageRequest
from emulator.instances.launch import LaunchRequest
from emulator.instances.model import Instance, InstanceState, StateChange
from emulator.instances.neighbours import Neighbours
from emulator.instances.service import Instances
from emulator.metadata import MetadataOptions

__all__ = [
    "AttributeChange",
    "ImageRequest",
    "Instance",
    "InstanceState",
    "Instances",
    "LaunchRequest",
    "MetadataOptions",
    "Neighbours",
    "StateChange",
]
