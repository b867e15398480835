"""What happened to an object, and how AWS words it to a function."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote_plus

from emulator.settings import ACCOUNT_ID
from emulator.units import iso_millis

PUT = "ObjectCreated:Put"
COPY = "ObjectCreated:Copy"
COMPLETE = "ObjectCreated:CompleteMultipartUpload"
POST = "ObjectCreated:Post"
DELETE = "ObjectRemoved:Delete"
MARKER_CREATED = "MarkerCreated"
"""What a removal's name ends in, in addition, where the bucket keeps versions."""
TAGS_PUT = "ObjectTagging:Put"
TAGS_DELETE = "ObjectTagging:Delete"
EXPIRED = "LifecycleExpiration:Delete"

EVENT_VERSION = "2.1"
"""The newest that was recorded on real AWS; its contract is that minor versions only add fields."""
_UNIFIED_MINOR = 4
"""From 2.4 on, events of all types have one version; before, those of tags and of expiry were ahead of the others."""
_AHEAD, _VERSION_AHEAD = ("ObjectTagging:", "LifecycleExpiration:"), "2.3"


@dataclass(frozen=True)
class ObjectEvent:
    """One change of one object. Sequencers of one key grow, as text and as numbers."""

    bucket: str
    key: str
    name: str
    """As in the record: `ObjectCreated:Put`, without `s3:`."""
    sequencer: str
    time: datetime
    request_id: str
    size_bytes: int | None = None
    """None but of an object that was created."""
    etag: str | None = None
    """None after a removal, unless it made a delete marker."""
    version_id: str | None = None
    """None where the bucket keeps no versions."""
    trace: str = ""
    """The X-Ray trace header of the request that made the change, "" for none: its lineage tells a loop."""


def notification(event: ObjectEvent, rule_id: str, region: str, *, version: str = EVENT_VERSION) -> dict[str, object]:
    """
    Return the document that S3 hands to a target: one record, with the key encoded as a form field.

    *version* is that of puts and removals; see `version_of`.
    """
    subject: dict[str, object] = {"key": form_encoded(event.key)}
    if not event.name.startswith("ObjectTagging:"):
        subject["sequencer"] = event.sequencer
    if event.size_bytes is not None:
        subject["size"] = event.size_bytes
    if event.etag is not None:
        subject["eTag"] = event.etag
    if event.version_id is not None:
        subject["versionId"] = event.version_id
    record = {
        "eventVersion": version_of(event.name, version),
        "eventSource": "aws:s3",
        "awsRegion": region,
        "eventTime": iso_millis(event.time),
        "eventName": event.name,
        "userIdentity": {"principalId": f"AWS:{ACCOUNT_ID}"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": event.request_id, "x-amz-id-2": host_id(event.request_id)},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": rule_id,
            "bucket": {
                "name": event.bucket,
                "ownerIdentity": {"principalId": ACCOUNT_ID},
                "arn": f"arn:aws:s3:::{event.bucket}",
            },
            "object": subject,
        },
    }
    return {"Records": [record]}


def version_of(name: str, version: str) -> str:
    """
    Return the version of an event, where those of puts and removals have *version*.

    >>> version_of("ObjectTagging:Put", "2.1"), version_of("ObjectTagging:Put", "2.5")
    ('2.3', '2.5')
    """
    is_unified = int(version.partition(".")[2]) >= _UNIFIED_MINOR
    return _VERSION_AHEAD if name.startswith(_AHEAD) and not is_unified else version


def form_encoded(key: str) -> str:
    """Return *key* as Java's URLEncoder writes it, slashes kept.

    >>> form_encoded("a b/c+d@é~*.csv")
    'a+b/c%2Bd%40%C3%A9%7E*.csv'
    """
    return quote_plus(key, safe="/*").replace("~", "%7E")


def host_id(request_id: str) -> str:
    """Return the second id that S3 gives every request: long, opaque, and made from the first."""
    return base64.b64encode(hashlib.sha384(request_id.encode()).digest()).decode()
