"""What a request asks for that nobody here would see to, or that names nothing: refused, for silence is a trap."""

import re
from collections.abc import Mapping
from typing import Any

from emulator.buckets.records import NULL_VERSION
from emulator.errors import EmulatorError, InvalidRequestError
from emulator.http.aws.errors import InvalidArgumentError
from emulator.http.aws.model import Operation
from emulator.http.s3.errors import NotImplementedByS3Error
from emulator.settings import ACCOUNT_ID

_OWNERS = ("ExpectedBucketOwner", "ExpectedSourceBucketOwner")
_LOCKS = ("ObjectLockMode", "ObjectLockRetainUntilDate", "ObjectLockLegalHoldStatus")
_KEYS = ("SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5")
_SOURCE_KEYS = tuple(f"CopySource{name}" for name in _KEYS)
_VERSION = re.compile(r"[\w.-]{32}", re.ASCII)
_READING = {"GetObject", "HeadObject", "GetObjectAttributes"}
_OF_DIRECTORY_BUCKETS = {
    "IfMatchLastModifiedTime": "x-amz-if-match-last-modified-time",
    "IfMatchSize": "x-amz-if-match-size",
    "LastModifiedTime": "LastModifiedTime",
    "Size": "Size",
    "WriteOffsetBytes": "x-amz-write-offset-bytes",
}


def check_demands(operation: Operation, asked: Mapping[str, Any]) -> None:
    """
    Raise AWS's error if *operation* would not do what is *asked* of it.

    That is: for another account's bucket, for a version that cannot be, to lock an object, to append to it, or to
    encrypt it with a key of the sender's.
    """
    if any(asked.get(name, ACCOUNT_ID) != ACCOUNT_ID for name in _OWNERS):
        raise EmulatorError("Access Denied", hint=f"all buckets here are owned by {ACCOUNT_ID}", code="AccessDenied")
    if "VersionId" in asked:
        check_version_id(asked["VersionId"])
    if any(name in asked for name in _LOCKS):
        raise InvalidRequestError("Bucket is missing Object Lock Configuration", code="InvalidRequest")
    if asked.get("ObjectLockEnabledForBucket"):
        raise NotImplementedByS3Error("Object Lock")
    has_key = any(name in asked for name in _KEYS)
    if any(name in asked for name in _SOURCE_KEYS) or (has_key and operation.name in _READING):
        raise InvalidRequestError("The encryption parameters are not applicable to this object.", code="InvalidRequest")
    if has_key:
        raise NotImplementedByS3Error("encryption with a key of the customer's")
    refuse_directory_conditions(asked)


def check_version_id(version_id: str) -> None:
    """Raise InvalidArgumentError for what is no id of any version."""
    if not version_id:
        raise InvalidArgumentError("Version id cannot be the empty string", "versionId", "")
    if version_id != NULL_VERSION and not _VERSION.fullmatch(version_id):
        raise InvalidArgumentError("Invalid version id specified", "versionId", version_id)


def refuse_directory_conditions(asked: Mapping[str, Any]) -> None:
    """Raise NotImplementedByS3Error for what only directory buckets can: conditions on size and time, and appending."""
    for name, wire_name in _OF_DIRECTORY_BUCKETS.items():
        if name in asked:
            raise NotImplementedByS3Error(wire_name)
