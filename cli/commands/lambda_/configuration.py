"""The options that say how a function is configured: one table, from which commands have them, and requests are made.

A command that has them takes one parameter, `configuration`: what was given, in the words of AWS's request.
"""

import functools
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import typer

from cli.commands.lambda_.shared import structure
from emulator.errors import InvalidRequestError

Configuration = Mapping[str, Any]


@dataclass(frozen=True)
class Setting:
    """One option: what AWS calls it, and what help shows."""

    parameter: str
    metavar: str
    help: str
    kind: Any = str
    model: str = ""
    """How a structure is written, for an option that takes one."""

    def value(self, given: Any, option: str) -> Any:
        """Return what a request says, where the command line says *given*."""
        if self.model:
            return structure(given, option, self.model)
        return _list(given, option) if isinstance(given, list) else given


SETTINGS = {
    "runtime": Setting("Runtime", "RUNTIME", "Such as python3.11."),
    "handler": Setting("Handler", "FILE.FUNCTION", "What to run, such as app.handler."),
    "role": Setting("Role", "ARN", "Kept and answered; no permission is checked."),
    "memory_size": Setting("MemorySize", "MB", "128 to 10240, default 128; CPU grows with it.", int),
    "timeout": Setting("Timeout", "SECONDS", "1 to 900, default 3.", int),
    "environment": Setting(
        "Environment",
        "Variables={K=V,...}",
        "The handler's environment.",
        model="Variables={STAGE=test,LEVEL=debug}",
    ),
    "description": Setting("Description", "TEXT", "Up to 256 characters."),
    "layers": Setting("Layers", "ARN...", "Up to 5 versions of layers, later ones on top; '' for none.", list[str]),
    "ephemeral_storage": Setting(
        "EphemeralStorage", "Size=MB", "Of /tmp: 512 to 10240, default 512.", model="Size=1024"
    ),
    "logging_config": Setting(
        "LoggingConfig",
        "LogFormat=JSON|Text",
        "Also ApplicationLogLevel=, SystemLogLevel=, LogGroup=.",
        model="LogFormat=JSON",
    ),
    "dead_letter_config": Setting(
        "DeadLetterConfig",
        "TargetArn=ARN",
        "Where events go that are given up: a function, a bucket.",
        model="TargetArn=arn:aws:s3:::failed/events",
    ),
    "vpc_config": Setting(
        "VpcConfig",
        "SubnetIds=...,SecurityGroupIds=...",
        "Kept and answered: each function is in the VPC as it is.",
        model="SubnetIds=subnet-1,SecurityGroupIds=sg-1",
    ),
    "tracing_config": Setting(
        "TracingConfig", "Mode=MODE", "PassThrough or Active; kept only.", model="Mode=PassThrough"
    ),
    "image_config": Setting(
        "ImageConfig",
        "Command=...",
        "What to run in a container image; also EntryPoint=, WorkingDirectory=.",
        model="Command=app.handler",
    ),
    "architectures": Setting("Architectures", "ARCH", "x86_64 or arm64; kept only.", list[str]),
}


def with_configuration(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the options of these names in place of its parameter `configuration`."""

    def give(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(**arguments: Any) -> Any:
            options = {name: arguments.pop(name) for name in names}
            return function(configuration=_parameters(options), **arguments)

        signature = inspect.signature(function, eval_str=True)
        parameters: list[inspect.Parameter] = []
        for name, parameter in signature.parameters.items():
            own = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)]
            parameters += [_parameter(one) for one in names] if name == "configuration" else own
        call.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        return call

    return give


def _parameter(name: str) -> inspect.Parameter:
    setting = SETTINGS[name]
    option = typer.Option(None, _option(name), metavar=setting.metavar, help=setting.help)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=option, annotation=setting.kind | None)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _parameters(options: Mapping[str, Any]) -> Configuration:
    given = ((name, value) for name, value in options.items() if value is not None)
    return {SETTINGS[name].parameter: SETTINGS[name].value(value, _option(name)) for name, value in given}


def _list(values: list[str], option: str) -> Any:
    """Return a list that was given as words, or as JSON: `[]` is how one says that there are none."""
    if len(values) != 1 or not values[0].startswith("["):
        return values
    try:
        return json.loads(values[0])
    except ValueError as error:
        raise InvalidRequestError(f"{option} {values[0]!r} is no JSON: {error}") from error
