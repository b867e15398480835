"""From the words of a command to the steps it comes to. Nothing is changed here but the index, by looking."""

import itertools
import os
import posixpath
from collections import deque
from collections.abc import Callable, Iterator

from emulator.buckets.service import Buckets
from emulator.buckets.transfers.comparison import differences
from emulator.buckets.transfers.filters import Filters
from emulator.buckets.transfers.local_files import files_below, one_file
from emulator.buckets.transfers.places import Found, LocalPath, Place, Target, full_name, root_of, target_of
from emulator.buckets.transfers.records import Comparison, Skipped, Transfer, Verb
from emulator.buckets.transfers.requests import MAX_PAGE, Request, check, onto_itself
from emulator.buckets.uri import S3Uri
from emulator.errors import InvalidRequestError

_PARENT = "File references a parent directory."

Step = Transfer | Skipped


class Planner:
    """Plans on what the buckets and this machine's folders hold."""

    def __init__(self, buckets: Buckets) -> None:
        self._buckets = buckets

    def plan(self, request: Request) -> Iterator[Step]:
        """
        Yield the steps of a `cp`, `mv` or `rm`.

        Raises what is wrong with the request as a whole; what is wrong with one file is a step, `Skipped`.
        """
        check(request)
        source = root_of(request.source, recursive=request.recursive)
        target = None
        if request.destination is not None:
            target = target_of(request.destination, recursive=request.recursive)
            self._check_bucket(request.destination)
        skipped: deque[Skipped] = deque()
        found = self._found(request, source, skipped.append)
        return _interleaved(self._transfers(request, target, found, skipped.append), skipped)

    def plan_sync(self, request: Request, comparison: Comparison, *, deletes: bool) -> Iterator[Step]:
        """Yield what makes the destination like the source; files that only it has stay, unless *deletes*."""
        check(request)
        if request.destination is None:
            raise InvalidRequestError("sync has a source and a destination")
        source, destination = (root_of(place, recursive=True) for place in (request.source, request.destination))
        self._check_bucket(request.destination)
        skipped: deque[Skipped] = deque()
        filters = _filters(request)
        sides = [
            (one for one in self._below(request, place, skipped.append) if filters.let_through(full_name(one.place)))
            for place in (source, destination)
        ]
        target = target_of(request.destination, recursive=True)

        def transfers() -> Iterator[Transfer]:
            for one, other in differences(sides[0], sides[1], request.verb, comparison):
                if one is not None:
                    yield from _transfer(request, target, one, skipped.append)
                elif deletes and other is not None:
                    yield Transfer(Verb.DELETE, other.place)

        return _interleaved(transfers(), skipped)

    def _transfers(
        self, request: Request, target: Target | None, found: Iterator[Found], on_skip: Callable[[Skipped], None]
    ) -> Iterator[Transfer]:
        filters = _filters(request)
        for one in found:
            if filters.let_through(full_name(one.place)):
                yield from _transfer(request, target, one, on_skip)

    def _found(self, request: Request, source: Place, on_skip: Callable[[Skipped], None]) -> Iterator[Found]:
        if request.recursive:
            return self._below(request, source, on_skip)
        if isinstance(source, LocalPath):
            return one_file(source.path, on_skip, follow=request.follows_links)
        if request.verb is Verb.DELETE:
            self._buckets.get(source.bucket)
            return iter((Found(source, source.key.rpartition("/")[2]),))
        stored = self._buckets.objects.head(source.bucket, source.key)
        name = source.key.rpartition("/")[2]
        return iter((Found(source, name, stored.size_bytes, stored.fingerprint.mtime_ns),))

    def _below(self, request: Request, root: Place, on_skip: Callable[[Skipped], None]) -> Iterator[Found]:
        if isinstance(root, LocalPath):
            if not os.path.isdir(root.path):  # noqa: PTH112
                return iter(())
            return files_below(root.path, on_skip, follow=request.follows_links)
        self._buckets.scan(root.bucket, root.key)
        found = self._objects(root, request)
        in_one_bucket = isinstance(request.destination, S3Uri) and request.destination.bucket == root.bucket
        # What is written must not be listed next: a copy below its source would have no end.
        return iter(list(found)) if in_one_bucket and isinstance(request.source, S3Uri) else found

    def _objects(self, root: S3Uri, request: Request) -> Iterator[Found]:
        start: str | None = ""
        while start is not None:
            page = self._buckets.objects.entries(
                root.bucket, prefix=root.key, start_after=start, limit=min(max(request.page_size, 1), MAX_PAGE)
            )
            for entry in page.objects:
                is_marker = entry.key.endswith("/") and entry.size_bytes == 0
                if is_marker and request.verb is not Verb.DELETE:
                    continue  # what consoles make for a folder; none of ours needs one
                place, inner = S3Uri(root.bucket, entry.key), entry.key.removeprefix(root.key)
                yield Found(place, inner, entry.size_bytes, entry.mtime_ns)
            start = page.next_start

    def _check_bucket(self, place: Place) -> None:
        if isinstance(place, S3Uri):
            self._buckets.get(place.bucket)


def _filters(request: Request) -> Filters:
    return Filters(request.patterns, request.source, request.destination, recursive=request.recursive)


def _transfer(
    request: Request, target: Target | None, found: Found, on_skip: Callable[[Skipped], None]
) -> Iterator[Transfer]:
    if target is None:
        yield Transfer(Verb.DELETE, found.place, None, found.size_bytes)
        return
    if request.verb is Verb.DOWNLOAD and posixpath.normpath(f"./{found.inner}").split("/")[0] == "..":
        on_skip(Skipped(found.inner, _PARENT))
        return
    destination = target.of(found.inner)
    if request.moves and destination == found.place:
        raise onto_itself(request.source, destination)
    yield Transfer(request.verb, found.place, destination, found.size_bytes, request.moves)


def _interleaved(transfers: Iterator[Transfer], skipped: deque[Skipped]) -> Iterator[Step]:
    """Yield *transfers*, and what was skipped on the way to each before it."""
    for transfer in itertools.chain(transfers, (None,)):
        while skipped:
            yield skipped.popleft()
        if transfer is not None:
            yield transfer
