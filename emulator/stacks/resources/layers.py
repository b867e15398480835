"""AWS::Lambda::LayerVersion."""

from typing import ClassVar

from emulator.functions.code.layer_version import LayerDescription
from emulator.stacks.intrinsics import Facts
from emulator.stacks.packaging import local_path
from emulator.stacks.records import StackResource
from emulator.stacks.resources.functions import object_bytes
from emulator.stacks.resources.kind import Kind, Properties, Request, Scene, is_found
from emulator.stacks.shape import ANY

_SAID = ("CompatibleArchitectures", "CompatibleRuntimes", "Description", "LayerName", "LicenseInfo")


class LayerVersion(Kind):
    """A version of a layer: as on AWS, whatever changes of it is another version."""

    type = "AWS::Lambda::LayerVersion"
    shape: ClassVar[Properties] = {
        "Content": {"S3Bucket": ANY, "S3Key": ANY, "S3ObjectVersion": ANY},
        **dict.fromkeys(_SAID, ANY),
        **{key: [ANY] for key in ("CompatibleArchitectures", "CompatibleRuntimes")},
    }
    required = ("Content",)
    replacing = frozenset({"Content", *_SAID})
    attributes = ("LayerVersionArn",)

    def create(self, request: Request) -> Facts:
        said = request.properties
        source = local_path(said["Content"]) or object_bytes(request, said["Content"])
        about = LayerDescription(
            str(said.get("Description", "")),
            str(said.get("LicenseInfo", "")),
            tuple(said.get("CompatibleRuntimes", ())),
            tuple(said.get("CompatibleArchitectures", ())),
        )
        name = str(said.get("LayerName", request.logical_id))
        arn = request.cloud.functions.layers.publish(name, source, about).arn(request.scene.region)
        request.made(arn)
        return Facts(arn, {"LayerVersionArn": arn})

    def update(self, request: Request, before: StackResource) -> Facts:
        return Facts(before.ref, before.attributes)

    def delete(self, scene: Scene, resource: StackResource) -> None:
        layer, _, version = resource.physical_id.rpartition(":")
        scene.cloud.functions.layers.delete(layer, int(version))

    def is_there(self, scene: Scene, resource: StackResource) -> bool:
        return is_found(lambda: scene.cloud.functions.layers.find_by_arn(resource.physical_id))
