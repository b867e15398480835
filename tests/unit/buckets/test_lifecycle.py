"""What expires, when, and with which event; compared with a plain computation that knows nothing of ours."""

import asyncio
import contextlib
import dataclasses
import io
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from emulator.buckets import Buckets, Description
from emulator.buckets.checksums import choose
from emulator.buckets.errors import NoSuchUploadError
from emulator.buckets.lifecycle import SETTING, Expired, Lifecycle
from emulator.buckets.lifecycle_checks import checked_lifecycle
from emulator.home import Home
from emulator.pipeline.lifecycle import LifecycleClock
from emulator.settings import Settings
from emulator.state import Database
from tests.conftest import wait_for
from tests.unit.buckets.conftest import Recorder

START = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
DELETED = "LifecycleExpiration:Delete"
MARKED = "LifecycleExpiration:DeleteMarkerCreated"


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def buckets(database: Database, home: Home, settings: Settings, recorder: Recorder, clock: Clock) -> Buckets:
    return Buckets(database, home, settings, on_event=recorder, clock=clock)


@pytest.fixture
def lifecycle(buckets: Buckets) -> Lifecycle:
    return Lifecycle(buckets)


def put(buckets: Buckets, key: str, content: bytes = b"x", bucket: str = "raw", **tags: str) -> None:
    buckets.objects.put(bucket, key, io.BytesIO(content), Description(tags=tags))


def rule(**members: Any) -> dict[str, Any]:
    return {"ID": "r", "Status": "Enabled", "Filter": {}} | members


def follow(buckets: Buckets, *rules: dict[str, Any], bucket: str = "raw") -> None:
    buckets.bucket_settings.put(bucket, SETTING, {"Rules": checked_lifecycle(rules)})


def kept(buckets: Buckets, bucket: str = "raw") -> list[tuple[str, bool, int]]:
    """Return key, whether it is a marker, and size, of all there is; the newest of a key first."""
    found = buckets.objects.versions(bucket).versions
    return [(version.key, version.is_marker, version.stored.size_bytes) for version in found]


def test_days_end_at_the_next_midnight(buckets: Buckets, raw: Path, lifecycle: Lifecycle, recorder: Recorder) -> None:
    """
    AWS's own example: made on the 15th at 10:30, with 3 days, an object goes on the 19th at 00:00.
    """
    put(buckets, "a")
    follow(buckets, rule(Expiration={"Days": 3}))
    midnight = datetime(2026, 1, 19, tzinfo=UTC)

    assert lifecycle.expire(midnight - timedelta(seconds=1)) == Expired()
    assert lifecycle.expire(midnight) == Expired(versions=1)
    assert not (raw / "a").exists()
    assert recorder.seen == [("ObjectCreated:Put", "a"), (DELETED, "a")]
    assert recorder.events[-1].size_bytes is None


def test_an_old_file_is_as_old_as_its_drop(buckets: Buckets, raw: Path, lifecycle: Lifecycle, clock: Clock) -> None:
    """
    Who copies his archive into a bucket must not find it gone the next day.
    """
    (raw / "a").write_text("x")
    os.utime(raw / "a", (0, 0))
    buckets.scan("raw")
    follow(buckets, rule(Expiration={"Days": 30}))

    lifecycle.expire(START + timedelta(days=30))

    assert (raw / "a").exists()
    assert lifecycle.expire(START + timedelta(days=31)) == Expired(versions=1)


def test_what_was_changed_since_is_as_young_as_the_change(
    buckets: Buckets, raw: Path, lifecycle: Lifecycle, clock: Clock
) -> None:
    """
    Even if nobody told of it yet: the file is looked at before it goes.
    """
    put(buckets, "a")
    follow(buckets, rule(Expiration={"Days": 1}))
    clock.now += timedelta(days=30)
    (raw / "a").write_text("changed")

    lifecycle.expire(clock.now)

    assert (raw / "a").read_text() == "changed"


def test_a_versioned_bucket_gets_a_marker_and_the_old_version_goes_later(
    buckets: Buckets, raw: Path, lifecycle: Lifecycle, clock: Clock, recorder: Recorder
) -> None:
    """
    And the marker goes when nothing is left under it.
    """
    buckets.set_versioning("raw", "Enabled")
    put(buckets, "a")
    follow(
        buckets,
        rule(ID="1", Expiration={"Days": 1}),
        rule(ID="2", NoncurrentVersionExpiration={"NoncurrentDays": 1}),
        rule(ID="3", Expiration={"ExpiredObjectDeleteMarker": True}),
    )
    seen = []

    for _ in range(3):
        clock.now += timedelta(days=2)
        lifecycle.expire(clock.now)
        seen.append(kept(buckets))

    assert seen == [[("a", True, 0), ("a", False, 1)], [("a", True, 0)], []]
    assert [name for name, _ in recorder.seen] == ["ObjectCreated:Put", MARKED, DELETED, DELETED]
    assert all(event.version_id for event in recorder.events)


def test_the_newest_noncurrent_versions_stay(buckets: Buckets, raw: Path, lifecycle: Lifecycle, clock: Clock) -> None:
    """
    However old they are.
    """
    buckets.set_versioning("raw", "Enabled")
    for size in range(1, 6):
        put(buckets, "a", b"x" * size)
    follow(buckets, rule(NoncurrentVersionExpiration={"NoncurrentDays": 1, "NewerNoncurrentVersions": 2}))

    lifecycle.expire(START + timedelta(days=9))

    assert [size for _, _, size in kept(buckets)] == [5, 4, 3]


def test_uploads_that_nobody_completes_are_aborted(buckets: Buckets, raw: Path, lifecycle: Lifecycle) -> None:
    """
    With their parts; those of another prefix wait.
    """
    stale = buckets.uploads.create("raw", "tmp/a", Description(), choose(None, None))
    other = buckets.uploads.create("raw", "a", Description(), choose(None, None))
    with buckets.uploads.stage() as staged:
        staged.write(b"x")
        buckets.uploads.put_part(stale, 1, staged, {})
    follow(buckets, rule(Filter={"Prefix": "tmp/"}, AbortIncompleteMultipartUpload={"DaysAfterInitiation": 1}))
    due = lifecycle.abort(stale)

    assert due is not None and lifecycle.abort(other) is None
    assert lifecycle.expire(due.at - timedelta(seconds=1)) == Expired()
    assert lifecycle.expire(due.at) == Expired(uploads=1)
    assert [upload.key for upload in buckets.uploads.page("raw").uploads] == ["a"]
    with pytest.raises(NoSuchUploadError):
        buckets.uploads.get("raw", "tmp/a", stale.id)
    assert buckets.sweep(0) == 0


def test_many_uploads_of_one_key_are_all_aborted(buckets: Buckets, raw: Path, lifecycle: Lifecycle) -> None:
    """
    Over the edge of a page, each of which begins after an upload that is gone by then.
    """
    for number in range(1100):
        buckets.uploads.create("raw", "a" if number < 1050 else f"b{number}", Description(), choose(None, None))
    follow(buckets, rule(AbortIncompleteMultipartUpload={"DaysAfterInitiation": 1}))

    expired = lifecycle.expire(datetime.now(UTC) + timedelta(days=9))

    assert expired == Expired(uploads=1100)
    assert buckets.uploads.page("raw").uploads == ()


def test_many_versions_of_one_key_all_go(buckets: Buckets, raw: Path, lifecycle: Lifecycle) -> None:
    """
    Over the edge of a page, which is in the middle of a key.
    """
    buckets.set_versioning("raw", "Enabled")
    put(buckets, "a")
    for _ in range(1010):
        buckets.objects.delete("raw", "a")
    put(buckets, "b")
    follow(buckets, rule(NoncurrentVersionExpiration={"NoncurrentDays": 1}))

    assert lifecycle.expire(START + timedelta(days=9)) == Expired(versions=1010)
    assert kept(buckets) == [("a", True, 0), ("b", False, 1)]


def test_what_changes_between_look_and_deletion_stays(
    buckets: Buckets, raw: Path, lifecycle: Lifecycle, clock: Clock
) -> None:
    """
    Somebody else, too, writes to the bucket while rules are followed.
    """
    for key in ("a", "b", "c"):
        put(buckets, key)
    follow(buckets, rule(Expiration={"Days": 1}))
    clock.now += timedelta(days=9)
    looks = lifecycle._expire_versions("raw", lifecycle.rules("raw"), clock.now, lambda: True)

    first = next(looks)
    put(buckets, "b", b"new")
    buckets.objects.delete("raw", "c")
    rest = list(looks)

    assert (first, rest) == (True, [False, False])
    assert kept(buckets) == [("b", False, 3)]


def test_a_look_that_nobody_waits_for_ends_with_its_page(buckets: Buckets, raw: Path, lifecycle: Lifecycle) -> None:
    """
    A server that is to stop does not read a million rows first; the next one goes on.
    """
    buckets.set_versioning("raw", "Enabled")
    for _ in range(1005):
        buckets.objects.delete("raw", "a")
    for key in ("b", "c"):
        put(buckets, key)
    follow(buckets, rule(Expiration={"Days": 1}))
    asked = iter([True, False, False])

    assert lifecycle.expire(START + timedelta(days=9), lambda: next(asked)) == Expired()
    assert lifecycle.expire(START + timedelta(days=9)) == Expired(versions=2)


def test_a_rule_that_is_off_or_of_another_prefix_does_nothing(
    buckets: Buckets, raw: Path, lifecycle: Lifecycle
) -> None:
    """
    And a bucket without rules is not looked at.
    """
    buckets.create_bucket("other")
    put(buckets, "a")
    put(buckets, "a", bucket="other")
    follow(
        buckets,
        rule(ID="1", Status="Disabled", Expiration={"Days": 1}),
        rule(ID="2", Filter={"Prefix": "b"}, Expiration={"Days": 1}),
    )

    assert lifecycle.expire(START + timedelta(days=99)) == Expired()


def test_short_days_are_for_demos(database: Database, home: Home, settings: Settings, clock: Clock) -> None:
    """
    A day of ten seconds ends every ten seconds.
    """
    settings = dataclasses.replace(settings, lifecycle_day_seconds=10)
    buckets = Buckets(database, home, settings, clock=clock)
    buckets.create_bucket("raw")
    put(buckets, "a")
    follow(buckets, rule(Expiration={"Days": 2}))
    lifecycle = Lifecycle(buckets)

    assert lifecycle.expire(START + timedelta(seconds=19)) == Expired()
    assert lifecycle.expire(START + timedelta(seconds=20)) == Expired(versions=1)


def test_days_beyond_every_calendar_are_the_last(buckets: Buckets, raw: Path, lifecycle: Lifecycle) -> None:
    """
    AWS takes any positive number.
    """
    put(buckets, "a")
    follow(buckets, rule(Expiration={"Days": 2_147_483_647}))

    assert lifecycle.expire(START + timedelta(days=100_000)) == Expired()
    assert lifecycle.expiration(buckets.objects.head("raw", "a")) is not None


@contextlib.contextmanager
def running(lifecycle: Lifecycle, on_activity: Callable[[], None]) -> Iterator[None]:
    """Run a clock in an event loop of its own."""

    async def made() -> LifecycleClock:
        clock = LifecycleClock(lifecycle, on_activity)
        clock.rounds.start()
        return clock

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    clock = asyncio.run_coroutine_threadsafe(made(), loop).result(30)
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(clock.rounds.stop(), loop).result(30)
        asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_the_server_looks_at_once_and_at_every_midnight(settings: Settings, home: Home, database: Database) -> None:
    """
    With real time, and days that are short.
    """
    buckets = Buckets(database, home, dataclasses.replace(settings, lifecycle_day_seconds=0.3))
    path = buckets.create_bucket("raw").path
    put(buckets, "a")
    follow(buckets, rule(Expiration={"Days": 1}))
    told: list[str] = []

    with running(Lifecycle(buckets), lambda: told.append("deleted")):
        wait_for(lambda: not (path / "a").exists())
        put(buckets, "b")
        wait_for(lambda: not (path / "b").exists())
        wait_for(lambda: len(told) == 2)


# The plain computation: a list of versions for each key, the newest first, and rules as AWS's user guide tells them.

KEYS = ("a", "b/1", "b/2")
TAGS: tuple[dict[str, str], ...] = ({}, {"k": "1"}, {"k": "1", "l": "2"})


class Model:
    """A bucket, as far as lifecycle rules can tell."""

    def __init__(self) -> None:
        self.status = ""
        self.versions: dict[str, list[dict[str, Any]]] = {}

    def write(self, key: str, now: datetime, size: int | None, tags: dict[str, str]) -> None:
        """Put an object, or with no size a delete marker."""
        versions = self.versions.setdefault(key, [])
        is_null = self.status != "Enabled"
        if is_null:
            versions[:] = [version for version in versions if not version["null"]]
        if size is not None or self.status:
            versions.insert(0, {"time": now, "size": size, "tags": tags, "null": is_null})

    def due(self, rules: list[dict[str, Any]], now: datetime) -> list[tuple[str, dict[str, Any], bool]]:
        found = []
        for key, versions in sorted(self.versions.items()):
            for number, version in enumerate(versions):
                if any(self.is_due(one, key, versions, number, now) for one in rules):
                    found.append((key, version, number == 0 and version["size"] is not None))
        return found

    def is_due(self, one: dict[str, Any], key: str, versions: list[dict[str, Any]], number: int, now: datetime) -> bool:
        version = versions[number]
        if not self.is_meant(one["Filter"], key, version):
            return False
        if number > 0:
            noncurrent = one.get("NoncurrentVersionExpiration")
            return (
                noncurrent is not None
                and number > noncurrent.get("NewerNoncurrentVersions", 0)
                and self.is_past(versions[number - 1]["time"], noncurrent["NoncurrentDays"], now)
            )
        expiration = one.get("Expiration", {})
        is_old = "Days" in expiration and self.is_past(version["time"], expiration["Days"], now)
        is_old = is_old or ("Date" in expiration and now >= expiration["Date"])
        if version["size"] is not None:
            return is_old
        return len(versions) == 1 and (is_old or expiration.get("ExpiredObjectDeleteMarker", False))

    @staticmethod
    def is_meant(given: dict[str, Any], key: str, version: dict[str, Any]) -> bool:
        inner = dict(given.get("And", given))
        tags = inner.get("Tags", []) + ([inner["Tag"]] if "Tag" in inner else [])
        size = version["size"] or 0
        return (
            key.startswith(inner.get("Prefix", ""))
            and all(version["tags"].get(tag["Key"]) == tag["Value"] for tag in tags)
            and size > inner.get("ObjectSizeGreaterThan", -1)
            and size < inner.get("ObjectSizeLessThan", 1000)
        )

    @staticmethod
    def is_past(since: datetime, days: int, now: datetime) -> bool:
        end = since + timedelta(days=days)
        midnight = end.replace(hour=0, minute=0, second=0, microsecond=0)
        return now >= (end if midnight == end else midnight + timedelta(days=1))

    def expire(self, rules: list[dict[str, Any]], now: datetime) -> list[tuple[str, str]]:
        """Return the events."""
        events = []
        for key, version, is_object in self.due(rules, now):
            versions = self.versions[key]
            if not any(version is one for one in versions):
                continue  # a null version, which the marker took the place of
            if is_object and self.status:
                self.write(key, now, None, {})
                events.append((MARKED, key))
            else:
                versions[:] = [one for one in versions if one is not version]
                events.append((DELETED, key))
        return events

    def kept(self) -> list[tuple[str, bool, int]]:
        return [
            (key, version["size"] is None, version["size"] or 0)
            for key, versions in sorted(self.versions.items())
            for version in versions
        ]


sizes = st.integers(0, 3)
tag = st.sampled_from([{"Key": "k", "Value": "1"}, {"Key": "l", "Value": "2"}, {"Key": "k", "Value": "2"}])
plain_filters: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}), st.fixed_dictionaries({"Prefix": st.sampled_from(["", "a", "b/", "b/2", "c"])})
)
filters: st.SearchStrategy[dict[str, Any]] = st.one_of(
    plain_filters,
    st.fixed_dictionaries({"Tag": tag}),
    st.fixed_dictionaries({"ObjectSizeGreaterThan": sizes}),
    st.fixed_dictionaries({"ObjectSizeLessThan": st.integers(1, 4)}),
    st.fixed_dictionaries(
        {
            "And": st.fixed_dictionaries(
                {"Prefix": st.sampled_from(["a", "b/"]), "Tags": st.lists(tag, min_size=1, max_size=1)}
            )
        }
    ),
    st.just({"And": {"ObjectSizeGreaterThan": 0, "ObjectSizeLessThan": 3}}),
)
days = st.integers(1, 4)
noncurrent = st.fixed_dictionaries({"NoncurrentDays": days}, optional={"NewerNoncurrentVersions": st.integers(1, 2)})
expirations = st.one_of(st.fixed_dictionaries({"Days": days}), st.fixed_dictionaries({"Date": st.integers(0, 6)}))
actions = st.one_of(
    st.fixed_dictionaries({"Filter": filters, "Expiration": expirations}),
    st.fixed_dictionaries({"Filter": filters, "NoncurrentVersionExpiration": noncurrent}),
    st.fixed_dictionaries({"Filter": filters, "Expiration": expirations, "NoncurrentVersionExpiration": noncurrent}),
    st.fixed_dictionaries(
        {"Filter": plain_filters, "Expiration": st.just({"ExpiredObjectDeleteMarker": True})},
        optional={"NoncurrentVersionExpiration": noncurrent},
    ),
)
steps: st.SearchStrategy[tuple[int, tuple[str, str, int | None, dict[str, str]]]] = st.tuples(
    st.integers(0, 40),
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from(KEYS), sizes, st.sampled_from(TAGS)),
        st.tuples(st.just("delete"), st.sampled_from(KEYS), st.none(), st.just({})),
        st.tuples(st.just("status"), st.sampled_from(["Enabled", "Suspended"]), st.none(), st.just({})),
        st.tuples(st.just("expire"), st.just(""), st.none(), st.just({})),
    ),
)
_serial = iter(range(1_000_000))


def dated(one: dict[str, Any], start: datetime) -> dict[str, Any]:
    """Return a rule whose date is one, rather than a number of days from the start."""
    expiration = one.get("Expiration", {})
    if "Date" not in expiration:
        return one
    return one | {"Expiration": {"Date": start + timedelta(days=expiration["Date"])}}


@examples(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rules=st.lists(actions, min_size=1, max_size=3),
    history=st.lists(steps, max_size=14),
    begins=st.sampled_from(["", "Enabled"]),
)
def test_what_expires_is_what_the_plain_computation_says(
    buckets: Buckets,
    lifecycle: Lifecycle,
    recorder: Recorder,
    clock: Clock,
    rules: list[dict[str, Any]],
    history: list[tuple[int, tuple[str, str, int | None, dict[str, str]]]],
    begins: str,
) -> None:
    """
    Objects, versions and markers, over any history, in each of the three states of a bucket; and with which events.
    """
    bucket, model = f"b{next(_serial):06d}", Model()
    clock.now = clock.now.replace(hour=0) + timedelta(days=1, hours=10)  # on from the example before: no time goes back
    rules = [dated(one, clock.now.replace(hour=0, minute=0)) for one in rules]
    buckets.create_bucket(bucket)
    follow(
        buckets, *({"ID": str(number), "Status": "Enabled"} | one for number, one in enumerate(rules)), bucket=bucket
    )
    if begins:
        model.status = begins
        buckets.set_versioning(bucket, begins)

    try:
        for hours, (step, name, size, tags) in [
            *history,
            (30, ("expire", "", None, {})),
            (0, ("expire", "", None, {})),
        ]:
            clock.now += timedelta(hours=hours)
            recorder.events.clear()
            if step == "put":
                model.write(name, clock.now, size, tags)
                put(buckets, name, b"x" * (size or 0), bucket, **tags)
            elif step == "delete":
                model.write(name, clock.now, None, {})
                buckets.objects.delete(bucket, name)
            elif step == "status":
                model.status = name
                buckets.set_versioning(bucket, name)
                buckets.scan(bucket)
            else:
                expected = model.expire(rules, clock.now)
                lifecycle.expire(clock.now)
                assert recorder.seen == expected
            assert kept(buckets, bucket) == model.kept()
    finally:
        buckets.bucket_settings.delete(bucket, SETTING)
