"""What a request asks for so that data is safe, and nobody here would see to: refused, for silence would be a trap."""

from collections.abc import Mapping
from typing import Any

from emulator.errors import EmulatorError, InvalidRequestError
from emulator.http.aws.model import Operation
from emulator.http.s3.errors import NotImplementedByS3Error
from emulator.settings import ACCOUNT_ID

_OWNERS = ("ExpectedBucketOwner", "ExpectedSourceBucketOwner")
_LOCKS = ("ObjectLockMode", "ObjectLockRetainUntilDate", "ObjectLockLegalHoldStatus")
_KEYS = ("SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5")
_SOURCE_KEYS = tuple(f"CopySource{name}" for name in _KEYS)
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

    That is: for another account's bucket, to lock an object, to append to it, or to encrypt it with the sender's key.
    """
    if any(asked.get(name, ACCOUNT_ID) != ACCOUNT_ID for name in _OWNERS):
        raise EmulatorError("Access Denied", hint=f"all buckets here are owned by {ACCOUNT_ID}", code="AccessDenied")
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


def refuse_directory_conditions(asked: Mapping[str, Any]) -> None:
    """Raise NotImplementedByS3Error for what only directory buckets can: conditions on size and time, and appending."""
    for name, wire_name in _OF_DIRECTORY_BUCKETS.items():
        if name in asked:
            raise NotImplementedByS3Error(wire_name)
