"""S3, and all that it does otherwise than its model says: here and nowhere else, with a reason each."""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emulator.http.aws.model import Operation, ServiceModel
from emulator.http.aws.models import read_model
from emulator.http.aws.parameters import Customs, Refusal
from emulator.http.aws.request import Request
from emulator.http.aws.restxml import Dialect, RestXml
from emulator.http.aws.routing import Router

SERVICE, BUCKET, OBJECT = "/", "/{Bucket}", "/{Bucket}/{Key+}"
"""The paths of the model, which are what a request can be addressed to."""

# botocore reads any root, so its model leaves out what S3 calls them. Other SDKs, and people, look at the name.
_ROOTS = {
    "CompleteMultipartUploadOutput": "CompleteMultipartUploadResult",
    "CreateMultipartUploadOutput": "InitiateMultipartUploadResult",
    "CreateSessionOutput": "CreateSessionResult",
    "DeleteObjectsOutput": "DeleteResult",
    "GetBucketAccelerateConfigurationOutput": "AccelerateConfiguration",
    "GetBucketAclOutput": "AccessControlPolicy",
    "GetBucketCorsOutput": "CORSConfiguration",
    "GetBucketLifecycleConfigurationOutput": "LifecycleConfiguration",
    "GetBucketLifecycleOutput": "LifecycleConfiguration",
    "GetBucketLoggingOutput": "BucketLoggingStatus",
    "GetBucketRequestPaymentOutput": "RequestPaymentConfiguration",
    "GetBucketTaggingOutput": "Tagging",
    "GetBucketVersioningOutput": "VersioningConfiguration",
    "GetBucketWebsiteOutput": "WebsiteConfiguration",
    "GetObjectAclOutput": "AccessControlPolicy",
    "GetObjectAttributesOutput": "GetObjectAttributesResponse",
    "GetObjectTaggingOutput": "Tagging",
    "ListBucketAnalyticsConfigurationsOutput": "ListBucketAnalyticsConfigurationResult",
    "ListBucketInventoryConfigurationsOutput": "ListInventoryConfigurationsResult",
    "ListBucketMetricsConfigurationsOutput": "ListMetricsConfigurationsResult",
    "ListBucketsOutput": "ListAllMyBucketsResult",
    "ListDirectoryBucketsOutput": "ListAllMyDirectoryBucketsResult",
    "ListMultipartUploadsOutput": "ListMultipartUploadsResult",
    "ListObjectVersionsOutput": "ListVersionsResult",
    "ListObjectsOutput": "ListBucketResult",
    "ListObjectsV2Output": "ListBucketResult",
    "ListPartsOutput": "ListPartsResult",
    "NotificationConfigurationDeprecated": "NotificationConfiguration",
}

# The region is the text of the root, <LocationConstraint>eu-west-1</LocationConstraint>: the model would nest it.
_BARE = frozenset({"GetBucketLocation"})

# The model says 200; the service answers so.
_STATUSES = {"PutBucketPolicy": 204, "PutBucketTagging": 204}

# Headers that count in a presigned URL: all of S3's own but checksums of the body and what says which was calculated.
_MOVED = re.compile(r"x-amz-(?!checksum-(?!mode|algorithm|type)|sdk-checksum-).*")
_MOVED_BY_VERSION_2 = re.compile(rf"content-type|content-md5|{_MOVED.pattern}")

# S3 has words of its own for some arguments; boto3's users see them, and some look for them.
_REFUSALS = {
    "encoding-type": Refusal("Invalid Encoding Method specified in Request"),
    "max-keys": Refusal("Provided max-keys not an integer or within integer range"),
    "max-parts": Refusal("Provided max-parts not an integer or within integer range"),
    "max-uploads": Refusal("Provided max-uploads not an integer or within integer range"),
    "part-number-marker": Refusal("Provided part-number-marker not an integer or within integer range"),
    "partnumber": Refusal("Part number must be an integer between 1 and 10000, inclusive"),
    "x-amz-checksum-algorithm": Refusal("Checksum algorithm provided is unsupported.", "InvalidRequest"),
    "x-amz-checksum-type": Refusal("Value for x-amz-checksum-type header is invalid.", "InvalidRequest"),
    "x-amz-metadata-directive": Refusal("Unknown metadata directive."),
    "x-amz-object-attributes": Refusal("Invalid attribute name specified."),
    "x-amz-object-lock-mode": Refusal("Unknown wormMode directive."),
    "x-amz-sdk-checksum-algorithm": Refusal(
        "Value for x-amz-sdk-checksum-algorithm header is invalid.", "InvalidRequest"
    ),
    "x-amz-server-side-encryption": Refusal("The encryption method specified is not supported"),
    "x-amz-storage-class": Refusal("The storage class you specified is not valid", "InvalidStorageClass"),
    "x-amz-tagging-directive": Refusal("Unknown tagging directive."),
}

# HTTP wants a date that is none left out of account, and S3 does so: the request is then without that condition.
_OVERLOOKED = frozenset(
    f"{prefix}{condition}"
    for prefix in ("", "x-amz-copy-source-")
    for condition in ("if-modified-since", "if-unmodified-since")
)

# Strings that the model lists the values of. S3 takes the name of a filter in any case, and has words of its own for an
# event or a region that it does not know. The operation looks at them.
_OPEN = ("BucketLocationConstraint", "Event", "FilterRuleName")

# Without it a request means another object, so no operation may go on without having seen it.
_ALWAYS = ("versionId",)

_RESOURCES = {SERVICE: "SERVICE", BUCKET: "BUCKET", OBJECT: "OBJECT"}


@dataclass(frozen=True)
class Service:
    """What a door needs to speak for a service."""

    model: ServiceModel
    router: Router
    protocol: RestXml

    def operation_of(self, request: Request) -> Operation:
        """Return what *request* asks for; MethodNotAllowedError or InvalidArgumentError if that is nothing."""
        return self.router.choose(request)


@functools.cache
def s3() -> Service:
    """Return S3; its model is read at the first call, in a few milliseconds."""
    raw = read_model("s3").raw
    model = ServiceModel({**raw, "shapes": {**raw["shapes"], **{name: {"type": "string"} for name in _OPEN}}})
    dialect = Dialect(model.namespace, _ROOTS, _BARE, _STATUSES, Customs(_REFUSALS, _OVERLOOKED))
    return Service(model, Router(model, _ALWAYS, _RESOURCES), RestXml(dialect))


def headers_of(headers: Mapping[str, str], query: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    """
    Return the headers of a request, with those that a presigned URL holds.

    SDKs for JavaScript, Java and Go move every header that begins with `x-amz-` into the query of a URL they sign; a
    URL of version 2 holds the type and the MD5 of the body, too. A checksum there is signed and otherwise ignored, as
    S3 does: whoever signed did not know the body, and JavaScript's SDK always puts that of an empty one
    (https://github.com/aws/aws-sdk-js-v3/issues/4448).
    """
    if "X-Amz-Signature" in query:
        movable = _MOVED
    elif "AWSAccessKeyId" in query and "Signature" in query:
        movable = _MOVED_BY_VERSION_2
    else:
        return headers
    moved = {name.lower(): texts[0] for name, texts in query.items() if movable.fullmatch(name.lower())}
    return moved | {name.lower(): text for name, text in headers.items()}


def path_of(bucket: str, key: str) -> str:
    """Return which of the model's paths a request has; both are "" where it names none."""
    return OBJECT if key else BUCKET if bucket else SERVICE
