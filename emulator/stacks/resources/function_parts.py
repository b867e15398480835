"""What belongs to a function and is a resource of its own: versions, aliases, URLs, what becomes of events."""

from typing import ClassVar

from emulator.functions.parameters import read_event_changes
from emulator.functions.references import FunctionReference, parse_reference
from emulator.functions.urls.model import Cors, parse_cors
from emulator.stacks.intrinsics import Facts
from emulator.stacks.records import StackResource
from emulator.stacks.resources.kind import Kind, Properties, Request, Scene, is_found
from emulator.stacks.shape import ANY, NUMBER


class Version(Kind):
    """A published version. What it is of, it is for good; the last one stays the same while nothing has changed."""

    type = "AWS::Lambda::Version"
    shape: ClassVar[Properties] = {"CodeSha256": ANY, "Description": ANY, "FunctionName": ANY}
    required = ("FunctionName",)
    replacing = frozenset({"CodeSha256", "Description", "FunctionName"})
    attributes = ("FunctionArn", "Version")

    def create(self, request: Request) -> Facts:
        said = request.properties
        version = request.cloud.functions.versions.publish(
            str(said["FunctionName"]), description=said.get("Description"), code_sha256=said.get("CodeSha256")
        )
        arn = version.arn(request.scene.region, version.version)
        request.made(arn)
        return Facts(arn, {"FunctionArn": arn, "Version": version.version})

    def update(self, request: Request, before: StackResource) -> Facts:
        return Facts(before.ref, before.attributes)

    def delete(self, scene: Scene, resource: StackResource) -> None:
        scene.cloud.triggers.delete_function(resource.physical_id)

    def is_there(self, scene: Scene, resource: StackResource) -> bool:
        return is_found(lambda: scene.cloud.functions.find(resource.physical_id))


class Alias(Kind):
    """A name for a version."""

    type = "AWS::Lambda::Alias"
    shape: ClassVar[Properties] = {
        "Description": ANY,
        "FunctionName": ANY,
        "FunctionVersion": ANY,
        "Name": ANY,
        "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": NUMBER},
        "RoutingConfig": {"AdditionalVersionWeights": [{"FunctionVersion": ANY, "FunctionWeight": NUMBER}]},
    }
    required = ("FunctionName", "FunctionVersion", "Name")
    replacing = frozenset({"FunctionName", "Name"})
    attributes = ("AliasArn",)

    def create(self, request: Request) -> Facts:
        said = request.properties
        alias = request.cloud.functions.aliases.create(
            str(said["FunctionName"]),
            str(said["Name"]),
            str(said["FunctionVersion"]),
            description=str(said.get("Description", "")),
            weights=_weights(said),
        )
        asked = FunctionReference(alias.function, alias.name)
        arn = asked.arn(request.scene.region)
        request.made(arn)
        _provision(request, asked)
        return Facts(arn, {"AliasArn": arn})

    def update(self, request: Request, before: StackResource) -> Facts:
        said, asked = request.properties, parse_reference(before.physical_id)
        request.cloud.functions.aliases.update(
            asked.name,
            str(asked.qualifier),
            version=str(said["FunctionVersion"]),
            description=str(said.get("Description", "")),
            weights=_weights(said),
        )
        _provision(request, asked)
        return Facts(before.ref, before.attributes)

    def delete(self, scene: Scene, resource: StackResource) -> None:
        asked = parse_reference(resource.physical_id)
        scene.cloud.triggers.delete_alias(asked.name, str(asked.qualifier))

    def is_there(self, scene: Scene, resource: StackResource) -> bool:
        asked = parse_reference(resource.physical_id)
        return scene.cloud.functions.aliases.get(asked.name, str(asked.qualifier)) is not None


class Url(Kind):
    """The address of a function; it is another one whenever it is made anew."""

    type = "AWS::Lambda::Url"
    shape: ClassVar[Properties] = {
        "AuthType": ANY,
        "Cors": {
            "AllowCredentials": ANY,
            **{key: [ANY] for key in ("AllowHeaders", "AllowMethods", "AllowOrigins", "ExposeHeaders")},
            "MaxAge": NUMBER,
        },
        "InvokeMode": ANY,
        "Qualifier": ANY,
        "TargetFunctionArn": ANY,
    }
    required = ("AuthType", "TargetFunctionArn")
    replacing = frozenset({"Qualifier", "TargetFunctionArn"})
    attributes = ("FunctionArn", "FunctionUrl")

    def create(self, request: Request) -> Facts:
        said = request.properties
        asked = parse_reference(str(said["TargetFunctionArn"]), said.get("Qualifier"))
        url = request.cloud.function_urls.create(
            asked.name,
            str(said["AuthType"]),
            qualifier=asked.qualifier,
            cors=_cors(said),
            invoke_mode=str(said.get("InvokeMode", "BUFFERED")),
        )
        arn = asked.arn(request.scene.region)
        request.made(arn)
        return Facts(arn, {"FunctionArn": arn, "FunctionUrl": url.address(request.scene.port)})

    def update(self, request: Request, before: StackResource) -> Facts:
        said, asked = request.properties, parse_reference(before.physical_id)
        url = request.cloud.function_urls.update(
            asked.name,
            qualifier=asked.qualifier,
            auth_type=str(said["AuthType"]),
            cors=_cors(said),
            replace_cors=True,
            invoke_mode=str(said.get("InvokeMode", "BUFFERED")),
        )
        return Facts(before.ref, {**before.attributes, "FunctionUrl": url.address(request.scene.port)})

    def delete(self, scene: Scene, resource: StackResource) -> None:
        asked = parse_reference(resource.physical_id)
        scene.cloud.function_urls.delete(asked.name, asked.qualifier)

    def is_there(self, scene: Scene, resource: StackResource) -> bool:
        asked = parse_reference(resource.physical_id)
        return is_found(lambda: scene.cloud.function_urls.find(asked.name, asked.qualifier))


class EventInvokeConfig(Kind):
    """What becomes of a function's events that fail, grow old or succeed."""

    type = "AWS::Lambda::EventInvokeConfig"
    shape: ClassVar[Properties] = {
        "DestinationConfig": {"OnFailure": {"Destination": ANY}, "OnSuccess": {"Destination": ANY}},
        "FunctionName": ANY,
        "MaximumEventAgeInSeconds": NUMBER,
        "MaximumRetryAttempts": NUMBER,
        "Qualifier": ANY,
    }
    required = ("FunctionName", "Qualifier")
    replacing = frozenset({"FunctionName", "Qualifier"})

    def create(self, request: Request) -> Facts:
        asked = parse_reference(str(request.properties["FunctionName"]), request.properties.get("Qualifier"))
        request.cloud.functions.event_configs.put(asked, read_event_changes(_event_settings(request.properties)))
        physical_id = f"{asked.name}:{asked.qualifier}"
        request.made(physical_id)
        return Facts(physical_id, {})

    def update(self, request: Request, before: StackResource) -> Facts:
        asked = parse_reference(before.physical_id)
        request.cloud.functions.event_configs.put(asked, read_event_changes(_event_settings(request.properties)))
        return Facts(before.ref, {})

    def delete(self, scene: Scene, resource: StackResource) -> None:
        scene.cloud.functions.event_configs.delete(parse_reference(resource.physical_id))

    def is_there(self, scene: Scene, resource: StackResource) -> bool:
        asked = parse_reference(resource.physical_id)
        return scene.cloud.functions.event_configs.get(asked.name, asked.qualifier) is not None


def _weights(said: Properties) -> dict[str, float]:
    listed = said.get("RoutingConfig", {}).get("AdditionalVersionWeights", ())
    return {str(one["FunctionVersion"]): float(one["FunctionWeight"]) for one in listed}


def _provision(request: Request, asked: FunctionReference) -> None:
    wanted = request.properties.get("ProvisionedConcurrencyConfig", {}).get("ProvisionedConcurrentExecutions")
    if wanted is None:
        request.cloud.functions.concurrency.unprovision(asked)
    else:
        request.cloud.functions.concurrency.provision(asked, int(wanted))


def _cors(said: Properties) -> Cors | None:
    return parse_cors(said.get("Cors", {}))


def _event_settings(properties: Properties) -> Properties:
    members = ("DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts")
    return {name: properties[name] for name in members if name in properties}
