"""Functions in the shape of AWS's answers: like there, without the keys that are not set."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.functions.alias import Alias
from emulator.functions.code.archive import MAX_UNZIPPED_BYTES, MAX_UPLOAD_BYTES
from emulator.functions.concurrency import ACCOUNT_CONCURRENCY, Account, Provisioned
from emulator.functions.definition import Function, ImageConfig
from emulator.functions.event_config import EventInvokeConfig
from emulator.functions.references import LATEST, FunctionReference

Document = dict[str, Any]

_TOTAL_CODE_BYTES = 75 * 1024**3
"""AWS's; here a disk is full when it is full."""


def configuration(
    function: Function,
    region: str,
    *,
    failure: str | None = None,
    qualifier: str | None = None,
    layer_size: Callable[[str], int] = lambda _: 0,
) -> Document:
    """
    Return the answer of GetFunctionConfiguration.

    *failure* is why no worker of it can be started, *qualifier* what it was asked for by; *layer_size* returns the
    bytes of a layer by its ARN.
    """
    named = qualifier or (None if function.version == LATEST else function.version)
    document: Document = {
        "FunctionName": function.name,
        "FunctionArn": function.arn(region, named),
        "Role": function.role,
        "CodeSize": function.code_size_bytes,
        "Description": function.description,
        "Timeout": function.timeout_seconds,
        "MemorySize": function.memory_mb,
        "LastModified": _time(function.last_modified),
        "CodeSha256": function.code_sha256,
        "Version": function.version,
        "TracingConfig": {"Mode": function.tracing_mode},
        "RevisionId": function.revision_id,
        **_state(function, failure),
        "PackageType": function.package_type,
        "Architectures": [function.architecture],
        "EphemeralStorage": {"Size": function.ephemeral_storage_mb},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": _logging(function),
    }
    if function.package_type == "Zip":
        document["Runtime"] = function.runtime
        document["Handler"] = function.handler
        document["RuntimeVersionConfig"] = {"RuntimeVersionArn": function.runtime_version_arn(region)}
    if function.image_config != ImageConfig():
        document["ImageConfigResponse"] = {"ImageConfig": _image_config(function.image_config)}
    if function.environment:
        document["Environment"] = {"Variables": dict(function.environment)}
    if function.layers:
        document["Layers"] = [{"Arn": arn, "CodeSize": layer_size(arn)} for arn in function.layers]
    if function.dead_letter_arn:
        document["DeadLetterConfig"] = {"TargetArn": function.dead_letter_arn}
    if function.vpc is not None:
        document["VpcConfig"] = {
            "SubnetIds": list(function.vpc.subnet_ids),
            "SecurityGroupIds": list(function.vpc.security_group_ids),
        }
    return document


def function(function: Function, configuration: Document, location: str) -> Document:
    """Return the answer of GetFunction; *location* is where the code lies, which a container image does not say."""
    if function.package_type == "Image":
        resolved = f"{function.image_uri.rpartition('@')[0] or function.image_uri}@sha256:{function.code_sha256}"
        code = {"RepositoryType": "ECR", "ImageUri": function.image_uri, "ResolvedImageUri": resolved}
    else:
        code = {"RepositoryType": "S3", "Location": location}
    return {"Configuration": configuration, "Code": code}


def alias(one: Alias, region: str) -> Document:
    """Return the answer of GetAlias."""
    document: Document = {
        "AliasArn": FunctionReference(one.function, one.name).arn(region),
        "Name": one.name,
        "FunctionVersion": one.version,
        "Description": one.description,
        "RevisionId": one.revision_id,
    }
    if one.weights:
        document["RoutingConfig"] = {"AdditionalVersionWeights": dict(one.weights)}
    return document


def event_config(config: EventInvokeConfig, arn: str) -> Document:
    """Return the answer of GetFunctionEventInvokeConfig; *arn* has the qualifier."""
    return {
        "LastModified": datetime.fromtimestamp(config.last_modified, UTC),
        "FunctionArn": arn,
        "MaximumRetryAttempts": config.max_retries,
        "MaximumEventAgeInSeconds": config.max_age_seconds,
        "DestinationConfig": {
            "OnSuccess": {"Destination": config.on_success} if config.on_success else {},
            "OnFailure": {"Destination": config.on_failure} if config.on_failure else {},
        },
    }


def account_settings(account: Account) -> Document:
    """Return the answer of GetAccountSettings."""
    return {
        "AccountLimit": {
            "TotalCodeSize": _TOTAL_CODE_BYTES,
            "CodeSizeUnzipped": MAX_UNZIPPED_BYTES,
            "CodeSizeZipped": MAX_UPLOAD_BYTES,
            "ConcurrentExecutions": ACCOUNT_CONCURRENCY,
            "UnreservedConcurrentExecutions": account.unreserved,
        },
        "AccountUsage": {"TotalCodeSize": account.code_bytes, "FunctionCount": account.functions},
    }


def provisioned(one: Provisioned, ready: int) -> Document:
    """Return the answer of GetProvisionedConcurrencyConfig; *ready* workers are."""
    return {
        "RequestedProvisionedConcurrentExecutions": one.requested,
        "AvailableProvisionedConcurrentExecutions": ready,
        "AllocatedProvisionedConcurrentExecutions": ready,
        "Status": "READY" if ready >= one.requested else "IN_PROGRESS",
        "LastModified": _time(one.last_modified),
    }


def listed_provisioned(one: Provisioned, ready: int, region: str) -> Document:
    """Return it as it is in a list."""
    return {"FunctionArn": FunctionReference(one.function, one.qualifier).arn(region), **provisioned(one, ready)}


def _state(function: Function, failure: str | None) -> Mapping[str, str]:
    if failure is None:
        return {"State": "Active", "LastUpdateStatus": "Successful"}
    code = "InvalidImage" if function.package_type == "Image" else "InvalidRuntime"
    return {
        "State": "Failed",
        "StateReason": failure,
        "StateReasonCode": code,
        "LastUpdateStatus": "Failed",
        "LastUpdateStatusReason": failure,
        "LastUpdateStatusReasonCode": code,
    }


def _logging(function: Function) -> Document:
    document = {"LogFormat": function.logging.format, "LogGroup": function.log_group}
    if function.logging.application_level:
        document["ApplicationLogLevel"] = function.logging.application_level
    if function.logging.system_level:
        document["SystemLogLevel"] = function.logging.system_level
    return document


def _image_config(config: ImageConfig) -> Document:
    document: Document = {}
    if config.entry_point:
        document["EntryPoint"] = list(config.entry_point)
    if config.command:
        document["Command"] = list(config.command)
    if config.working_directory:
        document["WorkingDirectory"] = config.working_directory
    return document


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}+0000"
