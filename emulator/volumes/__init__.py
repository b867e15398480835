"""EBS: volumes and snapshots, disks that outlive machines.

A volume is a folder. Attached to an instance it lies in that instance's folder, which the machine has as `/volumes`:
the volume `/dev/sdf` is there as `/volumes/sdf` from one moment to the next, also if the machine is running.
"""

from typing import TYPE_CHECKING

from emulator.lazy import lazily

if TYPE_CHECKING:
    from emulator.volumes.devices import BlockDevice as BlockDevice
    from emulator.volumes.model import Attachment as Attachment
    from emulator.volumes.model import InstanceFacts as InstanceFacts
    from emulator.volumes.model import Snapshot as Snapshot
    from emulator.volumes.model import Volume as Volume
    from emulator.volumes.request import VolumeRequest as VolumeRequest
    from emulator.volumes.service import Volumes as Volumes

__getattr__ = lazily(
    __name__,
    devices="BlockDevice",
    model="Attachment InstanceFacts Snapshot Volume",
    request="VolumeRequest",
    service="Volumes",
)
