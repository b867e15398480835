"""Where records of events go that are for a bucket: an object each, written once, also after a crash in between."""

from emulator.buckets import Buckets, Description, Origin, StoredObject, Writing
from emulator.buckets.errors import PreconditionFailedError
from emulator.functions.events.outbox import Delivery


class BucketDestinations:
    """Writes deliveries into buckets."""

    def __init__(self, buckets: Buckets) -> None:
        self._buckets = buckets

    def deliver(self, delivery: Delivery) -> None:
        """
        Have the object there, with its event; NoSuchBucketError if there is no such bucket.

        The key is the delivery's own: an object that is there already is the one that was written before a crash.
        """
        description = Description("application/json", delivery.metadata)
        objects = self._buckets.objects
        with objects.stage(delivery.bucket, delivery.key, description) as staged:
            staged.write(delivery.body)
            try:
                writing = Writing(origin=Origin(trace=delivery.trace), precondition=_must_be_new)
                objects.place(delivery.bucket, delivery.key, staged, description, writing=writing)
            except PreconditionFailedError:
                return


def _must_be_new(current: StoredObject | None) -> None:
    if current is not None:
        raise PreconditionFailedError
