"""What differs from AWS, by operation, in a line each: docs/s3.md is made of it."""

_KEPT = "kept and answered; changes nothing"
_TAKEN = "taken where ownership controls allow ACLs; changes nothing"
_UNPROTECTED = "Object Lock, keys of the customer's (SSE-C) and appending are refused"

REFUSED = {
    "GetObjectLegalHold": "no bucket has Object Lock: answered as by a bucket without it",
    "GetObjectRetention": "no bucket has Object Lock: answered as by a bucket without it",
    "GetObjectTorrent": "AWS has ended it",
    "PutObjectLegalHold": "no bucket has Object Lock: answered as by a bucket without it",
    "PutObjectRetention": "no bucket has Object Lock: answered as by a bucket without it",
    "SelectObjectContent": "AWS has closed it to new customers; use DuckDB or pandas on the folder",
}
"""Operations that have an answer, and nothing else."""

DIFFERENCES = {
    "CopyObject": "one request copies any size; a copy of a composite checksum has none unless it asks for one",
    "CreateBucket": "any region is taken; a bucket can adopt a folder (`cloudlet s3 mb --path`); ACLs change nothing",
    "CreateMultipartUpload": _UNPROTECTED,
    "DeleteObject": "of a versioned bucket, the file goes and the versions stay; `If-Match` is about a named version",
    "DeleteObjects": "an `ETag` beside a version is about that version; a checksum need not come, but is compared",
    "GetBucketAccelerateConfiguration": _KEPT,
    "GetBucketAcl": "always the owner's",
    "GetObject": "no object has a key of the customer's: with one (SSE-C) it is refused",
    "GetObjectAcl": "always the owner's",
    "GetObjectAttributes": "objects that were dropped as files have no checksum",
    "ListObjectsV2": "a file is listed as soon as it is whole",
    "PutBucketAccelerateConfiguration": _KEPT,
    "PutBucketAcl": _TAKEN,
    "PutBucketEncryption": _KEPT,
    "PutBucketLogging": _KEPT,
    "PutBucketPolicy": "kept and answered; nobody is refused by it",
    "PutBucketReplication": _KEPT,
    "PutBucketRequestPayment": _KEPT,
    "PutObject": f"storage class, SSE-S3, SSE-KMS and ACL headers change nothing; {_UNPROTECTED}",
    "PutObjectAcl": _TAKEN,
    "PutObjectLockConfiguration": "refused, as no object can be locked",
    "PutPublicAccessBlock": _KEPT,
}
