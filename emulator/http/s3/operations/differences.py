"""What differs from AWS, by operation, in a line each: docs/s3.md is made of it."""

_KEPT = "kept and answered; changes nothing"

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
    "CopyObject": "one request copies any size; a copy of a composite checksum has none",
    "CreateBucket": "any region is taken; a bucket can adopt a folder (`cloudlet s3 mb --path`)",
    "DeleteObject": "of a versioned bucket, the file goes and the versions stay",
    "DeleteObjects": "need not bring a checksum; one that comes is compared",
    "GetBucketAccelerateConfiguration": _KEPT,
    "GetBucketAcl": "the owner's, as of every bucket whose ACLs are off",
    "GetObjectAcl": "the owner's, as of every bucket whose ACLs are off",
    "GetObjectAttributes": "objects that were dropped as files have no checksum",
    "ListObjectsV2": "a file is listed as soon as it is whole",
    "PutBucketAccelerateConfiguration": _KEPT,
    "PutBucketEncryption": _KEPT,
    "PutBucketLogging": _KEPT,
    "PutBucketPolicy": "kept and answered; nobody is refused by it",
    "PutBucketReplication": _KEPT,
    "PutBucketRequestPayment": _KEPT,
    "PutObject": "storage class, encryption and ACL headers change nothing",
    "PutPublicAccessBlock": _KEPT,
}
