"""EBS: volumes and snapshots, disks that outlive machines.

A volume is a folder. Attached to an instance it lies in that instance's folder, which the machine has as `/volumes`:
the volume `/dev/sdf` is there as `/volumes/sdf` from one moment to the next, also if the machine is running.
"""

from emulator.volumes.devices import BlockDevice
from emulator.volumes.model import Attachment, InstanceFacts, Snapshot, Volume
from emulator.volumes.request import VolumeRequest
from emulator.volumes.service import Volumes

__all__ = ["Attachment", "BlockDevice", "InstanceFacts", "Snapshot", "Volume", "VolumeRequest", "Volumes"]
