"""S3's names for events, as configurations write them: a type and what happened, or `*` for all of a type."""

from collections.abc import Iterable

SENT = (
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Put",
    "s3:ObjectTagging:Delete",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
)
NEVER_SENT = (
    "s3:IntelligentTiering",
    "s3:LifecycleTransition",
    "s3:ObjectAcl:Put",
    "s3:ObjectAnnotation:*",
    "s3:ObjectAnnotation:Delete",
    "s3:ObjectAnnotation:Put",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:ObjectRestore:Post",
    "s3:ObjectRetention:Put",
    "s3:ReducedRedundancyLostObject",
    "s3:Replication:*",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationNotTracked",
    "s3:Replication:OperationReplicatedAfterThreshold",
)
"""Accepted, so that a configuration made for AWS can be put; what they tell of does not happen here."""

EVENT_NAMES = SENT + NEVER_SENT


def covers(wanted: str, name: str) -> bool:
    """
    Tell whether *wanted* is *name*, or a `*` that stands for it.

    >>> covers("s3:ObjectCreated:*", "s3:ObjectCreated:Put"), covers("s3:ObjectCreated:Put", "s3:ObjectCreated:*")
    (True, False)
    """
    return wanted == name or (wanted.endswith(":*") and name.startswith(wanted[:-1]))


def have_common(some: Iterable[str], others: Iterable[str]) -> bool:
    """Tell whether there is an event that a name of each covers."""
    others = tuple(others)
    return any(covers(one, two) or covers(two, one) for one in some for two in others)
