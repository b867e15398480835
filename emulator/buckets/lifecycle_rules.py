"""Lifecycle rules: whom one means, and when what it means is due. Nothing here looks at a bucket.

An object's age counts from when the bucket got it, which its sequencer tells: the file may be years older.
"""

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from emulator.buckets.records import StoredObject, Version
from emulator.buckets.settings import read

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Filter:
    """What an object must be for a rule to mean it: all of this."""

    prefix: str = ""
    tags: Mapping[str, str] | None = None
    larger_than: int | None = None
    """In bytes; the object must have more."""
    smaller_than: int | None = None

    def fits(self, stored: StoredObject) -> bool:
        """Tell whether *stored* is meant; a delete marker has no bytes and no tags."""
        return (
            stored.key.startswith(self.prefix)
            and (not self.tags or self.tags.items() <= stored.description.tags.items())
            and (self.larger_than is None or stored.size_bytes > self.larger_than)
            and (self.smaller_than is None or stored.size_bytes < self.smaller_than)
        )


@dataclass(frozen=True)
class LifecycleRule:
    """A rule that is enabled. What it does not do is None."""

    id: str
    filter: Filter
    days: int | None = None
    """After so many a current version expires."""
    date: datetime | None = None
    """From then on every current version expires."""
    removes_markers: bool = False
    """Whether a delete marker goes as soon as no version is left under it."""
    noncurrent_days: int | None = None
    newer_noncurrent: int = 0
    """So many of the newest noncurrent versions stay, however old."""
    abort_days: int | None = None


@dataclass(frozen=True)
class Expiration:
    """When a current version expires, and by which rule."""

    at: datetime
    rule_id: str


@dataclass(frozen=True)
class Calendar:
    """Counts days; a demo's may be seconds long."""

    day_seconds: float

    def due(self, since: datetime, days: int) -> datetime:
        """Return the first midnight, in UTC, that is *days* or more after *since*."""
        passed = (since - _EPOCH).total_seconds() / self.day_seconds
        return self.midnight(math.ceil(passed) + days)

    def today(self, now: datetime) -> int:
        """Return the number of the day; nothing becomes due in the course of one."""
        return math.floor((now - _EPOCH).total_seconds() / self.day_seconds)

    def midnight(self, day: int) -> datetime:
        """Return when a day begins; one that no calendar has is the last of all."""
        try:
            return _EPOCH + timedelta(seconds=day * self.day_seconds)
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC)

    def expiration(self, rules: Sequence[LifecycleRule], stored: StoredObject) -> Expiration | None:
        """Return when *stored*, the current version, expires; None if no rule means it."""
        found = (
            Expiration(at, rule.id)
            for rule in rules
            if (at := self._expires(rule, stored)) and rule.filter.fits(stored)
        )
        return min(found, key=lambda expiration: expiration.at, default=None)

    def due_versions(self, rules: Sequence[LifecycleRule], group: Sequence[Version], now: datetime) -> list[Version]:
        """Return those of *group*, all versions and markers of one key, the newest first, that are to go by *now*."""
        newest, older = group[0], group[1:]
        due = [newest] if self._newest_is_due(rules, newest, now, is_alone=not older) else []
        for newer_noncurrent, version in enumerate(older):
            since = created_at(group[newer_noncurrent].stored)
            if any(self._noncurrent_is_due(rule, version, newer_noncurrent, since, now) for rule in rules):
                due.append(version)
        return due

    def _newest_is_due(
        self, rules: Sequence[LifecycleRule], version: Version, now: datetime, *, is_alone: bool
    ) -> bool:
        if not version.is_marker:
            expiration = self.expiration(rules, version.stored)
            return expiration is not None and expiration.at <= now
        if not is_alone:
            return False
        return any(self._marker_is_due(rule, version.stored, now) for rule in rules if rule.filter.fits(version.stored))

    def _marker_is_due(self, rule: LifecycleRule, marker: StoredObject, now: datetime) -> bool:
        expires = self._expires(rule, marker)
        return rule.removes_markers or (expires is not None and expires <= now)

    def _noncurrent_is_due(
        self, rule: LifecycleRule, version: Version, newer: int, since: datetime, now: datetime
    ) -> bool:
        return (
            rule.noncurrent_days is not None
            and newer >= rule.newer_noncurrent
            and rule.filter.fits(version.stored)
            and self.due(since, rule.noncurrent_days) <= now
        )

    def _expires(self, rule: LifecycleRule, stored: StoredObject) -> datetime | None:
        return rule.date if rule.days is None else self.due(created_at(stored), rule.days)


def created_at(stored: StoredObject) -> datetime:
    """Return when the bucket got this version: sequencers are nanoseconds since 1970."""
    return datetime.fromtimestamp(int(stored.sequencer, 16) / 1e9, UTC)


@functools.lru_cache(maxsize=256)
def rules_of(text: str) -> tuple[LifecycleRule, ...]:
    """Return the rules that are enabled of a configuration, as BucketSettings keeps it."""
    return tuple(_rule(rule) for rule in read(text)["Rules"] if rule["Status"] == "Enabled")


def _rule(rule: Mapping[str, Any]) -> LifecycleRule:
    expiration, noncurrent = rule.get("Expiration", {}), rule.get("NoncurrentVersionExpiration", {})
    return LifecycleRule(
        id=rule["ID"],
        filter=_filter(rule),
        days=expiration.get("Days"),
        date=expiration.get("Date"),
        removes_markers=expiration.get("ExpiredObjectDeleteMarker", False),
        noncurrent_days=noncurrent.get("NoncurrentDays"),
        newer_noncurrent=noncurrent.get("NewerNoncurrentVersions", 0),
        abort_days=rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation"),
    )


def _filter(rule: Mapping[str, Any]) -> Filter:
    """Return the filter of a rule: an older form has a prefix and no more."""
    given = rule.get("Filter", {})
    inner = given.get("And", given)
    tags = inner.get("Tags", [given["Tag"]] if "Tag" in given else [])
    return Filter(
        prefix=rule.get("Prefix", inner.get("Prefix", "")),
        tags={tag["Key"]: tag["Value"] for tag in tags},
        larger_than=inner.get("ObjectSizeGreaterThan"),
        smaller_than=inner.get("ObjectSizeLessThan"),
    )
