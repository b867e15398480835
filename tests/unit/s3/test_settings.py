"""Every setting of a bucket, through boto3: what a bucket is set to that nobody touched, and what is kept of a put."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from emulator.http.aws.s3 import BUCKET
from emulator.http.aws.s3 import s3 as model
from emulator.http.s3.operations import OPERATIONS
from emulator.settings import ACCOUNT_ID


def refused(call: Callable[..., Any], **parameters: Any) -> tuple[str, int, str]:
    """Return code, status and message of the error that *call* meets."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]


def said(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


DEFAULTS: dict[str, dict[str, Any]] = {
    "GetBucketAbac": {"AbacStatus": {"Status": "Disabled"}},
    "GetBucketAccelerateConfiguration": {},
    "GetBucketAcl": {
        "Owner": {"ID": ACCOUNT_ID},
        "Grants": [{"Grantee": {"ID": ACCOUNT_ID, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}],
    },
    "GetBucketEncryption": {
        "ServerSideEncryptionConfiguration": {
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
        }
    },
    "GetBucketLogging": {},
    "GetBucketOwnershipControls": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
    "GetBucketRequestPayment": {"Payer": "BucketOwner"},
    "GetBucketVersioning": {},
    "GetPublicAccessBlock": {
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        }
    },
    "ListBucketAnalyticsConfigurations": {"IsTruncated": False},
    "ListBucketIntelligentTieringConfigurations": {"IsTruncated": False},
    "ListBucketInventoryConfigurations": {"IsTruncated": False},
    "ListBucketMetricsConfigurations": {"IsTruncated": False},
}
"""What a bucket says that was just made."""

ABSENT = {
    "GetBucketAnalyticsConfiguration": ("NoSuchConfiguration", "The specified configuration does not exist."),
    "GetBucketCors": ("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
    "GetBucketIntelligentTieringConfiguration": ("NoSuchConfiguration", "The specified configuration does not exist."),
    "GetBucketInventoryConfiguration": ("NoSuchConfiguration", "The specified configuration does not exist."),
    "GetBucketLifecycleConfiguration": (
        "NoSuchLifecycleConfiguration",
        "The lifecycle configuration does not exist",
    ),
    "GetBucketMetricsConfiguration": ("NoSuchConfiguration", "The specified configuration does not exist."),
    "GetBucketPolicy": ("NoSuchBucketPolicy", "The bucket policy does not exist"),
    "GetBucketPolicyStatus": ("NoSuchBucketPolicy", "The bucket policy does not exist"),
    "GetBucketReplication": (
        "ReplicationConfigurationNotFoundError",
        "The replication configuration was not found",
    ),
    "GetBucketTagging": ("NoSuchTagSet", "The TagSet does not exist"),
    "GetBucketWebsite": (
        "NoSuchWebsiteConfiguration",
        "The specified bucket does not have a website configuration",
    ),
    "GetObjectLockConfiguration": (
        "ObjectLockConfigurationNotFoundError",
        "Object Lock configuration does not exist for this bucket",
    ),
}
"""What a bucket does not have that was just made."""

OTHERS = {
    "GetBucketLocation",
    "GetBucketNotificationConfiguration",
    "HeadBucket",
    "ListMultipartUploads",
    "ListObjectVersions",
    "ListObjects",
    "ListObjectsV2",
}
"""Reads of a bucket that are no settings, or another module's."""


def reads_of_a_bucket() -> list[str]:
    """Return the operations of AWS's model that read something of a bucket as a whole."""
    # Not by boto3's own copy of the model: it changes the path of an operation that it has called once.
    operations = model().model.operations.values()
    return [
        one.name for one in operations if one.method in ("GET", "HEAD") and one.path == BUCKET and not one.is_deprecated
    ]


def asked(s3: Any, name: str) -> Callable[[], Any]:
    """Return the call of a read, with no more than it needs."""
    call = getattr(s3, xform_name(name))
    shape = s3.meta.service_model.operation_model(name).input_shape
    parameters = {"Bucket": "raw"} | ({"Id": "a"} if "Id" in shape.required_members else {})
    return lambda: call(**parameters)


def test_a_new_bucket_answers_every_read_as_on_aws(s3: Any, raw: Path) -> None:
    """
    Each is served, or refused by AWS's own word for "there is none"; what is not built says so, and nothing else.
    """
    answers: dict[str, Any] = {}
    errors: dict[str, tuple[str, str]] = {}
    for name in reads_of_a_bucket():
        if name in OTHERS:
            continue
        try:
            answers[name] = said(asked(s3, name)())
        except ClientError as error:
            errors[name] = (error.response["Error"]["Code"], error.response["Error"]["Message"])
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == (501 if name not in OPERATIONS else 404)

    assert answers == DEFAULTS
    assert {name: error for name, error in errors.items() if error[0] != "NotImplemented"} == ABSENT
    assert {name for name, error in errors.items() if error[0] == "NotImplemented"} == {
        "CreateSession",
        "GetBucketMetadataConfiguration",
        "GetBucketMetadataTableConfiguration",
    }


def test_a_missing_bucket_is_what_is_missing(s3: Any) -> None:
    """
    Whatever is read, the bucket comes first.
    """
    for name in sorted({*DEFAULTS, *ABSENT}):
        assert refused(asked(s3, name))[:2] == ("NoSuchBucket", 404), name


ID = {"Id": "a"}
PUTS: dict[str, dict[str, Any]] = {
    "BucketAbac": {"AbacStatus": {"Status": "Enabled"}},
    "BucketAccelerateConfiguration": {"AccelerateConfiguration": {"Status": "Enabled"}},
    "BucketAnalyticsConfiguration": {"AnalyticsConfiguration": ID | {"StorageClassAnalysis": {}}},
    "BucketCors": {
        "CORSConfiguration": {
            "CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["http://a"], "MaxAgeSeconds": 5}]
        }
    },
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": {
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"},
                    "BucketKeyEnabled": True,
                }
            ]
        }
    },
    "BucketIntelligentTieringConfiguration": {
        "IntelligentTieringConfiguration": ID
        | {"Status": "Enabled", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]}
    },
    "BucketInventoryConfiguration": {
        "InventoryConfiguration": ID
        | {
            "Destination": {"S3BucketDestination": {"Bucket": "arn:aws:s3:::raw", "Format": "CSV"}},
            "IsEnabled": True,
            "IncludedObjectVersions": "Current",
            "Schedule": {"Frequency": "Daily"},
        }
    },
    "BucketLifecycleConfiguration": {
        "LifecycleConfiguration": {
            "Rules": [{"ID": "x", "Status": "Enabled", "Filter": {"Prefix": "a"}, "Expiration": {"Days": 1}}]
        }
    },
    "BucketLogging": {"BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": "raw", "TargetPrefix": "log/"}}},
    "BucketMetricsConfiguration": {"MetricsConfiguration": ID | {"Filter": {"Prefix": "a"}}},
    "BucketOwnershipControls": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}},
    "BucketRequestPayment": {"RequestPaymentConfiguration": {"Payer": "Requester"}},
    "BucketTagging": {"Tagging": {"TagSet": [{"Key": "a", "Value": "b"}]}},
    "BucketWebsite": {"WebsiteConfiguration": {"IndexDocument": {"Suffix": "index.html"}}},
    "PublicAccessBlock": {
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": False,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": False,
            "RestrictPublicBuckets": True,
        }
    },
}
"""A document of each kind."""


@pytest.mark.parametrize("noun", PUTS)
def test_what_is_put_is_answered_and_what_is_deleted_is_gone(s3: Any, raw: Path, noun: str) -> None:
    """
    As it was put, whether the answer nests it or not; deleting goes back to AWS's default, or to nothing.
    """
    name = xform_name(noun)
    parameters = {"Bucket": "raw", **PUTS[noun]} | (
        ID if noun.endswith("Configuration") and "Id" in str(PUTS[noun]) else {}
    )
    wanted = {member: value for member, value in parameters.items() if member == "Id"}
    (document,) = PUTS[noun].values()

    getattr(s3, f"put_{name}")(**parameters)
    answer = said(getattr(s3, f"get_{name}")(Bucket="raw", **wanted))

    answer.pop("TransitionDefaultMinimumObjectSize", None)
    assert document in (answer, next(iter(answer.values())))
    delete = getattr(s3, f"delete_{name}".replace("lifecycle_configuration", "lifecycle"), None)
    if delete is None:
        return
    delete(Bucket="raw", **wanted)
    if noun == "BucketEncryption":
        assert said(s3.get_bucket_encryption(Bucket="raw")) == DEFAULTS["GetBucketEncryption"]
    else:
        assert refused(getattr(s3, f"get_{name}"), Bucket="raw", **wanted)[1] == 404


def test_settings_go_with_their_bucket(s3: Any, raw: Path) -> None:
    """
    A new bucket of the same name begins anew.
    """
    s3.put_bucket_tagging(Bucket="raw", **PUTS["BucketTagging"])
    s3.delete_public_access_block(Bucket="raw")
    s3.delete_bucket(Bucket="raw")

    s3.create_bucket(Bucket="raw")

    assert refused(s3.get_bucket_tagging, Bucket="raw")[0] == "NoSuchTagSet"
    assert said(s3.get_public_access_block(Bucket="raw")) == DEFAULTS["GetPublicAccessBlock"]


@pytest.mark.parametrize(
    ("noun", "document", "code", "message"),
    [
        (
            "BucketAccelerateConfiguration",
            {"AccelerateConfiguration": {}},
            "MalformedXML",
            "did not validate against our published schema",
        ),
        (
            "BucketEncryption",
            {
                "ServerSideEncryptionConfiguration": {
                    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256", "KMSMasterKeyID": "k"}}]
                }
            },
            "InvalidArgument",
            "a KMSMasterKeyID is not applicable",
        ),
        ("BucketEncryption", {"ServerSideEncryptionConfiguration": {"Rules": []}}, "MalformedXML", "published schema"),
        (
            "BucketLogging",
            {"BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": "none", "TargetPrefix": ""}}},
            "InvalidTargetBucketForLogging",
            "The target bucket for logging does not exist",
        ),
        (
            "BucketTagging",
            {"Tagging": {"TagSet": [{"Key": "a", "Value": ""}, {"Key": "a", "Value": ""}]}},
            "InvalidTag",
            "Cannot provide multiple Tags with the same key",
        ),
        (
            "BucketTagging",
            {"Tagging": {"TagSet": [{"Key": "aws:a", "Value": ""}]}},
            "InvalidTag",
            "System tags cannot be added/updated by requester",
        ),
        (
            "BucketReplication",
            {
                "ReplicationConfiguration": {
                    "Role": "r",
                    "Rules": [{"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::raw"}}],
                }
            },
            "InvalidRequest",
            "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
        ),
        ("BucketAcl", {"ACL": "private"}, "AccessControlListNotSupported", "The bucket does not allow ACLs"),
        ("BucketAcl", {"ACL": "public-read"}, "AccessControlListNotSupported", "The bucket does not allow ACLs"),
        (
            "BucketOwnershipControls",
            {"OwnershipControls": {"Rules": [{"ObjectOwnership": "Nobody"}]}},
            "MalformedXML",
            "published schema",
        ),
    ],
)
def test_what_aws_refuses_is_refused_and_changes_nothing(
    s3: Any, raw: Path, noun: str, document: dict[str, Any], code: str, message: str
) -> None:
    """
    With AWS's code and words.
    """
    get = asked(s3, f"Get{noun}")
    before = said(get()) if f"Get{noun}" in DEFAULTS else None

    found = refused(getattr(s3, f"put_{xform_name(noun)}"), Bucket="raw", **document)

    assert found[:2] == (code, 400)
    assert message in found[2]
    if before is None:
        assert refused(get)[1] == 404
    else:
        assert said(get()) == before


def test_fifty_tags_fit_a_bucket(s3: Any, raw: Path) -> None:
    """
    Ten is the limit of objects.
    """
    tags = [{"Key": f"k{number:02d}", "Value": "v"} for number in range(51)]

    s3.put_bucket_tagging(Bucket="raw", Tagging={"TagSet": tags[:50]})

    assert s3.get_bucket_tagging(Bucket="raw")["TagSet"] == tags[:50]
    assert refused(s3.put_bucket_tagging, Bucket="raw", Tagging={"TagSet": tags})[1] == 400


def test_an_acl_that_says_what_is_so_anyway_is_taken(s3: Any, raw: Path) -> None:
    """
    Tools put back what they read.
    """
    policy = said(s3.get_bucket_acl(Bucket="raw"))

    s3.put_bucket_acl(Bucket="raw", AccessControlPolicy=policy)

    assert said(s3.get_bucket_acl(Bucket="raw")) == policy


def test_a_bucket_that_takes_acls_takes_them(s3: Any, raw: Path) -> None:
    """
    Its owner has said so; who may do what is the same as before.
    """
    before = said(s3.get_bucket_acl(Bucket="raw"))
    s3.put_bucket_ownership_controls(Bucket="raw", **PUTS["BucketOwnershipControls"])

    s3.put_bucket_acl(Bucket="raw", ACL="private")

    assert said(s3.get_bucket_acl(Bucket="raw")) == before


def test_configurations_with_ids_are_listed_in_pages(s3: Any, raw: Path) -> None:
    """
    By id, a hundred each.
    """
    ids = [f"{number:03d}" for number in range(130)]
    for identifier in ids:
        s3.put_bucket_metrics_configuration(Bucket="raw", Id=identifier, MetricsConfiguration={"Id": identifier})

    first = s3.list_bucket_metrics_configurations(Bucket="raw")
    rest = s3.list_bucket_metrics_configurations(Bucket="raw", ContinuationToken=first["NextContinuationToken"])

    assert (first["IsTruncated"], rest["IsTruncated"]) == (True, False)
    found = [*first["MetricsConfigurationList"], *rest["MetricsConfigurationList"]]
    assert [one["Id"] for one in found] == ids
    assert len(first["MetricsConfigurationList"]) == 100
    assert refused(s3.delete_bucket_metrics_configuration, Bucket="raw", Id="x")[:2] == ("NoSuchConfiguration", 404)


def policy(**changes: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}, "Action": "s3:GetObject"}
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [statement | {"Resource": "arn:aws:s3:::raw/*"} | changes]}
    )


def test_a_policy_is_answered_as_it_was_written(s3: Any, raw: Path) -> None:
    """
    To the last space: tools compare the text.
    """
    text = policy().replace(": ", ":   ")

    s3.put_bucket_policy(Bucket="raw", Policy=text)

    assert s3.get_bucket_policy(Bucket="raw")["Policy"] == text
    assert s3.get_bucket_policy_status(Bucket="raw")["PolicyStatus"] == {"IsPublic": False}
    s3.delete_bucket_policy(Bucket="raw")
    assert refused(s3.get_bucket_policy, Bucket="raw")[0] == "NoSuchBucketPolicy"


def test_a_public_policy_needs_the_block_to_be_lifted_as_on_aws(s3: Any, raw: Path) -> None:
    """
    A script that works here must work there.
    """
    public = policy(Principal="*")

    assert refused(s3.put_bucket_policy, Bucket="raw", Policy=public)[:2] == ("AccessDenied", 403)
    s3.delete_public_access_block(Bucket="raw")
    s3.put_bucket_policy(Bucket="raw", Policy=public)

    assert s3.get_bucket_policy_status(Bucket="raw")["PolicyStatus"] == {"IsPublic": True}


def test_a_policy_for_everybody_from_somewhere_is_not_public(s3: Any, raw: Path) -> None:
    """
    AWS counts a source address as somebody.
    """
    text = policy(Principal={"AWS": "*"}, Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})

    s3.put_bucket_policy(Bucket="raw", Policy=text)

    assert s3.get_bucket_policy_status(Bucket="raw")["PolicyStatus"] == {"IsPublic": False}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nonsense", "Policies must be valid JSON and the first byte must be '{'"),
        ("[]", "Policies must be valid JSON and the first byte must be '{'"),
        ("[" * 100_000, "Policies must be valid JSON and the first byte must be '{'"),
        ('{"Version": "2012-10-17"}', "Missing required field Statement"),
        ('{"Version": "2026-01-01", "Statement": []}', "The policy must contain a valid version string"),
        (policy(Effect="Maybe"), "Invalid effect: Maybe"),
        (policy(Action="ec2:RunInstances"), "Policy has invalid action"),
        (policy(Resource="arn:aws:s3:::other/*"), "Policy has invalid resource"),
        (policy(Principal="root"), "Invalid policy syntax."),
        (policy(Action=7), "Invalid policy syntax."),
        ('{"Statement": [1]}', "Policies must be valid JSON and the first byte must be '{'"),
        ('{"Statement": {"Effect": "Allow"}}', "Missing required field Principal"),
        (policy(Condition=[]), "Invalid policy syntax."),
        (policy(Condition={"Bool": 1}), "Invalid policy syntax."),
    ],
)
def test_a_policy_that_is_none_is_refused(s3: Any, raw: Path, text: str, message: str) -> None:
    """
    AWS's words; nothing is kept.
    """
    found = refused(s3.put_bucket_policy, Bucket="raw", Policy=text)

    assert found == ("MalformedPolicy", 400, message)
    assert refused(s3.get_bucket_policy, Bucket="raw")[0] == "NoSuchBucketPolicy"


def test_replication_is_kept_where_both_buckets_keep_versions(s3: Any, raw: Path) -> None:
    """
    Nothing is copied; the setting is there for what reads it.
    """
    s3.create_bucket(Bucket="copies")
    for bucket in ("raw", "copies"):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    document = {
        "Role": "arn:aws:iam::000000000000:role/r",
        "Rules": [{"ID": "a", "Status": "Enabled", "Prefix": "", "Destination": {"Bucket": "arn:aws:s3:::copies"}}],
    }

    s3.put_bucket_replication(Bucket="raw", ReplicationConfiguration=document)

    assert s3.get_bucket_replication(Bucket="raw")["ReplicationConfiguration"] == document
    s3.delete_bucket_replication(Bucket="raw")
    assert refused(s3.get_bucket_replication, Bucket="raw")[0] == "ReplicationConfigurationNotFoundError"


def test_an_object_lock_that_would_not_lock_is_refused(s3: Any, raw: Path) -> None:
    """
    Better no answer than a lock that is none.
    """
    lock = {"ObjectLockEnabled": "Enabled"}

    assert refused(s3.put_object_lock_configuration, Bucket="raw", ObjectLockConfiguration=lock)[:2] == (
        "InvalidBucketState",
        409,
    )
    s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Enabled"})
    assert refused(s3.put_object_lock_configuration, Bucket="raw", ObjectLockConfiguration=lock)[:2] == (
        "NotImplemented",
        501,
    )
