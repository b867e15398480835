"""Notifications as files: `2026-01-02T03.04.05.678Z-0055AED6DCD90281E5.json`, whole or not there, each once.

Into a bucket, the file, its row and the end of the delivery are one transaction. Into any other folder they cannot be:
there it is the name that tells, after a crash in between, that the file was written.
"""

from emulator.buckets import Buckets, Description, Origin, StoredObject, Writing, is_s3_uri, parse_s3_uri
from emulator.buckets.change import Change
from emulator.buckets.errors import PreconditionFailedError
from emulator.pipeline.deliveries.deliveries import Deliveries, Delivery
from emulator.pipeline.deliveries.targets import folder_of

_JSON = Description("application/json")


class FolderSender:
    """Writes deliveries into folders; blocks."""

    def __init__(self, buckets: Buckets, deliveries: Deliveries) -> None:
        self._buckets = buckets
        self._deliveries = deliveries

    def send(self, delivery: Delivery, trace: str) -> None:
        """
        Have the file there, and the delivery settled.

        Raises what keeps it from being there: OSError, or NoSuchBucketError. *trace* is the header that goes on.
        """
        if is_s3_uri(delivery.target):
            self._put(delivery, trace)
        else:
            _write(delivery)
        self._deliveries.delivered(delivery)

    def _put(self, delivery: Delivery, trace: str) -> None:
        uri = parse_s3_uri(delivery.target)
        key = f"{uri.key}{delivery.name}.json"

        def settle(change: Change) -> None:
            self._deliveries.delivered(delivery, change.connection)

        writing = Writing(origin=Origin(trace=trace), precondition=_must_be_new, also=settle)
        objects = self._buckets.objects
        with objects.stage(uri.bucket, key, _JSON) as staged:
            staged.write(delivery.body)
            try:
                objects.place(uri.bucket, key, staged, _JSON, writing=writing)
            except PreconditionFailedError:
                return


def _must_be_new(current: StoredObject | None) -> None:
    if current is not None:
        raise PreconditionFailedError


def _write(delivery: Delivery) -> None:
    folder = folder_of(delivery.target)
    path = folder / f"{delivery.name}.json"
    if path.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    # One name for all tries: what a killed server left of it is written over.
    unfinished = folder / f".{path.name}.part"
    unfinished.write_bytes(delivery.body)
    unfinished.replace(path)
