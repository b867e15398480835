"""The doing of what was planned: a step at a time, each whole or not at all, and one that fails leaves the others."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from typing import Protocol

from emulator.buckets.service import Buckets
from emulator.buckets.transfers.downloads import delete_moved, download, move_out
from emulator.buckets.transfers.places import LocalPath
from emulator.buckets.transfers.planning import Step
from emulator.buckets.transfers.records import Skipped, Tally, Terms, Transfer, Verb
from emulator.buckets.transfers.uploads import move_in, upload
from emulator.buckets.uri import S3Uri
from emulator.errors import EmulatorError, InvalidRequestError

_OPERATIONS = {
    Verb.UPLOAD: "PutObject",
    Verb.DOWNLOAD: "GetObject",
    Verb.COPY: "CopyObject",
    Verb.DELETE: "DeleteObject",
}


class Report(Protocol):
    """Who is told what becomes of each step."""

    def done(self, transfer: Transfer) -> None:
        """Hear of a step that was done."""

    def failed(self, transfer: Transfer, reason: str) -> None:
        """Hear of one that was not, and why, in the words of `aws s3`."""

    def skipped(self, skipped: Skipped) -> None:
        """Hear of a file that no step was planned for."""


class Meter:
    """How many bytes were written; any thread may ask."""

    def __init__(self) -> None:
        self._finished = 0
        self._growing: str | None = None

    def watch(self, path: str) -> None:
        self._growing = path

    def finish(self, size_bytes: int) -> None:
        self._growing = None
        self._finished += size_bytes

    def bytes(self) -> int:
        """Return the bytes of the finished files and of the one that grows."""
        growing, size = self._growing, 0
        if growing is not None:
            with suppress(OSError):
                size = os.stat(growing).st_size  # noqa: PTH116
        return self._finished + size


class Runner:
    """Runs steps on one home's buckets."""

    def __init__(self, buckets: Buckets, meter: Meter) -> None:
        self._buckets = buckets
        self._meter = meter

    def run_all(self, steps: Iterator[Step], terms: Terms, report: Report) -> Tally:
        """Run *steps* as they are planned; return how they came out."""
        tally = Tally()
        for step in steps:
            if isinstance(step, Skipped):
                tally.skipped += 1
                report.skipped(step)
                continue
            try:
                self.run(step, terms)
            except (EmulatorError, OSError, ValueError, sqlite3.Error) as error:
                tally.failed += 1
                report.failed(step, _reason(step, error))
            else:
                tally.done += 1
                report.done(step)
            self._meter.finish(step.copied_bytes)
        return tally

    def run(self, transfer: Transfer, terms: Terms) -> None:
        """Run one step; the destination has all of the source, or is what it was."""
        source, destination = transfer.source, transfer.destination
        if destination is None:
            self._delete(source)
        elif isinstance(source, S3Uri) and isinstance(destination, S3Uri):
            self._copy(source, destination, terms, moves=transfer.moves)
        elif isinstance(source, S3Uri) and isinstance(destination, LocalPath):
            (move_out if transfer.moves else download)(self._buckets, source, destination.path, self._meter.watch)
        elif isinstance(source, LocalPath) and isinstance(destination, S3Uri):
            (move_in if transfer.moves else upload)(self._buckets, source.path, destination, terms, self._meter.watch)

    def _copy(self, source: S3Uri, destination: S3Uri, terms: Terms, *, moves: bool) -> None:
        with self._buckets.objects.open(source.bucket, source.key) as opened:
            if source == destination and not terms.change_copies:
                raise InvalidRequestError(
                    "This copy request is illegal because it is trying to copy an object to itself without changing the"
                    " object's metadata, storage class, website redirect location or encryption attributes.",
                    code="InvalidRequest",
                )
            described = terms.of_copy(opened.stored)
            self._buckets.objects.copy(opened, destination.bucket, destination.key, described, watch=self._meter.watch)
        if moves:
            delete_moved(self._buckets, source, opened.stored)

    def _delete(self, place: LocalPath | S3Uri) -> None:
        if isinstance(place, LocalPath):
            os.unlink(place.path)  # noqa: PTH108
        else:
            self._buckets.objects.delete(place.bucket, place.key)


def _reason(step: Transfer, error: Exception) -> str:
    """Return what `aws s3` says of a failure: S3's code and words, or the system's."""
    if not isinstance(error, EmulatorError):
        return str(error)
    return f"An error occurred ({error.code}) when calling the {_OPERATIONS[step.verb]} operation: {error.message}"
