"""The options that say how a function is configured, and what they are in a request."""

import json
from typing import Annotated, Any

import typer

from cli.commands.lambda_.shared import structure
from emulator.errors import InvalidRequestError

ENVIRONMENT = "Variables={STAGE=test,LEVEL=debug}"

_MODELS = {
    "environment": ENVIRONMENT,
    "ephemeral_storage": "Size=1024",
    "logging_config": "LogFormat=JSON",
    "dead_letter_config": "TargetArn=arn:aws:s3:::failed/events",
    "vpc_config": "SubnetIds=subnet-1,SecurityGroupIds=sg-1",
    "image_config": "Command=app.handler",
    "tracing_config": "Mode=PassThrough",
}
"""A model of each option that takes a structure."""

_PARAMETERS = {
    "runtime": "Runtime",
    "handler": "Handler",
    "role": "Role",
    "description": "Description",
    "timeout": "Timeout",
    "memory_size": "MemorySize",
    "layers": "Layers",
    "architectures": "Architectures",
    "environment": "Environment",
    "ephemeral_storage": "EphemeralStorage",
    "logging_config": "LoggingConfig",
    "dead_letter_config": "DeadLetterConfig",
    "vpc_config": "VpcConfig",
    "image_config": "ImageConfig",
    "tracing_config": "TracingConfig",
}


def _option(name: str, metavar: str, help_text: str) -> Any:
    return typer.Option(name, metavar=metavar, help=help_text)


Runtime = Annotated[str | None, _option("--runtime", "RUNTIME", "Such as python3.11.")]
Handler = Annotated[str | None, _option("--handler", "FILE.FUNCTION", "What to run, such as app.handler.")]
Role = Annotated[str | None, _option("--role", "ARN", "Kept and answered; no permission is checked.")]
MemorySize = Annotated[int | None, _option("--memory-size", "MB", "128 to 10240, default 128; CPU grows with it.")]
Timeout = Annotated[int | None, _option("--timeout", "SECONDS", "1 to 900, default 3.")]
Environment = Annotated[str | None, _option("--environment", "Variables={K=V,...}", "The handler's environment.")]
Description = Annotated[str | None, _option("--description", "TEXT", "Up to 256 characters.")]
Layers = Annotated[list[str] | None, _option("--layers", "ARN...", "Up to 5 versions of layers, later ones on top.")]
EphemeralStorage = Annotated[
    str | None, _option("--ephemeral-storage", "Size=MB", "Of /tmp: 512 to 10240, default 512.")
]
LoggingConfig = Annotated[
    str | None,
    _option("--logging-config", "LogFormat=JSON|Text", "Also ApplicationLogLevel=, SystemLogLevel=, LogGroup=."),
]
DeadLetterConfig = Annotated[
    str | None,
    _option("--dead-letter-config", "TargetArn=ARN", "Where events go that are given up: a function, a bucket."),
]
VpcConfig = Annotated[
    str | None, _option("--vpc-config", "SubnetIds=...,SecurityGroupIds=...", "Where in the VPC its workers are.")
]
TracingConfig = Annotated[str | None, _option("--tracing-config", "Mode=MODE", "PassThrough or Active; kept only.")]
ImageConfig = Annotated[
    str | None,
    _option("--image-config", "Command=...", "What to run in a container image; also EntryPoint=, WorkingDirectory=."),
]
Architectures = Annotated[list[str] | None, _option("--architectures", "ARCH", "x86_64 or arm64; kept only.")]


def parameters(**options: Any) -> dict[str, Any]:
    """Return the options that were given as the parameters of AWS's request."""
    found: dict[str, Any] = {}
    for name, value in options.items():
        if value is None:
            continue
        option = f"--{name.replace('_', '-')}"
        if model := _MODELS.get(name):
            value = structure(value, option, model)
        found[_PARAMETERS[name]] = _list(value, option) if isinstance(value, list) else value
    return found


def _list(values: list[str], option: str) -> Any:
    """Return a list that was given as words, or as JSON: `[]` is how one says that there are none."""
    if len(values) != 1 or not values[0].startswith("["):
        return values
    try:
        return json.loads(values[0])
    except ValueError as error:
        raise InvalidRequestError(f"{option} {values[0]!r} is no JSON: {error}") from error
