"""What a function may be called and have: AWS's quotas and forms, refused in AWS's words."""

import json
import re
from collections.abc import Iterator, Mapping

from emulator.functions.definition import Function, LoggingConfig, VpcConfig
from emulator.functions.errors import InvalidFunctionError
from emulator.functions.references import is_function_name
from emulator.violations import InvalidValueError, Violation, longer, not_one_of, outside, refuse, unlike

MIN_MEMORY_MB, MAX_MEMORY_MB = 128, 10_240
MAX_TIMEOUT_SECONDS = 900
MIN_STORAGE_MB, MAX_STORAGE_MB = 512, 10_240

MAX_DESCRIPTION = 256

_ENVIRONMENT_BYTES = 4096
_LONGEST_HANDLER = 128
_NAME = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?"
    r"([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?"
)
_NAME_HINT = "use 1 to 64 letters, digits, '-' and '_'"
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
        raise InvalidValueError(
            Violation(name, "functionName", f"Member must satisfy regular expression pattern: {_NAME}", _NAME_HINT)
        )


def check_configuration(function: Function) -> None:
    """Refuse, with an InvalidRequestError, what Lambda refuses; of values in a wrong form all at once."""
    refuse(_violations(function))
    if function.package_type == "Zip":
        _check_zip(function)
    elif function.runtime or function.handler or function.layers:
        raise InvalidFunctionError(
            "Please don't provide Runtime, Handler or Layers when the function's PackageType is Image."
        )
    check_target(function.dead_letter_arn, "deadLetterConfig.targetArn")
    _check_vpc(function.vpc)
    _check_logging(function.logging)
    _check_environment(function.environment)


def _violations(function: Function) -> Iterator[Violation]:
    check_name(function.name)
    yield from not_one_of(function.package_type, "packageType", ("Zip", "Image"))
    if function.handler and function.package_type == "Zip":
        yield from unlike(function.handler, "handler", r"[^\s]+", "write module.function, such as app.handler")
        yield from longer(function.handler, "handler", _LONGEST_HANDLER)
    yield from unlike(function.role, "role", _ROLE)
    yield from longer(function.description, "description", MAX_DESCRIPTION)
    yield from outside(function.memory_mb, "memorySize", MIN_MEMORY_MB, MAX_MEMORY_MB)
    yield from outside(function.timeout_seconds, "timeout", 1, MAX_TIMEOUT_SECONDS)
    yield from outside(function.ephemeral_storage_mb, "ephemeralStorage.size", MIN_STORAGE_MB, MAX_STORAGE_MB)
    yield from not_one_of(function.tracing_mode, "tracingConfig.mode", ("Active", "PassThrough"))
    yield from not_one_of(function.architecture, "architectures", ("x86_64", "arm64"))
    if function.vpc is not None:
        for one in function.vpc.subnet_ids:
            yield from unlike(one, "vpcConfig.subnetIds", r"subnet-[0-9a-zA-Z]*")
        for one in function.vpc.security_group_ids:
            yield from unlike(one, "vpcConfig.securityGroupIds", r"sg-[0-9a-zA-Z]*")
    yield from _logging_violations(function.logging)


def _logging_violations(logging: LoggingConfig) -> Iterator[Violation]:
    yield from not_one_of(logging.format, "loggingConfig.logFormat", ("JSON", "Text"))
    if logging.application_level:
        yield from not_one_of(logging.application_level, "loggingConfig.applicationLogLevel", _APPLICATION_LEVELS)
    if logging.system_level:
        yield from not_one_of(logging.system_level, "loggingConfig.systemLogLevel", _SYSTEM_LEVELS)
    if logging.group:
        yield from unlike(logging.group, "loggingConfig.logGroup", _LOG_GROUP)


def check_description(description: str) -> None:
    refuse(longer(description, "description", MAX_DESCRIPTION))


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
    config = function.image_config
    if config.entry_point or config.command or config.working_directory:
        raise InvalidFunctionError("ImageConfig is not supported for functions created with deployment packages.")


def _check_vpc(vpc: VpcConfig | None) -> None:
    if vpc is not None and bool(vpc.subnet_ids) != bool(vpc.security_group_ids):
        raise InvalidFunctionError("SubnetIds and SecurityIds must coexist or be both empty list.")


def _check_logging(logging: LoggingConfig) -> None:
    if logging.format == "Text" and (logging.application_level or logging.system_level):
        raise InvalidFunctionError(
            "ApplicationLogLevel and SystemLogLevel are not supported when LogFormat is Text.",
            hint="set LogFormat=JSON with them",
        )
    if logging.group and not is_inside(logging.group):
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
