"""Functions from zips and container images, as `aws lambda` makes them."""

from typing import Annotated

import typer

from cli.commands.lambda_.configuration import SETTINGS, Configuration, with_configuration
from cli.commands.lambda_.shared import FunctionName, RevisionId, ZipFile, function_table, pairs, read_zip, structure
from cli.options import command, open_cloud
from cli.output import Answer

app = typer.Typer()

Publish = Annotated[bool, typer.Option("--publish/--no-publish", help="Publish a version at once.")]


@command(app, "create-function")
@with_configuration(*SETTINGS)
def create_function(
    function_name: FunctionName,
    configuration: Configuration,
    zip_file: ZipFile = None,
    code: Annotated[
        str | None,
        typer.Option("--code", metavar="S3Bucket=B,S3Key=K", help="The code as a zip in a bucket, or ImageUri=IMAGE."),
    ] = None,
    package_type: Annotated[
        str | None, typer.Option("--package-type", metavar="TYPE", help="Zip or Image; default: what the code is.")
    ] = None,
    tags: Annotated[str | None, typer.Option("--tags", metavar="KEY=VALUE,...", help="Tags of the function.")] = None,
    publish: Publish = False,
) -> Answer:
    """Create a function from a zip or a container image. `lambda deploy` does it from a folder, in one step.

    \b
    cloudlet lambda create-function --function-name resize --runtime python3.11 \\
        --role arn:aws:iam::000000000000:role/mine --handler app.handler \\
        --zip-file fileb://code.zip
    cloudlet lambda create-function --function-name resize --package-type Image \\
        --role arn:aws:iam::000000000000:role/mine --code ImageUri=resize:latest
    """
    from emulator.functions.control import Making
    from emulator.functions.parameters import read_changes
    from emulator.pipeline.function_code import code_of

    changes = read_changes(configuration)
    making = Making(package_type or "", publish, pairs(tags, "--tags"))
    place = structure(code, "--code", "S3Bucket=my-bucket,S3Key=code.zip") or {}
    with open_cloud() as cloud:
        given = code_of(cloud.buckets, {**place, "ZipFile": read_zip(zip_file)}, "CreateFunction")
        function = cloud.functions.control.create(function_name, given, changes, making)
        document = cloud.functions.configuration(function)
    hint = f"{function.name} is ready. Run it: cloudlet lambda invoke --function-name {function.name}"
    return function_table([function], document, hint=hint)


@command(app, "update-function-code")
@with_configuration("architectures")
def update_function_code(
    function_name: FunctionName,
    configuration: Configuration,
    zip_file: ZipFile = None,
    s3_bucket: Annotated[
        str | None, typer.Option("--s3-bucket", metavar="BUCKET", help="The bucket that the zip is in.")
    ] = None,
    s3_key: Annotated[str | None, typer.Option("--s3-key", metavar="KEY", help="The zip's key there.")] = None,
    image_uri: Annotated[
        str | None, typer.Option("--image-uri", metavar="IMAGE", help="The container image, by its name.")
    ] = None,
    publish: Publish = False,
    dry_run: Annotated[bool, typer.Option("--dry-run/--no-dry-run", help="Only see whether it could be done.")] = False,
    revision_id: RevisionId = None,
) -> Answer:
    """Give a function other code. Workers with the old code finish what they have, and are replaced.

    \b
    cloudlet lambda update-function-code --function-name resize \\
        --zip-file fileb://code.zip
    cloudlet lambda update-function-code --function-name resize \\
        --s3-bucket my-bucket --s3-key code.zip --publish
    """
    from emulator.functions.parameters import read_changes
    from emulator.pipeline.function_code import code_of

    place = {"S3Bucket": s3_bucket, "S3Key": s3_key, "ImageUri": image_uri}
    changes = read_changes(configuration)
    with open_cloud() as cloud:
        code = code_of(cloud.buckets, {**place, "ZipFile": read_zip(zip_file)}, "UpdateFunctionCode")
        function = cloud.functions.control.update_code(
            function_name, code, changes, publish=publish, dry_run=dry_run, revision_id=revision_id
        )
        document = cloud.functions.configuration(function)
    return function_table([function], document, hint="nothing was changed: it was a dry run" if dry_run else None)


@command(app, "update-function-configuration")
@with_configuration(*(name for name in SETTINGS if name != "architectures"))
def update_function_configuration(
    function_name: FunctionName, configuration: Configuration, revision_id: RevisionId = None
) -> Answer:
    """Change how a function is configured; what is left out stays as it is.

    \b
    cloudlet lambda update-function-configuration --function-name resize \\
        --memory-size 512 --timeout 30 --environment 'Variables={STAGE=test}'
    """
    from emulator.functions.parameters import read_changes

    changes = read_changes(configuration)
    with open_cloud() as cloud:
        function = cloud.functions.control.update_configuration(function_name, changes, revision_id)
        document = cloud.functions.configuration(function)
    return function_table([function], document)
