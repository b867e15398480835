"""EC2: containers that are machines.

The engine says which instances there are; the state file adds tags and a memory of those that ended.
"""

from emulator.instances.launch import LaunchRequest
from emulator.instances.model import Instance, InstanceState, StateChange
from emulator.instances.service import Instances

__all__ = ["Instance", "InstanceState", "Instances", "LaunchRequest", "StateChange"]
