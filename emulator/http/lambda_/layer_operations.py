"""Layers: one call into the core each, answered in AWS's shape."""

from emulator.functions.code import layer_document as document
from emulator.functions.code.layer_version import LayerDescription, LayerVersion
from emulator.functions.errors import InvalidFunctionError
from emulator.functions.parameters import integer, structure, text, texts
from emulator.http.lambda_.api_call import ApiCall, Document

_CONTENT = ("ZipFile", "S3Bucket", "S3Key", "S3ObjectVersion", "S3ObjectStorageMode")


def publish_layer_version(call: ApiCall) -> Document:
    about = LayerDescription(
        text(call.given, "Description") or "",
        text(call.given, "LicenseInfo") or "",
        texts(call.given, "CompatibleRuntimes") or (),
        texts(call.given, "CompatibleArchitectures") or (),
    )
    content = call.code(structure(call.given, "Content", _CONTENT)).zip
    if content is None:
        raise InvalidFunctionError("Please provide a source for layer content.", hint="give ZipFile, or S3Bucket")
    return _published(call, call.cloud.functions.layers.publish(call.path["layer"], content, about))


def list_layers(call: ApiCall) -> Document:
    """The query `find=LayerVersion` makes of it the operation GetLayerVersionByArn."""
    layers = call.cloud.functions.layers
    if call.query.get("find") == "LayerVersion":
        return _published(call, layers.find_by_arn(call.query.get("Arn", "")))
    found = layers.list(*_wanted(call))
    return call.page("Layers", found, lambda one: document.newest(one, call.cloud.settings.region))


def list_layer_versions(call: ApiCall) -> Document:
    found = call.cloud.functions.layers.versions(call.path["layer"], *_wanted(call))
    return call.page("LayerVersions", found, lambda one: document.listed(one, call.cloud.settings.region))


def get_layer_version(call: ApiCall) -> Document:
    return _published(call, call.cloud.functions.layers.find(call.path["layer"], _number(call)))


def delete_layer_version(call: ApiCall) -> None:
    call.cloud.functions.layers.delete(call.path["layer"], _number(call))


def _published(call: ApiCall, version: LayerVersion) -> Document:
    location = call.cloud.functions.layers.location(version).as_uri()
    return document.published(version, call.cloud.settings.region, location)


def _wanted(call: ApiCall) -> tuple[str | None, str | None]:
    return call.query.get("CompatibleRuntime"), call.query.get("CompatibleArchitecture")


def _number(call: ApiCall) -> int:
    return integer(call.path, "version") or 0
