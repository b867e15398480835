"""S3: a folder is a bucket, a file is an object, and every change is one event. Knows no functions."""

from typing import TYPE_CHECKING

from emulator.lazy import lazily

if TYPE_CHECKING:
    from emulator.buckets.events import ObjectEvent, notification
    from emulator.buckets.notifications import NotificationRules, Rule
    from emulator.buckets.objects import Objects
    from emulator.buckets.records import Content, Description, Origin, Page, StoredObject
    from emulator.buckets.service import Bucket, Buckets
    from emulator.buckets.store import Writing
    from emulator.buckets.transfers import Transfer, Transfers
    from emulator.buckets.uri import S3Uri, is_s3_uri, parse_s3_uri
    from emulator.buckets.watcher import Watcher

__all__ = [
    "Bucket",
    "Buckets",
    "Content",
    "Description",
    "NotificationRules",
    "ObjectEvent",
    "Objects",
    "Origin",
    "Page",
    "Rule",
    "S3Uri",
    "StoredObject",
    "Transfer",
    "Transfers",
    "Watcher",
    "Writing",
    "is_s3_uri",
    "notification",
    "parse_s3_uri",
]

__getattr__ = lazily(
    __name__,
    events="ObjectEvent notification",
    notifications="NotificationRules Rule",
    objects="Objects",
    records="Content Description Origin Page StoredObject",
    service="Bucket Buckets",
    store="Writing",
    transfers="Transfer Transfers",
    uri="S3Uri is_s3_uri parse_s3_uri",
    watcher="Watcher",
)
