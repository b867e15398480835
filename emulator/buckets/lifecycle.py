"""What grows old: objects, versions, delete markers and uploads that their bucket's rules have expire.

AWS looks once a day, after midnight UTC; so does who calls `expire`. Transitions are kept and answered, and nothing
moves: there is one kind of storage here. What is due is looked up page by page, then deleted one by one, each with its
event, and only if it is still what was seen.
"""

import itertools
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from emulator.buckets import events
from emulator.buckets.lifecycle_rules import Calendar, Expiration, LifecycleRule, rules_of
from emulator.buckets.records import StoredObject, Version
from emulator.buckets.service import Buckets
from emulator.buckets.upload_rows import Upload
from emulator.errors import EmulatorError

log = logging.getLogger(__name__)

_BREATH_SECONDS = 0.01  # between pages, for requests that are waiting
SETTING = "BucketLifecycleConfiguration"


@dataclass(frozen=True)
class Expired:
    """What a look came to."""

    versions: int = 0
    """Objects, versions and delete markers that are gone, or that a marker hides now."""
    uploads: int = 0


class Lifecycle:
    """The lifecycle rules of one home's buckets."""

    def __init__(self, buckets: Buckets) -> None:
        self._buckets = buckets
        self.calendar = Calendar(buckets.settings.lifecycle_day_seconds)

    def rules(self, bucket: str) -> tuple[LifecycleRule, ...]:
        """Return the rules that are enabled."""
        text = self._buckets.bucket_settings.text(bucket, SETTING)
        return () if text is None else rules_of(text)

    def texts(self) -> dict[str, str]:
        """Return the configuration of every bucket that has one, as it is kept: equal texts are equal rules."""
        return self._buckets.bucket_settings.texts(SETTING)

    def expiration(self, stored: StoredObject) -> Expiration | None:
        """Return when *stored*, a current version, expires; None if it does not."""
        rules = self.rules(stored.bucket)
        return self.calendar.expiration(rules, stored) if rules else None

    def abort(self, upload: Upload) -> Expiration | None:
        """Return when *upload* is aborted if nobody completes it; None if it waits for ever."""
        return _abort(self.rules(upload.bucket), upload, self.calendar)

    def expire(self, now: datetime, goes_on: Callable[[], bool] = lambda: True) -> Expired:
        """
        Delete what is due by *now*, in all buckets; what cannot be deleted is logged, and tried again next time.

        *goes_on* is asked before each page, which may be long after: a million objects take a minute or two.
        """
        versions = uploads = 0
        for bucket, text in self.texts().items():
            rules = rules_of(text)
            versions += _count(self._expire_versions(bucket, rules, now, goes_on))
            uploads += _count(self._abort_uploads(bucket, rules, now, goes_on))
        if versions or uploads:
            log.info("lifecycle rules acted: versions=%d uploads=%d", versions, uploads)
        return Expired(versions, uploads)

    def _expire_versions(
        self, bucket: str, rules: tuple[LifecycleRule, ...], now: datetime, goes_on: Callable[[], bool]
    ) -> Iterator[bool]:
        """Yield, for each version that is due, whether it went."""
        for prefix in _prefixes(rules):
            for _, group in itertools.groupby(self._versions(bucket, prefix, goes_on), key=lambda version: version.key):
                for version in self.calendar.due_versions(rules, list(group), now):
                    yield self._delete(bucket, version)

    def _versions(self, bucket: str, prefix: str, goes_on: Callable[[], bool]) -> Iterator[Version]:
        key, version_id = "", None
        while True:
            if not goes_on():
                raise _StoppedError("stopped")
            page = self._buckets.objects.versions(bucket, prefix=prefix, start_key=key, start_version=version_id)
            yield from page.versions
            if page.next_key is None:
                return
            key, version_id = page.next_key, page.next_version
            time.sleep(_BREATH_SECONDS)

    def _delete(self, bucket: str, seen: Version) -> bool:
        stored = seen.stored
        is_object = seen.is_latest and not seen.is_marker
        with_id = None if is_object else stored.version_id
        return _tried(
            lambda: self._buckets.objects.delete(
                bucket, stored.key, with_id, event=events.EXPIRED, precondition=_only_if(stored)
            ),
            f"s3://{bucket}/{stored.key}",
        )

    def _abort_uploads(
        self, bucket: str, rules: tuple[LifecycleRule, ...], now: datetime, goes_on: Callable[[], bool]
    ) -> Iterator[bool]:
        if all(rule.abort_days is None for rule in rules):
            return
        key, upload_id = "", ""
        while goes_on():
            page = self._buckets.uploads.page(bucket, start_key=key, start_id=upload_id)
            for upload in page.uploads:
                found = _abort(rules, upload, self.calendar)
                if found is not None and found.at <= now:
                    yield _tried(partial(self._buckets.uploads.abort, upload), f"upload {upload.id}")
            if page.next_key is None:
                return
            key, upload_id = page.next_key, page.next_id or ""


def _abort(rules: tuple[LifecycleRule, ...], upload: Upload, calendar: Calendar) -> Expiration | None:
    found = (
        Expiration(calendar.due(upload.started_at, rule.abort_days), rule.id)
        for rule in rules
        if rule.abort_days is not None and upload.key.startswith(rule.filter.prefix)
    )
    return min(found, key=lambda expiration: expiration.at, default=None)


def _prefixes(rules: tuple[LifecycleRule, ...]) -> list[str]:
    """Return which parts of a bucket are to be looked at, none of them twice."""
    found: list[str] = []
    for prefix in sorted({rule.filter.prefix for rule in rules if _expires_versions(rule)}):
        if not found or not prefix.startswith(found[-1]):
            found.append(prefix)
    return found


def _expires_versions(rule: LifecycleRule) -> bool:
    return rule.days is not None or rule.date is not None or rule.removes_markers or rule.noncurrent_days is not None


class _StoppedError(EmulatorError):
    """Nobody waits for the end of the look any more."""


class _ChangedMeanwhileError(EmulatorError):
    """What was due is not there any more, or something else is."""


def _only_if(seen: StoredObject) -> Callable[[StoredObject | None], None]:
    def check(current: StoredObject | None) -> None:
        # A look at the file in between may have settled it, or made the copy that outlives it.
        if current is None or replace(current, settled=seen.settled, blob=seen.blob) != seen:
            raise _ChangedMeanwhileError("changed meanwhile")

    return check


def _tried(work: Callable[[], object], what: str) -> bool:
    try:
        work()
    except _ChangedMeanwhileError:
        return False
    except (EmulatorError, OSError) as error:
        log.warning("could not expire: what=%s reason=%s", what, error)
        return False
    return True


def _count(outcomes: Iterator[bool]) -> int:
    """Count what went, up to where the look was stopped, or found its bucket deleted."""
    count = 0
    try:
        for went in outcomes:
            count += went
    except EmulatorError as error:
        log.debug("stopped looking: reason=%s", error)
    return count
