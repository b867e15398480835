"""Listings come from the index, in S3's order."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from emulator.buckets import Buckets
from emulator.buckets import index as rows
from emulator.buckets.records import Content, Fingerprint, StoredObject
from emulator.state import Database

KEYS = st.sets(st.text(alphabet="ab/é\ud7ff\ue000\U0010ffff", min_size=1, max_size=5), max_size=25)


@pytest.fixture
def bucket(buckets: Buckets) -> str:
    buckets.create_bucket("raw")
    return "raw"


def fill(database: Database, bucket: str, keys: set[str]) -> None:
    with database.transaction() as connection:
        connection.execute("DELETE FROM object")
        for key in keys:
            rows.put(connection, StoredObject(bucket, key, Fingerprint(1, 1, 1), True, "s", Content("e")))


def listing(keys: set[str], prefix: str, delimiter: str) -> list[str]:
    """What S3 documents: keys in byte order, those with the delimiter after the prefix rolled up."""
    entries: list[str] = []
    for key in sorted(keys, key=str.encode):
        if not key.startswith(prefix):
            continue
        end = key.find(delimiter, len(prefix)) if delimiter else -1
        entry = key if end < 0 else key[: end + len(delimiter)]
        if entry not in entries:
            entries.append(entry)
    return entries


@given(
    keys=KEYS, prefix=st.sampled_from(["", "a", "a/", "é", "\U0010ffff"]), delimiter=st.sampled_from(["", "/", "ab"])
)
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_pages_together_are_the_listing_that_s3_documents(
    database: Database, bucket: str, limit: int, keys: set[str], prefix: str, delimiter: str
) -> None:
    """
    A lost or doubled key between two pages is the kind of fault that nobody finds by hand.
    """
    fill(database, bucket, keys)

    found: list[str] = []
    start = ""
    while True:
        with database.snapshot() as connection:
            page = rows.page(connection, bucket, prefix=prefix, delimiter=delimiter, start_after=start, limit=limit)
        found += sorted([o.key for o in page.objects] + list(page.common_prefixes), key=str.encode)
        if page.next_start is None:
            break
        start = page.next_start

    assert found == listing(keys, prefix, delimiter)


def test_a_page_is_found_by_seeks(database: Database, bucket: str) -> None:
    """
    A bucket with a folder of many keys is listed by its prefixes without reading those keys.
    """
    fill(database, bucket, {f"a/{number:05}" for number in range(5000)} | {"b"})
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with database.snapshot() as connection:
        connection.set_progress_handler(count, 100)
        page = rows.page(connection, bucket, delimiter="/")
        connection.set_progress_handler(None, 0)

    assert (page.common_prefixes, [o.key for o in page.objects]) == (("a/",), ["b"])
    assert steps < 10


def test_sequencers_grow_even_if_the_clock_goes_back(database: Database) -> None:
    """
    Consumers order the events of a key by them.
    """
    with database.transaction() as connection:
        given_out = [rows.next_sequencer(connection, now_ns) for now_ns in (2_000, 1_000, 1_000, 3_000)]

    assert given_out == sorted(set(given_out))
    assert {len(text) for text in given_out} == {18}
