"""Functions, their versions and aliases: one call into the core each, answered in AWS's shape."""

from emulator.functions import document
from emulator.functions.control import Making
from emulator.functions.parameters import (
    flag,
    pairs,
    read_changes,
    required_text,
    structure,
    text,
    weights,
)
from emulator.http.lambda_.api_call import ApiCall, Document

_CODE = ("ZipFile", "S3Bucket", "S3Key", "S3ObjectVersion", "S3ObjectStorageMode", "ImageUri", "SourceKMSKeyArn")
_OF_CODE = ("Architectures",)
"""What UpdateFunctionCode says about the configuration."""


def create_function(call: ApiCall) -> Document:
    functions = call.cloud.functions
    making = Making(text(call.given, "PackageType") or "", flag(call.given, "Publish"), pairs(call.given, "Tags") or {})
    code = call.code(structure(call.given, "Code", _CODE))
    name = required_text(call.given, "FunctionName")
    return functions.configuration(functions.control.create(name, code, read_changes(call.given), making))


def update_function_code(call: ApiCall) -> Document:
    functions = call.cloud.functions
    function = functions.control.update_code(
        call.name,
        call.code({name: call.given.get(name) for name in _CODE}),
        read_changes({name: call.given.get(name) for name in _OF_CODE}),
        publish=flag(call.given, "Publish"),
        dry_run=flag(call.given, "DryRun"),
        revision_id=call.revision_id,
    )
    return functions.configuration(function)


def update_function_configuration(call: ApiCall) -> Document:
    functions = call.cloud.functions
    changes = read_changes(call.given)
    return functions.configuration(functions.control.update_configuration(call.name, changes, call.revision_id))


def get_function(call: ApiCall) -> Document:
    return call.cloud.functions.description(call.name, call.qualifier)


def get_function_configuration(call: ApiCall) -> Document:
    asked = call.asked
    functions = call.cloud.functions
    return functions.configuration(functions.find(asked.name, asked.qualifier), asked.qualifier)


def list_functions(call: ApiCall) -> Document:
    functions = call.cloud.functions
    if call.query.get("FunctionVersion") != "ALL":
        return call.page("Functions", functions.list(), functions.configuration)
    everything = functions.repository.every_version()
    return call.page("Functions", everything, lambda one: functions.configuration(one, one.version))


def delete_function(call: ApiCall) -> None:
    call.cloud.triggers.delete_function(call.name, call.qualifier)


def publish_version(call: ApiCall) -> Document:
    functions = call.cloud.functions
    version = functions.versions.publish(
        call.name,
        description=text(call.given, "Description"),
        code_sha256=text(call.given, "CodeSha256") or None,
        revision_id=call.revision_id,
    )
    return functions.configuration(version)


def list_versions(call: ApiCall) -> Document:
    functions = call.cloud.functions
    found = functions.versions.list(call.name)
    return call.page("Versions", found, lambda one: functions.configuration(one, one.version))


def create_alias(call: ApiCall) -> Document:
    alias = call.cloud.functions.aliases.create(
        call.name,
        required_text(call.given, "Name"),
        required_text(call.given, "FunctionVersion"),
        description=text(call.given, "Description") or "",
        weights=weights(call.given),
    )
    return document.alias(alias, call.cloud.settings.region)


def update_alias(call: ApiCall) -> Document:
    alias = call.cloud.functions.aliases.update(
        call.name,
        call.path["alias"],
        version=text(call.given, "FunctionVersion"),
        description=text(call.given, "Description"),
        weights=weights(call.given),
        revision_id=call.revision_id,
    )
    return document.alias(alias, call.cloud.settings.region)


def get_alias(call: ApiCall) -> Document:
    return document.alias(call.cloud.functions.aliases.find(call.name, call.path["alias"]), call.cloud.settings.region)


def list_aliases(call: ApiCall) -> Document:
    found = call.cloud.functions.aliases.list(call.name, call.query.get("FunctionVersion"))
    return call.page("Aliases", found, lambda one: document.alias(one, call.cloud.settings.region))


def delete_alias(call: ApiCall) -> None:
    call.cloud.triggers.delete_alias(call.name, call.path["alias"])
