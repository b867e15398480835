"""Requests in AWS's shape, read into records: what `aws lambda`, boto3 and our own commands all say in the same words.

A command line's shorthand knows text only, so a number may come as its digits, and one text for a list of one.
"""

from collections.abc import Mapping
from typing import Any

from emulator.errors import InvalidRequestError
from emulator.functions.changes import Changes
from emulator.functions.definition import ImageConfig, VpcConfig
from emulator.functions.errors import InvalidFunctionError
from emulator.functions.event_configs import EventChanges

Parameters = Mapping[str, Any]

NOT_AVAILABLE = (
    *("AcceleratorConfig", "CapacityProviderConfig", "CodeSigningConfigArn", "DurableConfig"),
    *("FileSystemConfigs", "KMSKeyArn", "RuntimeConfig", "TenancyConfig"),
)
"""Parts of a configuration that AWS has, and we have not."""

_LOGGING = {
    "LogFormat": "format",
    "ApplicationLogLevel": "application_level",
    "SystemLogLevel": "system_level",
    "LogGroup": "group",
}


def read_changes(given: Parameters) -> Changes:
    """Return what the parameters of CreateFunction or UpdateFunctionConfiguration say about the configuration."""
    for name in NOT_AVAILABLE:
        if given.get(name):
            raise InvalidFunctionError(f"{name} is not available here", hint="leave it out")
    if structure(given, "SnapStart", ("ApplyOn",)).get("ApplyOn", "None") != "None":
        raise InvalidFunctionError("SnapStart is not available here", hint="leave it out")
    return Changes(
        runtime=text(given, "Runtime"),
        handler=text(given, "Handler"),
        role=text(given, "Role"),
        description=text(given, "Description"),
        timeout_seconds=integer(given, "Timeout"),
        memory_mb=integer(given, "MemorySize"),
        ephemeral_storage_mb=integer(structure(given, "EphemeralStorage", ("Size",)), "Size"),
        environment=_environment(given),
        layers=texts(given, "Layers"),
        vpc=_vpc(given),
        dead_letter_arn=_member(given, "DeadLetterConfig", "TargetArn"),
        tracing_mode=_member(given, "TracingConfig", "Mode"),
        architecture=_architecture(given),
        image_config=_image_config(given),
        logging=_logging(given),
    )


def text(given: Parameters, name: str) -> str | None:
    """Return the text called *name*, None if there is none."""
    value = given.get(name)
    if value is None or isinstance(value, str):
        return value
    raise _wrong_type(name, value, "str")


def required_text(given: Parameters, name: str) -> str:
    value = text(given, name)
    if value is None:
        raise _missing(name)
    return value


def required_integer(given: Parameters, name: str) -> int:
    value = integer(given, name)
    if value is None:
        raise _missing(name)
    return value


def integer(given: Parameters, name: str) -> int | None:
    value = given.get(name)
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            raise _wrong_type(name, value, "int") from None
    if value is None or type(value) is int:
        return value
    raise _wrong_type(name, value, "int")


def flag(given: Parameters, name: str) -> bool:
    value = given.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise _wrong_type(name, value, "bool")


def texts(given: Parameters, name: str) -> tuple[str, ...] | None:
    """Return the list called *name*, None if there is none."""
    value = given.get(name)
    if value is None:
        return None
    values = [value] if isinstance(value, str) else value
    if isinstance(values, list | tuple) and all(isinstance(one, str) for one in values):
        return tuple(one for one in values if one or len(values) > 1)
    raise _wrong_type(name, value, "list of str")


def pairs(given: Parameters, name: str) -> dict[str, str] | None:
    """Return the map called *name*, None if there is none; the shorthand of a command line may spell out a number."""
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, Mapping) and all(isinstance(one, str) for one in value.values()):
        return dict(value)
    raise _wrong_type(name, value, "map of str")


def structure(given: Parameters, name: str, members: tuple[str, ...]) -> Parameters:
    """Return the structure called *name*, an empty one if there is none; other members than *members* are refused."""
    value = given.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _wrong_type(name, value, "structure")
    if unknown := [key for key in value if key not in members]:
        raise InvalidRequestError(
            f'Unknown parameter in {name}: "{unknown[0]}", must be one of: {", ".join(members)}',
            code="ValidationException",
        )
    return value


def _member(given: Parameters, name: str, member: str) -> str | None:
    """Return the only member of the structure *name*; "" if the structure is empty, None if there is none."""
    found = text(structure(given, name, (member,)), member)
    return "" if found is None and given.get(name) is not None else found


def _environment(given: Parameters) -> Mapping[str, str] | None:
    if given.get("Environment") is None:
        return None
    return pairs(structure(given, "Environment", ("Variables",)), "Variables") or {}


def _vpc(given: Parameters) -> VpcConfig | None:
    if given.get("VpcConfig") is None:
        return None
    value = structure(given, "VpcConfig", ("SubnetIds", "SecurityGroupIds", "Ipv6AllowedForDualStack"))
    return VpcConfig(texts(value, "SubnetIds") or (), texts(value, "SecurityGroupIds") or ())


def _image_config(given: Parameters) -> ImageConfig | None:
    if given.get("ImageConfig") is None:
        return None
    value = structure(given, "ImageConfig", ("EntryPoint", "Command", "WorkingDirectory"))
    return ImageConfig(
        texts(value, "EntryPoint") or (), texts(value, "Command") or (), text(value, "WorkingDirectory") or ""
    )


def _logging(given: Parameters) -> Mapping[str, str] | None:
    if given.get("LoggingConfig") is None:
        return None
    value = structure(given, "LoggingConfig", tuple(_LOGGING))
    return {_LOGGING[name]: text(value, name) or "" for name in value}


def _architecture(given: Parameters) -> str | None:
    found = texts(given, "Architectures")
    if found is not None and len(found) != 1:
        raise InvalidFunctionError("Architectures must be a list of one: x86_64 or arm64")
    return found[0] if found else None


def _missing(name: str) -> InvalidRequestError:
    return InvalidRequestError(f'Missing required parameter in input: "{name}"', code="ValidationException")


def _wrong_type(name: str, value: object, wanted: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"Invalid type for parameter {name}, value: {value!r}, type: {type(value).__name__}, valid types: {wanted}",
        code="SerializationException",
    )


def weights(given: Parameters) -> dict[str, float] | None:
    """Return the weights of an alias's RoutingConfig, None if there is none."""
    if given.get("RoutingConfig") is None:
        return None
    found = structure(given, "RoutingConfig", ("AdditionalVersionWeights",)).get("AdditionalVersionWeights") or {}
    if not isinstance(found, Mapping):
        raise _wrong_type("AdditionalVersionWeights", found, "map of float")
    try:
        return {version: float(weight) for version, weight in found.items()}
    except (TypeError, ValueError):
        raise _wrong_type("AdditionalVersionWeights", found, "map of float") from None


def read_event_changes(given: Parameters) -> EventChanges:
    """Return what the parameters of PutFunctionEventInvokeConfig say."""
    places = structure(given, "DestinationConfig", ("OnSuccess", "OnFailure"))
    return EventChanges(
        max_retries=integer(given, "MaximumRetryAttempts"),
        max_age_seconds=integer(given, "MaximumEventAgeInSeconds"),
        on_success=_member(places, "OnSuccess", "Destination"),
        on_failure=_member(places, "OnFailure", "Destination"),
    )
