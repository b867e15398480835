"""Layers: what functions share, published in versions."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands.lambda_.shared import ZipFile, read_zip, structure
from cli.errors import MissingParameterError
from cli.options import command, open_cloud
from cli.output import Answer

if TYPE_CHECKING:
    from emulator.cloud import Cloud

app = typer.Typer()

LayerName = Annotated[str, typer.Option("--layer-name", metavar="NAME", help="A layer's name or ARN.")]
VersionNumber = Annotated[int, typer.Option("--version-number", metavar="N", help="Which version of it.")]
CompatibleRuntime = Annotated[
    str | None, typer.Option("--compatible-runtime", metavar="RUNTIME", help="Only those made for this runtime.")
]
CompatibleArchitecture = Annotated[
    str | None, typer.Option("--compatible-architecture", metavar="ARCH", help="Only those made for x86_64, or arm64.")
]


@command(app, "publish-layer-version")
def publish_layer_version(
    layer_name: LayerName,
    zip_file: ZipFile = None,
    content: Annotated[
        str | None, typer.Option("--content", metavar="S3Bucket=B,S3Key=K", help="The layer as a zip in a bucket.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="DIR", help="The layer as a folder; our own option.")
    ] = None,
    description: Annotated[str, typer.Option("--description", metavar="TEXT", help="What is in it.")] = "",
    license_info: Annotated[str, typer.Option("--license-info", metavar="TEXT", help="Its licence, such as MIT.")] = "",
    compatible_runtimes: Annotated[
        list[str] | None, typer.Option("--compatible-runtimes", metavar="RUNTIME...", help="What it is made for.")
    ] = None,
    compatible_architectures: Annotated[
        list[str] | None,
        typer.Option("--compatible-architectures", metavar="ARCH...", help="What it is made for: x86_64, arm64."),
    ] = None,
) -> Answer:
    """Publish the next version of a layer. Its content is in /opt; Python imports from /opt/python.

    \b
    cloudlet lambda publish-layer-version --layer-name libraries \\
        --zip-file fileb://layer.zip
    cloudlet lambda publish-layer-version --layer-name libraries \\
        --folder ./layer --compatible-runtimes python3.11 python3.13
    """
    from emulator.functions.code.layer_version import LayerDescription

    about = LayerDescription(
        description, license_info, tuple(compatible_runtimes or ()), tuple(compatible_architectures or ())
    )
    with open_cloud() as cloud:
        source = folder if folder is not None else _zip(cloud, read_zip(zip_file), content)
        version = cloud.functions.layers.publish(layer_name, source, about)
        arn = version.arn(cloud.settings.region)
        return _published(cloud, version, hint=f"give it to a function: cloudlet lambda deploy … --layers {arn}")


def _zip(cloud: "Cloud", uploaded: bytes | None, content: str | None) -> bytes:
    """Return the zip that a request brings or names."""
    from emulator.pipeline.function_code import code_of

    place = structure(content, "--content", "S3Bucket=my-bucket,S3Key=layer.zip") or {}
    found = code_of(cloud.buckets, {**place, "ZipFile": uploaded}, "PublishLayerVersion").zip
    if found is None:
        raise MissingParameterError("--zip-file", "cloudlet lambda publish-layer-version")
    return found


@command(app, "list-layers")
def list_layers(
    compatible_runtime: CompatibleRuntime = None, compatible_architecture: CompatibleArchitecture = None
) -> Answer:
    """List the layers, each with its newest version.

    \b
    cloudlet lambda list-layers
    cloudlet lambda list-layers --compatible-runtime python3.11 --quiet
    """
    from emulator.functions.code.layer_document import layers

    with open_cloud() as cloud:
        found = cloud.functions.layers.list(compatible_runtime, compatible_architecture)
    return _table(found, layers(found, cloud.settings.region), cloud.settings.region)


@command(app, "list-layer-versions")
def list_layer_versions(
    layer_name: LayerName,
    compatible_runtime: CompatibleRuntime = None,
    compatible_architecture: CompatibleArchitecture = None,
) -> Answer:
    """List the versions of a layer, the newest first.

    \b
    cloudlet lambda list-layer-versions --layer-name libraries
    """
    from emulator.functions.code.layer_document import versions

    with open_cloud() as cloud:
        found = cloud.functions.layers.versions(layer_name, compatible_runtime, compatible_architecture)
    return _table(found, versions(found, cloud.settings.region), cloud.settings.region)


@command(app, "get-layer-version")
def get_layer_version(layer_name: LayerName, version_number: VersionNumber) -> Answer:
    """Show a version of a layer and where its content lies.

    \b
    cloudlet lambda get-layer-version --layer-name libraries --version-number 1
    """
    with open_cloud() as cloud:
        return _published(cloud, cloud.functions.layers.find(layer_name, version_number))


@command(app, "get-layer-version-by-arn")
def get_layer_version_by_arn(
    arn: Annotated[str, typer.Option("--arn", metavar="ARN", help="The ARN of a version of a layer.")],
) -> Answer:
    """Show the version of a layer that has an ARN.

    \b
    cloudlet lambda get-layer-version-by-arn \\
        --arn arn:aws:lambda:us-east-1:000000000000:layer:libraries:1
    """
    with open_cloud() as cloud:
        return _published(cloud, cloud.functions.layers.find_by_arn(arn))


@command(app, "delete-layer-version")
def delete_layer_version(layer_name: LayerName, version_number: VersionNumber) -> Answer:
    """Delete a version of a layer; functions that have it keep it.

    \b
    cloudlet lambda delete-layer-version --layer-name libraries --version-number 1
    """
    with open_cloud() as cloud:
        cloud.functions.layers.delete(layer_name, version_number)
    return Answer(None, text="")


def _published(cloud: "Cloud", version: Any, hint: str | None = None) -> Answer:
    from emulator.functions.code.layer_document import published

    region = cloud.settings.region
    location = cloud.functions.layers.location(version).as_uri()
    return _table([version], published(version, region, location), region, hint)


def _table(versions: Any, document: object, region: str, hint: str | None = None) -> Answer:
    return Answer(
        document,
        columns=("LAYER", "VERSION", "CREATED", "RUNTIMES", "ARN", "DESCRIPTION"),
        rows=[
            (
                one.layer,
                one.version,
                f"{one.created:%Y-%m-%d %H:%M:%S}",
                ", ".join(one.runtimes) or "-",
                one.arn(region),
                one.description or "-",
            )
            for one in versions
        ],
        ids=[one.arn(region) for one in versions],
        hint=hint if versions else "no layers yet; see `cloudlet lambda publish-layer-version --help`",
    )
