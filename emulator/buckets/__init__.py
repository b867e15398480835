"""S3: a folder is a bucket, a file is an object, and every change is one event. Knows no functions."""

from emulator.buckets.events import ObjectEvent, notification
from emulator.buckets.index import Description, Page, StoredObject
from emulator.buckets.notifications import NotificationRules, Rule
from emulator.buckets.objects import Objects
from emulator.buckets.service import Bucket, Buckets
from emulator.buckets.transfers import Transfer, Transfers
from emulator.buckets.uri import S3Uri, is_s3_uri, parse_s3_uri
from emulator.buckets.watcher import Watcher

__all__ = [
    "Bucket",
    "Buckets",
    "Description",
    "NotificationRules",
    "ObjectEvent",
    "Objects",
    "Page",
    "Rule",
    "S3Uri",
    "StoredObject",
    "Transfer",
    "Transfers",
    "Watcher",
    "is_s3_uri",
    "notification",
    "parse_s3_uri",
]
