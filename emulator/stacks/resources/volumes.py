"""AWS::EC2::Volume and AWS::EC2::VolumeAttachment."""

from typing import ClassVar

from emulator.stacks.intrinsics import Facts
from emulator.stacks.records import StackResource
from emulator.stacks.resources.kind import Kind, Properties, Request, Scene, is_found, retag, tags_of
from emulator.stacks.shape import ANY, NUMBER, TAGS


class Volume(Kind):
    """A disk of its own; its speed is nominal."""

    type = "AWS::EC2::Volume"
    shape: ClassVar[Properties] = {
        **dict.fromkeys(("AvailabilityZone", "SnapshotId", "VolumeType"), ANY),
        **dict.fromkeys(("Iops", "Size", "Throughput"), NUMBER),
        "Tags": TAGS,
    }
    required = ("AvailabilityZone",)
    replacing = frozenset({"AvailabilityZone", "SnapshotId"})
    attributes = ("VolumeId",)

    def create(self, request: Request) -> Facts:
        from emulator.volumes.request import DEFAULT_TYPE, VolumeRequest

        said = request.properties
        volume = request.cloud.volumes.create(
            VolumeRequest(
                zone=str(said["AvailabilityZone"]),
                size_gib=_size(said),
                snapshot_id=said.get("SnapshotId"),
                type=str(said.get("VolumeType", DEFAULT_TYPE)),
                tags=tags_of(said.get("Tags")),
            )
        )
        request.made(volume.id)
        return Facts(volume.id, {"VolumeId": volume.id})

    def update(self, request: Request, before: StackResource) -> Facts:
        from emulator.volumes.request import DEFAULT_TYPE

        said = request.properties
        kind = str(said.get("VolumeType", DEFAULT_TYPE))
        request.cloud.volumes.modify(before.physical_id, _size(said), kind)
        retag(request, before.physical_id, before)
        return Facts(before.ref, before.attributes)

    def delete(self, scene: Scene, resource: StackResource) -> None:
        scene.cloud.volumes.delete(resource.physical_id)

    def is_there(self, scene: Scene, resource: StackResource) -> bool:
        return is_found(lambda: scene.cloud.volumes.describe([resource.physical_id]))


class VolumeAttachment(Kind):
    """A volume in an instance."""

    type = "AWS::EC2::VolumeAttachment"
    shape: ClassVar[Properties] = dict.fromkeys(("Device", "InstanceId", "VolumeId"), ANY)
    required = ("Device", "InstanceId", "VolumeId")
    replacing = frozenset(shape)

    def create(self, request: Request) -> Facts:
        said = request.properties
        attachment = request.cloud.volumes.attach(str(said["VolumeId"]), str(said["InstanceId"]), str(said["Device"]))
        physical_id = f"{attachment.volume_id}|{attachment.instance_id}"
        request.made(physical_id)
        return Facts(physical_id, {})

    def update(self, request: Request, before: StackResource) -> Facts:
        return Facts(before.ref, {})

    def delete(self, scene: Scene, resource: StackResource) -> None:
        volume_id, _, instance_id = resource.physical_id.partition("|")
        if self.is_there(scene, resource):
            scene.cloud.volumes.detach(volume_id, instance_id)

    def is_there(self, scene: Scene, resource: StackResource) -> bool:
        volume_id, _, instance_id = resource.physical_id.partition("|")
        found = [one for one in scene.cloud.volumes.describe() if one.id == volume_id]
        return any(one.attachment is not None and one.attachment.instance_id == instance_id for one in found)


def _size(said: Properties) -> int | None:
    return int(said["Size"]) if "Size" in said else None
