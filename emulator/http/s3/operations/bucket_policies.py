"""Bucket policies: checked and kept as they were written. Nobody is kept out by one, nor let in."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from emulator.errors import EmulatorError, InvalidRequestError
from emulator.http.s3.call import Call, Output
from emulator.http.s3.missing import NoSuchSettingError

MISSING = ("NoSuchBucketPolicy", "The bucket policy does not exist")
PUBLIC_ACCESS = "PublicAccessBlock"

_NOUN = "BucketPolicy"
_VERSIONS = ("2008-10-17", "2012-10-17")
_EFFECTS = ("Allow", "Deny")
_ARN = "arn:aws:s3:::"
_NARROWING = (
    "aws:principal",
    "aws:source",
    "aws:userid",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:dataaccesspoint",
)
"""How the names of condition keys begin that make a statement for everybody one for somebody."""


class MalformedPolicyError(InvalidRequestError):
    """The policy is none."""

    code = "MalformedPolicy"


class PublicPolicyError(EmulatorError):
    """The policy lets everybody in, and the bucket's settings forbid that; HTTP 403."""

    code = "AccessDenied"

    def __init__(self, bucket: str) -> None:
        super().__init__(
            f"User is not authorized to perform: s3:PutBucketPolicy on resource: {_ARN}{bucket} because public policies"
            " are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
            hint=f"as on AWS, delete the bucket's public access block first: `delete-public-access-block` of {bucket}",
        )


def checked_policy(call: Call, text: str) -> Mapping[str, Any]:
    """Return what is kept of a policy; MalformedPolicyError, with AWS's words, for the first thing that is wrong."""
    policy = _parsed(text)
    if policy.get("Version", _VERSIONS[0]) not in _VERSIONS:
        raise MalformedPolicyError("The policy must contain a valid version string")
    statements = list(_statements(policy))
    if not statements:
        raise MalformedPolicyError("Missing required field Statement")
    for statement in statements:
        _check_statement(statement, call.bucket)
    blocks = call.buckets.bucket_settings.get(call.bucket, PUBLIC_ACCESS)
    if _is_public(policy) and (blocks is None or blocks.get("BlockPublicPolicy")):
        raise PublicPolicyError(call.bucket)
    return {"Policy": text}


async def get_policy_status(call: Call) -> Output:
    kept = await call.run(call.buckets.bucket_settings.get, call.bucket, _NOUN)
    if kept is None:
        raise NoSuchSettingError(*MISSING, call.bucket)
    return {"PolicyStatus": {"IsPublic": _is_public(json.loads(kept["Policy"]))}}


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        policy = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _no_json() from error
    if not isinstance(policy, dict) or not text.startswith("{"):
        raise _no_json()
    return policy


def _check_statement(statement: object, bucket: str) -> None:
    if not isinstance(statement, dict):
        raise MalformedPolicyError("Policies must be valid JSON and the first byte must be '{'")
    for name in ("Effect", "Principal", "Action", "Resource"):
        if name not in statement and f"Not{name}" not in statement:
            raise MalformedPolicyError(f"Missing required field {name}")
    if statement.get("Effect") not in _EFFECTS:
        raise MalformedPolicyError(f"Invalid effect: {statement.get('Effect')}")
    conditions = statement.get("Condition", {})
    is_form = statement.get("Principal") in ("*", None) or isinstance(statement["Principal"], dict)
    if not is_form or not isinstance(conditions, dict) or not all(isinstance(one, dict) for one in conditions.values()):
        raise MalformedPolicyError("Invalid policy syntax.")
    for action in _texts(statement.get("Action", statement.get("NotAction"))):
        if action != "*" and not action.lower().startswith("s3:"):
            raise MalformedPolicyError("Policy has invalid action")
    for resource in _texts(statement.get("Resource", statement.get("NotResource"))):
        if not _is_of(resource, bucket):
            raise MalformedPolicyError("Policy has invalid resource")


def _is_of(resource: str, bucket: str) -> bool:
    path = resource.removeprefix(_ARN)
    return resource == "*" or (path != resource and path.partition("/")[0] in (bucket, "*"))


def _is_public(policy: Mapping[str, Any]) -> bool:
    return any(
        statement["Effect"] == "Allow" and _is_everybody(statement) and not _is_narrow(statement)
        for statement in _statements(policy)
    )


def _is_everybody(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    if principal is None:  # all but some
        return True
    return principal == "*" or any("*" in _texts(one) for one in principal.values())


def _is_narrow(statement: Mapping[str, Any]) -> bool:
    keys = [key.lower() for operator in statement.get("Condition", {}).values() for key in operator]
    return any(key.startswith(_NARROWING) for key in keys)


def _statements(policy: Mapping[str, Any]) -> Iterator[Any]:
    found = policy.get("Statement", [])
    yield from found if isinstance(found, list) else [found]


def _texts(value: Any) -> list[str]:
    found: list[str] = value if isinstance(value, list) else [value]
    if not found or not all(isinstance(one, str) for one in found):
        raise MalformedPolicyError("Invalid policy syntax.")
    return found


def _no_json() -> MalformedPolicyError:
    return MalformedPolicyError("Policies must be valid JSON and the first byte must be '{'")
