"""AWS::Lambda::Function: its code is a folder of this machine, which is deployed as `lambda deploy` does it."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from emulator.buckets.errors import InvalidArgumentError
from emulator.errors import NotFoundError
from emulator.functions.changes import Changes
from emulator.functions.control import Code, Making
from emulator.functions.definition import Function as FunctionRecord
from emulator.functions.deployment import Deployment
from emulator.functions.errors import FunctionExistsError
from emulator.functions.parameters import read_changes
from emulator.stacks.intrinsics import Facts
from emulator.stacks.packaging import local_path
from emulator.stacks.parameters import text_of
from emulator.stacks.records import StackResource
from emulator.stacks.resources.kind import Kind, Properties, Request, Scene, tags_of
from emulator.stacks.shape import ANY, EVERY, NUMBER, TAGS

_DEFAULTS: dict[str, Any] = {
    "Description": "",
    "Timeout": 3,
    "MemorySize": 128,
    "EphemeralStorage": {"Size": 512},
    "Environment": {"Variables": {}},
    "Layers": [],
    "VpcConfig": {},
    "DeadLetterConfig": {"TargetArn": ""},
    "TracingConfig": {"Mode": "PassThrough"},
    "Architectures": ["x86_64"],
    "ImageConfig": {},
    "LoggingConfig": {"LogFormat": "Text", "LogGroup": ""},
}
"""What a function has of which a template says nothing: also of one that said something before."""
_CONFIGURATION = (*_DEFAULTS, "Handler", "Role", "Runtime")
_INLINE_FILES = {"python": "index.py", "nodejs": "index.js"}


class Function(Kind):
    """A function."""

    type = "AWS::Lambda::Function"
    shape: ClassVar[Properties] = {
        "Architectures": [ANY],
        "Code": {"ImageUri": ANY, "S3Bucket": ANY, "S3Key": ANY, "S3ObjectVersion": ANY, "ZipFile": ANY},
        "DeadLetterConfig": {"TargetArn": ANY},
        "EphemeralStorage": {"Size": NUMBER},
        "Environment": {"Variables": {EVERY: ANY}},
        "ImageConfig": {"Command": [ANY], "EntryPoint": [ANY], "WorkingDirectory": ANY},
        "Layers": [ANY],
        "LoggingConfig": {"ApplicationLogLevel": ANY, "LogFormat": ANY, "LogGroup": ANY, "SystemLogLevel": ANY},
        "Tags": TAGS,
        "TracingConfig": {"Mode": ANY},
        "VpcConfig": {"Ipv6AllowedForDualStack": ANY, "SecurityGroupIds": [ANY], "SubnetIds": [ANY]},
        **dict.fromkeys(("MemorySize", "ReservedConcurrentExecutions", "Timeout"), NUMBER),
        **dict.fromkeys(("Description", "FunctionName", "Handler", "PackageType", "Role", "Runtime"), ANY),
    }
    required = ("Code", "Role")
    replacing = frozenset({"FunctionName", "PackageType"})
    name_property = "FunctionName"
    attributes = ("Arn",)

    def create(self, request: Request) -> Facts:
        functions = request.cloud.functions
        name = request.name("FunctionName", 64)
        if functions.repository.get(name):
            raise FunctionExistsError(name)
        changes, code = _changes(request.properties), request.properties["Code"]
        if (path := local_path(code)) is not None:
            functions.deploy(Deployment(path, name, changes))
        else:
            functions.control.create(name, _code(request, code), changes, Making())
        request.made(name)
        self._surround(request, name)
        return _facts(request.scene, name)

    def update(self, request: Request, before: StackResource) -> Facts:
        functions, name = request.cloud.functions, before.physical_id
        changes, code = _changes(request.properties), request.properties["Code"]
        if (path := local_path(code)) is not None:
            functions.deploy(Deployment(path, name, changes))
        else:
            functions.control.update_configuration(name, changes)
            if code != before.properties.get("Code"):
                functions.control.update_code(name, _code(request, code), Changes())
        self._surround(request, name)
        return _facts(request.scene, name)

    def delete(self, scene: Scene, resource: StackResource) -> None:
        scene.cloud.triggers.delete_function(resource.physical_id)

    def is_there(self, scene: Scene, resource: StackResource) -> bool:
        return scene.cloud.functions.repository.get(resource.physical_id) is not None

    def keep(self, scene: Scene, resource: StackResource) -> Callable[[], None]:
        """Its code may be another in the folder by now: what it was lies in the home until the next change."""
        known = scene.cloud.functions.repository.get(resource.physical_id)
        return lambda: self._restore(scene, resource, known)

    def _restore(self, scene: Scene, resource: StackResource, known: FunctionRecord | None) -> None:
        if known is not None:
            scene.cloud.functions.repository.save(known)
            self._surround(Request(scene, resource.logical_id, resource.properties), known.name)

    def _surround(self, request: Request, name: str) -> None:
        """Set what a function has beside its configuration."""
        functions, wanted = request.cloud.functions, tags_of(request.properties.get("Tags"))
        reserved = request.properties.get("ReservedConcurrentExecutions")
        with request.cloud.database.transaction():
            functions.tags.forget(name)
            functions.tags.add(name, wanted)
            if reserved is None:
                functions.concurrency.release(name)
            else:
                functions.concurrency.reserve(name, int(reserved))


def _changes(properties: Properties) -> Changes:
    """Return the whole configuration: what is not said is AWS's default."""
    given = {**_DEFAULTS, **{name: properties[name] for name in _CONFIGURATION if name in properties}}
    variables = given["Environment"].get("Variables") or {}
    given["Environment"] = {"Variables": {name: text_of(value) for name, value in variables.items()}}
    return read_changes(given)


def _code(request: Request, said: Properties) -> Code:
    """Return code that is not in a folder: in a bucket of this cloud, in the template itself, or an image."""
    if "ImageUri" in said:
        return Code(image_uri=str(said["ImageUri"]))
    if "ZipFile" in said:
        return Code(zip=_inline(str(said["ZipFile"]), str(request.properties.get("Runtime", ""))))
    return Code(zip=object_bytes(request, said))


def object_bytes(request: Request, said: Properties) -> bytes:
    """Return what lies in a bucket where a Code or a Content says it does."""
    bucket, key = str(said.get("S3Bucket", "")), str(said.get("S3Key", ""))
    try:
        with request.cloud.buckets.objects.open(bucket, key, said.get("S3ObjectVersion")) as opened:
            return opened.file.read()
    except NotFoundError as error:
        raise InvalidArgumentError(
            f"Error occurred while GetObject. S3 Error Code: {error.code}. S3 Error Message: {error.message}",
            hint="name a folder beside the template, or put the code into that bucket first",
        ) from error


def _inline(text: str, runtime: str) -> bytes:
    """Return the zip of a handler that stands in the template: AWS calls its file `index`."""
    name = next((file for start, file in _INLINE_FILES.items() if runtime.startswith(start)), "index.py")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        entry = zipfile.ZipInfo(str(Path(name)))  # of 1980: equal texts are equal zips
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, text)
    return content.getvalue()


def _facts(scene: Scene, name: str) -> Facts:
    functions = scene.cloud.functions
    return Facts(name, {"Arn": functions.find(name).arn(scene.region)})
