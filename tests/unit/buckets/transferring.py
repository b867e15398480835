"""Transfers as the tests make them, and a report that remembers."""

from collections.abc import Sequence

from emulator.buckets import Buckets
from emulator.buckets.transfers import (
    Comparison,
    Request,
    Skipped,
    Tally,
    Terms,
    Transfer,
    Transfers,
    parse_place,
)


class Told:
    """A report that remembers."""

    def __init__(self) -> None:
        self.done_ones: list[Transfer] = []
        self.reasons: list[str] = []
        self.left_out: list[Skipped] = []

    def done(self, transfer: Transfer) -> None:
        self.done_ones.append(transfer)

    def failed(self, transfer: Transfer, reason: str) -> None:
        self.reasons.append(reason)

    def skipped(self, skipped: Skipped) -> None:
        self.left_out.append(skipped)


def run(
    buckets: Buckets,
    told: Told,
    source: str,
    destination: str | None = None,
    *,
    recursive: bool = False,
    moves: bool = False,
    terms: Terms | None = None,
) -> Tally:
    place = None if destination is None else parse_place(destination)
    request = Request(parse_place(source), place, recursive=recursive, moves=moves)
    transfers = Transfers(buckets)
    return transfers.run(request, transfers.plan(request), terms or Terms(), told)


def sync(buckets: Buckets, told: Told, source: str, destination: str, *, deletes: bool = False) -> Sequence[Transfer]:
    before = len(told.done_ones)
    request = Request(parse_place(source), parse_place(destination), recursive=True)
    transfers = Transfers(buckets)
    transfers.run(request, transfers.plan_sync(request, Comparison.TIMES, deletes=deletes), Terms(), told)
    return told.done_ones[before:]


def keys(buckets: Buckets, bucket: str = "raw") -> list[str]:
    return [stored.key for stored in buckets.objects.all(bucket)]
