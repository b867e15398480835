"""AWS::S3::Bucket and AWS::S3::BucketPolicy."""

import json
from typing import ClassVar

from emulator.buckets.notifications import Configuration, Rule
from emulator.stacks.errors import ValidationError
from emulator.stacks.intrinsics import Facts
from emulator.stacks.records import StackResource
from emulator.stacks.resources.bucket_documents import DOCUMENTS
from emulator.stacks.resources.kind import Kind, Properties, Request, Scene
from emulator.stacks.shape import ANY, FREE

_NOTIFICATIONS = {
    "EventBridgeConfiguration": {"EventBridgeEnabled": ANY},
    "LambdaConfigurations": [
        {"Event": ANY, "Function": ANY, "Filter": {"S3Key": {"Rules": [{"Name": ANY, "Value": ANY}]}}}
    ],
}
_NO_VERSIONS = "Suspended"
_POLICY = "BucketPolicy"


class Bucket(Kind):
    """A bucket with its notifications and its settings."""

    type = "AWS::S3::Bucket"
    shape: ClassVar[Properties] = {
        "BucketName": ANY,
        "NotificationConfiguration": _NOTIFICATIONS,
        "VersioningConfiguration": {"Status": ANY},
        **{name: document.shape for name, document in DOCUMENTS.items()},
    }
    replacing = frozenset({"BucketName"})
    name_property = "BucketName"
    attributes = ("Arn", "DomainName", "DualStackDomainName", "RegionalDomainName", "WebsiteURL")

    def create(self, request: Request) -> Facts:
        buckets = request.cloud.buckets
        name = buckets.create_bucket(request.name("BucketName", 63, lower=True)).name
        request.made(name)
        self._configure(request, name)
        return _facts(request, name)

    def update(self, request: Request, before: StackResource) -> Facts:
        self._configure(request, before.physical_id)
        return _facts(request, before.physical_id)

    def delete(self, scene: Scene, resource: StackResource) -> None:
        scene.cloud.buckets.delete_bucket(resource.physical_id, force=scene.empties_buckets)

    def is_there(self, scene: Scene, resource: StackResource) -> bool:
        return resource.physical_id in scene.cloud.buckets.names()

    def _configure(self, request: Request, name: str) -> None:
        """Set everything that the properties say of a bucket, in one transaction."""
        properties, cloud = request.properties, request.cloud
        wanted = properties.get("VersioningConfiguration", {}).get("Status", _NO_VERSIONS)
        with cloud.database.transaction():
            if wanted != _NO_VERSIONS or cloud.buckets.versioning(name):
                cloud.buckets.set_versioning(name, wanted)
            cloud.buckets.rules.configure(name, _notifications(properties, name))
            for member, document in DOCUMENTS.items():
                if member in properties:
                    cloud.buckets.bucket_settings.put(name, document.setting, document.read(properties[member]))
                else:
                    cloud.buckets.bucket_settings.delete(name, document.setting)


class BucketPolicy(Kind):
    """A bucket's policy, which is kept and shown; nobody is refused by it."""

    type = "AWS::S3::BucketPolicy"
    shape: ClassVar[Properties] = {"Bucket": ANY, "PolicyDocument": FREE}
    required = ("Bucket", "PolicyDocument")
    replacing = frozenset({"Bucket"})

    def create(self, request: Request) -> Facts:
        bucket = str(request.properties["Bucket"])
        self._put(request, bucket)
        request.made(bucket)
        return Facts(bucket, {})

    def update(self, request: Request, before: StackResource) -> Facts:
        self._put(request, before.physical_id)
        return Facts(before.physical_id, {})

    def delete(self, scene: Scene, resource: StackResource) -> None:
        scene.cloud.buckets.bucket_settings.delete(resource.physical_id, _POLICY)

    def is_there(self, scene: Scene, resource: StackResource) -> bool:
        return scene.cloud.buckets.bucket_settings.find(resource.physical_id, _POLICY) is not None

    def _put(self, request: Request, bucket: str) -> None:
        document = request.properties["PolicyDocument"]
        text = document if isinstance(document, str) else json.dumps(document)
        request.cloud.buckets.bucket_settings.put(bucket, _POLICY, {"Policy": text})


def _facts(request: Request, name: str) -> Facts:
    region = request.scene.region
    return Facts(
        name,
        {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "DualStackDomainName": f"{name}.s3.dualstack.{region}.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
            "WebsiteURL": f"http://{name}.s3-website.localhost:{request.scene.port}/",
        },
    )


def _notifications(properties: Properties, bucket: str) -> Configuration:
    said = properties.get("NotificationConfiguration", {})
    rules = tuple(_rule(one, bucket) for one in said.get("LambdaConfigurations", ()))
    bridge = said.get("EventBridgeConfiguration", {"EventBridgeEnabled": False})
    return Configuration(rules, event_bridge=str(bridge.get("EventBridgeEnabled", True)).lower() == "true")


def _rule(said: Properties, bucket: str) -> Rule:
    values: dict[str, str] = {}
    for one in said.get("Filter", {}).get("S3Key", {}).get("Rules", ()):
        values[str(one["Name"]).lower()] = str(one["Value"])
    if unknown := values.keys() - {"prefix", "suffix"}:
        raise ValidationError(f"filter rule name must be either prefix or suffix, not {min(unknown)}")
    return Rule(
        "", bucket, str(said["Function"]), (str(said["Event"]),), values.get("prefix", ""), values.get("suffix", "")
    )


BUCKETS: tuple[Kind, ...] = (Bucket(), BucketPolicy())
