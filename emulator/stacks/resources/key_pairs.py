"""AWS::EC2::KeyPair: as on AWS, whatever changes of one, it is another."""

from typing import ClassVar

from emulator.stacks.intrinsics import Facts
from emulator.stacks.records import StackResource
from emulator.stacks.resources.kind import Kind, Properties, Request, Scene, is_found, tags_of
from emulator.stacks.shape import ANY, TAGS


class KeyPair(Kind):
    """A key pair: imported, or made here with its private key in the home."""

    type = "AWS::EC2::KeyPair"
    shape: ClassVar[Properties] = {
        **dict.fromkeys(("KeyFormat", "KeyName", "KeyType", "PublicKeyMaterial"), ANY),
        "Tags": TAGS,
    }
    required = ("KeyName",)
    replacing = frozenset(shape)
    name_property = "KeyName"
    attributes = ("KeyFingerprint", "KeyPairId")

    def create(self, request: Request) -> Facts:
        said, key_pairs = request.properties, request.cloud.key_pairs
        name, tags = str(said["KeyName"]), tags_of(said.get("Tags"))
        if "PublicKeyMaterial" in said:
            pair = key_pairs.import_(name, str(said["PublicKeyMaterial"]).encode(), tags)
        else:
            pair = key_pairs.create(name, str(said.get("KeyType", "rsa")), tags).pair
        request.made(pair.name)
        return Facts(pair.name, {"KeyFingerprint": pair.fingerprint, "KeyPairId": pair.id})

    def update(self, request: Request, before: StackResource) -> Facts:
        return Facts(before.ref, before.attributes)

    def delete(self, scene: Scene, resource: StackResource) -> None:
        scene.cloud.key_pairs.delete(resource.physical_id)

    def is_there(self, scene: Scene, resource: StackResource) -> bool:
        return is_found(lambda: scene.cloud.key_pairs.find(resource.physical_id))
