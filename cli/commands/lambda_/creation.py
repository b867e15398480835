"""Functions from zips and container images, as `aws lambda` makes them."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands.lambda_ import configuration as options
from cli.commands.lambda_.shared import FunctionName, RevisionId, function_table, pairs, structure
from cli.options import command, open_cloud, read_bytes_argument
from cli.output import Answer

if TYPE_CHECKING:
    from emulator.cloud import Cloud
    from emulator.functions.control import Code

app = typer.Typer()

_CODE = "S3Bucket=my-bucket,S3Key=code.zip"

ZipFile = Annotated[
    str | None, typer.Option("--zip-file", metavar="fileb://ZIP", help="The code as a zip of at most 50 MB.")
]
Publish = Annotated[bool, typer.Option("--publish/--no-publish", help="Publish a version at once.")]


@command(app, "create-function")
def create_function(
    function_name: FunctionName,
    runtime: options.Runtime = None,
    handler: options.Handler = None,
    zip_file: ZipFile = None,
    code: Annotated[
        str | None,
        typer.Option("--code", metavar="S3Bucket=B,S3Key=K", help="The code as a zip in a bucket, or ImageUri=IMAGE."),
    ] = None,
    package_type: Annotated[
        str | None, typer.Option("--package-type", metavar="TYPE", help="Zip or Image; default: what the code is.")
    ] = None,
    role: options.Role = None,
    memory_size: options.MemorySize = None,
    timeout: options.Timeout = None,
    environment: options.Environment = None,
    description: options.Description = None,
    layers: options.Layers = None,
    ephemeral_storage: options.EphemeralStorage = None,
    logging_config: options.LoggingConfig = None,
    dead_letter_config: options.DeadLetterConfig = None,
    vpc_config: options.VpcConfig = None,
    tracing_config: options.TracingConfig = None,
    image_config: options.ImageConfig = None,
    architectures: options.Architectures = None,
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

    request = options.parameters(
        runtime=runtime,
        handler=handler,
        role=role,
        memory_size=memory_size,
        timeout=timeout,
        environment=environment,
        description=description,
        layers=layers,
        ephemeral_storage=ephemeral_storage,
        logging_config=logging_config,
        dead_letter_config=dead_letter_config,
        vpc_config=vpc_config,
        tracing_config=tracing_config,
        image_config=image_config,
        architectures=architectures,
    )
    changes = read_changes(request)
    making = Making(package_type or "", publish, pairs(tags, "--tags"))
    place = structure(code, "--code", _CODE) or {}
    with open_cloud() as cloud:
        given = _code(cloud, zip_file, place, "CreateFunction")
        function = cloud.functions.control.create(function_name, given, changes, making)
        document = cloud.functions.configuration(function)
    hint = f"{function.name} is ready. Run it: cloudlet lambda invoke --function-name {function.name}"
    return function_table([function], document, hint=hint)


@command(app, "update-function-code")
def update_function_code(
    function_name: FunctionName,
    zip_file: ZipFile = None,
    s3_bucket: Annotated[
        str | None, typer.Option("--s3-bucket", metavar="BUCKET", help="The bucket that the zip is in.")
    ] = None,
    s3_key: Annotated[str | None, typer.Option("--s3-key", metavar="KEY", help="The zip's key there.")] = None,
    image_uri: Annotated[
        str | None, typer.Option("--image-uri", metavar="IMAGE", help="The container image, by its name.")
    ] = None,
    architectures: options.Architectures = None,
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

    place = {"S3Bucket": s3_bucket, "S3Key": s3_key, "ImageUri": image_uri}
    changes = read_changes(options.parameters(architectures=architectures))
    with open_cloud() as cloud:
        code = _code(cloud, zip_file, {key: value for key, value in place.items() if value}, "UpdateFunctionCode")
        function = cloud.functions.control.update_code(
            function_name, code, changes, publish=publish, dry_run=dry_run, revision_id=revision_id
        )
        document = cloud.functions.configuration(function)
    return function_table([function], document, hint="nothing was changed: it was a dry run" if dry_run else None)


@command(app, "update-function-configuration")
def update_function_configuration(
    function_name: FunctionName,
    runtime: options.Runtime = None,
    handler: options.Handler = None,
    role: options.Role = None,
    memory_size: options.MemorySize = None,
    timeout: options.Timeout = None,
    environment: options.Environment = None,
    description: options.Description = None,
    layers: options.Layers = None,
    ephemeral_storage: options.EphemeralStorage = None,
    logging_config: options.LoggingConfig = None,
    dead_letter_config: options.DeadLetterConfig = None,
    vpc_config: options.VpcConfig = None,
    tracing_config: options.TracingConfig = None,
    image_config: options.ImageConfig = None,
    revision_id: RevisionId = None,
) -> Answer:
    """Change how a function is configured; what is left out stays as it is.

    \b
    cloudlet lambda update-function-configuration --function-name resize \\
        --memory-size 512 --timeout 30 --environment 'Variables={STAGE=test}'
    """
    from emulator.functions.parameters import read_changes

    request = options.parameters(
        runtime=runtime,
        handler=handler,
        role=role,
        memory_size=memory_size,
        timeout=timeout,
        environment=environment,
        description=description,
        layers=layers,
        ephemeral_storage=ephemeral_storage,
        logging_config=logging_config,
        dead_letter_config=dead_letter_config,
        vpc_config=vpc_config,
        tracing_config=tracing_config,
        image_config=image_config,
    )
    changes = read_changes(request)
    with open_cloud() as cloud:
        function = cloud.functions.control.update_configuration(function_name, changes, revision_id)
        document = cloud.functions.configuration(function)
    return function_table([function], document)


def _code(cloud: "Cloud", zip_file: str | None, place: dict[str, Any], operation: str) -> "Code":
    """Return the code that a request brings, or says where it is."""
    from emulator.functions.code.archive import check_upload
    from emulator.functions.control import Code
    from emulator.pipeline.function_code import code_of

    if zip_file is None:
        return code_of(cloud.buckets, place)
    uploaded = read_bytes_argument(zip_file, "--zip-file")
    check_upload(uploaded, operation)
    return Code(zip=uploaded)
