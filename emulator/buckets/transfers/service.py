"""Transfers between this machine and the buckets of one home, as the doors use them."""

import os
from collections.abc import Iterator
from typing import BinaryIO

from emulator.buckets.service import Buckets
from emulator.buckets.transfers.places import LocalPath
from emulator.buckets.transfers.planning import Planner, Step
from emulator.buckets.transfers.records import Comparison, Tally, Terms
from emulator.buckets.transfers.requests import Request
from emulator.buckets.transfers.running import Meter, Report, Runner
from emulator.buckets.transfers.uploads import upload_stream
from emulator.buckets.uri import S3Uri

_STREAM = "-"


class Transfers:
    """Plans and runs; `meter` says how far it has come."""

    def __init__(self, buckets: Buckets) -> None:
        self.meter = Meter()
        self._buckets = buckets
        self._planner = Planner(buckets)
        self._runner = Runner(buckets, self.meter)

    def plan(self, request: Request) -> Iterator[Step]:
        """Yield the steps of a `cp`, `mv` or `rm`; see Planner.plan."""
        return self._planner.plan(request)

    def plan_sync(
        self, request: Request, comparison: Comparison = Comparison.TIMES, *, deletes: bool = False
    ) -> Iterator[Step]:
        """Yield the steps of a `sync`; see Planner.plan_sync."""
        return self._planner.plan_sync(request, comparison, deletes=deletes)

    def run(self, request: Request, steps: Iterator[Step], terms: Terms, report: Report) -> Tally:
        """Run the *steps* of *request*, telling *report* of each."""
        if request.recursive and isinstance(request.destination, LocalPath):
            os.makedirs(request.destination.path or ".", exist_ok=True)  # noqa: PTH103
        return self._runner.run_all(steps, terms, report)

    def upload_stream(self, stream: BinaryIO, destination: S3Uri, terms: Terms) -> S3Uri:
        """Store what *stream* has left to read; return where, which for a prefix is under the name `-`."""
        is_prefix = not destination.key or destination.key.endswith("/")
        place = S3Uri(destination.bucket, destination.key + _STREAM) if is_prefix else destination
        upload_stream(self._buckets, stream, place, terms, self.meter.watch)
        return place
