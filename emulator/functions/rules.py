"""What a function may be called and have: AWS's quotas and forms, refused in AWS's words."""

import json
import re
from collections.abc import Mapping

from emulator.functions.definition import Function, LoggingConfig
from emulator.functions.errors import InvalidFunctionError, InvalidValueError
from emulator.functions.references import is_function_name

MIN_MEMORY_MB, MAX_MEMORY_MB = 128, 10_240
MAX_TIMEOUT_SECONDS = 900
MIN_STORAGE_MB, MAX_STORAGE_MB = 512, 10_240

_ENVIRONMENT_BYTES = 4096
_MAX_DESCRIPTION = 256
_ROLE = r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"
_LOG_GROUP = r"[\.\-_/#A-Za-z0-9]+"
_TARGET = re.compile(r"arn:aws[a-zA-Z-]*:(lambda:[a-z0-9-]+:\d{12}:function:[a-zA-Z0-9_-]+(:.+)?|s3:::[^/]+(/.*)?)")
_RESERVED = re.compile(
    r"AWS_LAMBDA_(?!EXEC_WRAPPER$).*|AWS_(DEFAULT_)?REGION|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_.*|AWS_SESSION_TOKEN"
    r"|AWS_EXECUTION_ENV|_HANDLER|_X_AMZN_TRACE_ID|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR|TZ"
)
_APPLICATION_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_SYSTEM_LEVELS = ("DEBUG", "INFO", "WARN")


def check_name(name: str) -> None:
    """Refuse what is no name: it becomes a part of paths."""
    if not is_function_name(name):
        raise InvalidFunctionError(f"{name!r} is no function name: use 1 to 64 letters, digits, '-' and '_'")


def check_configuration(function: Function) -> None:
    """Refuse, with an InvalidRequestError, what Lambda refuses."""
    check_name(function.name)
    one_of(function.package_type, "packageType", ("Zip", "Image"))
    if function.package_type == "Zip":
        _check_zip(function)
    elif function.runtime or function.handler or function.layers:
        raise InvalidFunctionError(
            "Please don't provide Runtime, Handler or Layers when the function's PackageType is Image."
        )
    _matches(function.role, "role", _ROLE)
    check_description(function.description)
    within(function.memory_mb, "memorySize", MIN_MEMORY_MB, MAX_MEMORY_MB)
    within(function.timeout_seconds, "timeout", 1, MAX_TIMEOUT_SECONDS)
    within(function.ephemeral_storage_mb, "ephemeralStorage.size", MIN_STORAGE_MB, MAX_STORAGE_MB)
    one_of(function.tracing_mode, "tracingConfig.mode", ("Active", "PassThrough"))
    one_of(function.architecture, "architectures", ("x86_64", "arm64"))
    check_target(function.dead_letter_arn, "deadLetterConfig.targetArn")
    _check_vpc(function)
    _check_logging(function.logging)
    _check_environment(function.environment)


def check_description(description: str) -> None:
    if len(description) > _MAX_DESCRIPTION:
        raise InvalidValueError(
            description, "description", f"Member must have length less than or equal to {_MAX_DESCRIPTION}"
        )


def check_target(arn: str, place: str) -> None:
    """Refuse what an event, or what became of it, cannot be sent to; "" is nowhere."""
    if arn and not _TARGET.fullmatch(arn):
        raise InvalidFunctionError(
            f"The provided target ARN {arn} is invalid.",
            hint=f"{place} is here the ARN of a function, or of a bucket's folder such as arn:aws:s3:::failed/events",
        )


def _check_zip(function: Function) -> None:
    if not (function.runtime and function.handler):
        raise InvalidFunctionError(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages."
        )
    if not re.fullmatch(r"\S{1,128}", function.handler):
        raise InvalidValueError(
            function.handler,
            "handler",
            r"Member must satisfy regular expression pattern: [^\s]+",
            hint="write module.function, such as app.handler",
        )
    config = function.image_config
    if config.entry_point or config.command or config.working_directory:
        raise InvalidFunctionError("ImageConfig is not supported for functions created with deployment packages.")


def _check_vpc(function: Function) -> None:
    if function.vpc is None:
        return
    for ids, prefix, place in (
        (function.vpc.subnet_ids, "subnet", "subnetIds"),
        (function.vpc.security_group_ids, "sg", "securityGroupIds"),
    ):
        for one in ids:
            _matches(one, f"vpcConfig.{place}", rf"{prefix}-[0-9a-zA-Z]*")
    if bool(function.vpc.subnet_ids) != bool(function.vpc.security_group_ids):
        raise InvalidFunctionError("SubnetIds and SecurityIds must coexist or be both empty list.")


def _check_logging(logging: LoggingConfig) -> None:
    one_of(logging.format, "loggingConfig.logFormat", ("JSON", "Text"))
    if logging.application_level:
        one_of(logging.application_level, "loggingConfig.applicationLogLevel", _APPLICATION_LEVELS)
    if logging.system_level:
        one_of(logging.system_level, "loggingConfig.systemLogLevel", _SYSTEM_LEVELS)
    if logging.format == "Text" and (logging.application_level or logging.system_level):
        raise InvalidFunctionError(
            "ApplicationLogLevel and SystemLogLevel are not supported when LogFormat is Text.",
            hint="set LogFormat=JSON with them",
        )
    if logging.group:
        _matches(logging.group, "loggingConfig.logGroup", _LOG_GROUP)
        if not is_inside(logging.group):
            raise InvalidFunctionError(f"{logging.group!r} is no name of a log group: its logs are a folder here")


def is_inside(group: str) -> bool:
    """Tell whether the folder of a log group is one below that of all logs."""
    return all(part not in ("", ".", "..") for part in group.removeprefix("/").split("/"))


def _check_environment(environment: Mapping[str, str]) -> None:
    reserved = [key for key in environment if _RESERVED.fullmatch(key)]
    if reserved:
        raise InvalidFunctionError(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided contains reserved keys that are currently not supported for modification. Reserved keys used "
            f"in this request: {', '.join(reserved)}"
        )
    for key in environment:
        if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]+", key):
            raise InvalidFunctionError(
                f"{key!r} is not the name of an environment variable: "
                "two or more letters, digits and '_', a letter first"
            )
    measured = json.dumps(dict(environment), separators=(",", ":"))
    if len(measured.encode()) > _ENVIRONMENT_BYTES:
        raise InvalidFunctionError(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided exceeded the 4KB limit. String measured: {measured}"
        )


def one_of(value: str, place: str, values: tuple[str, ...]) -> None:
    """Refuse a word that is none of *values*."""
    if value not in values:
        raise InvalidValueError(value, place, f"Member must satisfy enum value set: [{', '.join(values)}]")


def _matches(value: str, place: str, pattern: str) -> None:
    if not re.fullmatch(pattern, value):
        raise InvalidValueError(value, place, f"Member must satisfy regular expression pattern: {pattern}")


def within(value: int, place: str, least: int, most: int) -> None:
    """Refuse a number that is not from *least* to *most*."""
    if value < least:
        raise InvalidValueError(value, place, f"Member must have value greater than or equal to {least}")
    if value > most:
        raise InvalidValueError(value, place, f"Member must have value less than or equal to {most}")
