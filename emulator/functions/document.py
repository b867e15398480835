"""Functions in the shape of AWS's answers."""

from typing import Any

from emulator.functions.definition import Function

Document = dict[str, Any]


def configuration(function: Function, region: str) -> Document:
    """Return the answer of GetFunctionConfiguration; like AWS, without the keys that are not set."""
    document: Document = {
        "FunctionName": function.name,
        "FunctionArn": function.arn(region),
        "Runtime": function.runtime,
        "Role": function.role,
        "Handler": function.handler,
        "CodeSize": function.code_size_bytes,
        "Description": function.description,
        "Timeout": function.timeout_seconds,
        "MemorySize": function.memory_mb,
        "LastModified": function.last_modified.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        "CodeSha256": function.code_sha256,
        "Version": function.version,
        "TracingConfig": {"Mode": "PassThrough"},
        "RevisionId": function.revision_id,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": function.package_type,
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": function.ephemeral_storage_mb},
        "LoggingConfig": {"LogFormat": function.logging.format, "LogGroup": function.log_group},
    }
    if function.environment:
        document["Environment"] = {"Variables": dict(function.environment)}
    return document


def function(function: Function, region: str, location: str) -> Document:
    """Return the answer of GetFunction; *location* is where the code lies."""
    return {"Configuration": configuration(function, region), "Code": {"RepositoryType": "S3", "Location": location}}
