"""Functions in the shape of AWS's answers."""

from typing import Any

from emulator.functions.definition import Function
from emulator.settings import ACCOUNT_ID

Document = dict[str, Any]


def configuration(function: Function, region: str) -> Document:
    """Return the answer of GetFunctionConfiguration; like AWS, without the keys that are not set."""
    document: Document = {
        "FunctionName": function.name,
        "FunctionArn": function.arn(region),
        "Runtime": function.runtime,
        "Role": f"arn:aws:iam::{ACCOUNT_ID}:role/cloudlet",
        "Handler": function.handler,
        "CodeSize": function.code_size_bytes,
        "Description": function.description,
        "Timeout": function.timeout_seconds,
        "MemorySize": function.memory_mb,
        "LastModified": function.last_modified.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        "CodeSha256": function.code_sha256,
        "Version": "$LATEST",
        "TracingConfig": {"Mode": "PassThrough"},
        "RevisionId": function.revision_id,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": 512},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{function.name}"},
    }
    if function.environment:
        document["Environment"] = {"Variables": dict(function.environment)}
    return document


def function(function: Function, region: str, location: str) -> Document:
    """Return the answer of GetFunction; *location* is where the code lies."""
    return {"Configuration": configuration(function, region), "Code": {"RepositoryType": "S3", "Location": location}}
