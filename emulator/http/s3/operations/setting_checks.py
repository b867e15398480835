"""What AWS refuses of a bucket's settings, besides what its model says already."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from emulator.buckets.errors import InvalidArgumentError
from emulator.buckets.tags import MAX_BUCKET_TAGS, tags_of_set
from emulator.errors import ConflictError, InvalidRequestError, NotFoundError
from emulator.http.aws.errors import MalformedXMLError
from emulator.http.s3.call import Call
from emulator.http.s3.errors import NotImplementedByS3Error

Document: TypeAlias = Mapping[str, Any]

ENCRYPTED: Document = {
    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
}
"""What holds for a bucket that nobody set to anything else, since 2023."""
BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")

_ARN = "arn:aws:s3:::"


def accelerate(call: Call, document: Document) -> Document:
    """Refuse what has no status, and buckets whose names have periods."""
    if "Status" not in document:
        raise MalformedXMLError("Status is missing")
    if "." in call.bucket:
        raise InvalidRequestError(
            "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names",
            code="InvalidRequest",
        )
    return document


def encryption(_: Call, document: Document) -> Document:
    """Refuse more than one rule, and a key where none is used."""
    rules = document["Rules"]
    if len(rules) != 1:
        raise MalformedXMLError("there is one rule")
    by_default = rules[0].get("ApplyServerSideEncryptionByDefault", {})
    if "KMSMasterKeyID" in by_default and by_default["SSEAlgorithm"] == "AES256":
        raise InvalidArgumentError(
            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"
        )
    return {"Rules": [{"BucketKeyEnabled": False, **rules[0]}]}


def logging(call: Call, document: Document) -> Document:
    """Refuse to log into a bucket that is not there."""
    enabled = document.get("LoggingEnabled")
    if enabled is not None and enabled["TargetBucket"] not in call.buckets.names():
        raise InvalidRequestError("The target bucket for logging does not exist", code="InvalidTargetBucketForLogging")
    return document


def ownership(_: Call, document: Document) -> Document:
    """Refuse anything but one rule."""
    if len(document["Rules"]) != 1:
        raise MalformedXMLError("there is one rule")
    return document


def public_access(_: Call, document: Document) -> Document:
    """Return all four answers; what is not said is no."""
    return {name: bool(document.get(name)) for name in BLOCKS}


def replication(call: Call, document: Document) -> Document:
    """Refuse buckets that do not exist or keep no versions."""
    if call.buckets.versioning(call.bucket) != "Enabled":
        raise _refusal("Versioning must be 'Enabled' on the bucket to apply a replication configuration")
    for rule in document["Rules"]:
        target = str(rule["Destination"]["Bucket"])
        if not target.startswith(_ARN):
            raise InvalidArgumentError("Invalid bucket ARN")
        try:
            status = call.buckets.versioning(target.removeprefix(_ARN))
        except NotFoundError as error:
            raise _refusal("Destination bucket must exist.") from error
        if status != "Enabled":
            raise _refusal("Destination bucket must have versioning enabled.")
    return document


def tagging(_: Call, document: Document) -> Document:
    """Refuse tags that AWS would not take."""
    tags_of_set(document["TagSet"], MAX_BUCKET_TAGS)
    return document


def object_lock(call: Call, _: Document) -> Document:
    """Refuse all of it: an object that is said to be locked, and is not, would be a trap."""
    if call.buckets.versioning(call.bucket) != "Enabled":
        raise ConflictError(
            "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
            code="InvalidBucketState",
        )
    raise NotImplementedByS3Error("Object Lock")


def _refusal(message: str) -> InvalidRequestError:
    return InvalidRequestError(message, code="InvalidRequest")
