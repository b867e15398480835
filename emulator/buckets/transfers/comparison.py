"""What `sync` finds different between two sides, both in the order of their keys: one pass, a file of each in hand."""

from collections.abc import Iterator

from emulator.buckets.transfers.places import Found
from emulator.buckets.transfers.records import Comparison, Verb

_SECOND_NS = 1_000_000_000


def differences(
    sources: Iterator[Found], destinations: Iterator[Found], verb: Verb, comparison: Comparison
) -> Iterator[tuple[Found | None, Found | None]]:
    """Yield (source, destination) of what is to be transferred, and (None, destination) of what only that side has."""
    source, destination = next(sources, None), next(destinations, None)
    while source is not None or destination is not None:
        if destination is None or (source is not None and source.inner < destination.inner):
            yield source, None
            source = next(sources, None)
        elif source is None or destination.inner < source.inner:
            yield None, destination
            destination = next(destinations, None)
        else:
            if _differs(source, destination, verb, comparison):
                yield source, destination
            source, destination = next(sources, None), next(destinations, None)


def _differs(source: Found, destination: Found, verb: Verb, comparison: Comparison) -> bool:
    if source.size_bytes != destination.size_bytes:
        return True
    if comparison is Comparison.SIZES:
        return False
    if verb is not Verb.DOWNLOAD:
        return destination.mtime_ns < source.mtime_ns
    # A download leaves the object's time in its file, in whole seconds: a newer file was changed since.
    written_ns = source.mtime_ns // _SECOND_NS * _SECOND_NS
    if comparison is Comparison.EXACT_TIMES:
        return destination.mtime_ns != written_ns
    return destination.mtime_ns > written_ns
