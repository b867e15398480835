"""Layers in the shape of AWS's answers."""

from collections.abc import Iterable
from typing import Any

from emulator.functions.code.layer_version import LayerVersion

Document = dict[str, Any]


def published(version: LayerVersion, region: str, location: str) -> Document:
    """Return the answer of PublishLayerVersion and GetLayerVersion; *location* is where the content lies."""
    return {
        "Content": {
            "Location": location,
            "CodeSha256": version.code_sha256,
            "CodeSize": version.code_size_bytes,
        },
        "LayerArn": version.layer_arn(region),
        **listed(version, region),
    }


def listed(version: LayerVersion, region: str) -> Document:
    """Return a version as it is in a list; like AWS, without the keys that are not set."""
    document: Document = {
        "LayerVersionArn": version.arn(region),
        "Version": version.version,
        "Description": version.description,
        "CreatedDate": version.created.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000",
    }
    if version.runtimes:
        document["CompatibleRuntimes"] = list(version.runtimes)
    if version.license_info:
        document["LicenseInfo"] = version.license_info
    if version.architectures:
        document["CompatibleArchitectures"] = list(version.architectures)
    return document


def newest(one: LayerVersion, region: str) -> Document:
    """Return a layer as it is in a list, by its newest version."""
    return {"LayerName": one.layer, "LayerArn": one.layer_arn(region), "LatestMatchingVersion": listed(one, region)}


def layers(found: Iterable[LayerVersion], region: str) -> Document:
    """Return the answer of ListLayers."""
    return {"Layers": [newest(one, region) for one in found]}


def versions(found: Iterable[LayerVersion], region: str) -> Document:
    """Return the answer of ListLayerVersions."""
    return {"LayerVersions": [listed(one, region) for one in found]}
