"""Buckets come and go; none takes a file with it that nobody said to delete."""

from pathlib import Path

import pytest

from emulator.buckets import Buckets, Rule
from emulator.buckets.errors import (
    BucketAlreadyOwnedByYouError,
    BucketNotEmptyError,
    InvalidArgumentError,
    NoSuchBucketError,
)
from emulator.buckets.notifications import NoSuchRuleError
from emulator.state import Database
from tests.unit.buckets.conftest import Recorder


def test_a_bucket_is_a_folder(buckets: Buckets) -> None:
    """
    `cp` must find it.
    """
    bucket = buckets.create_bucket("raw")

    assert bucket.path.is_dir()
    assert buckets.names() == ["raw"]
    assert buckets.get("raw").created_at == bucket.created_at


def test_a_bucket_is_made_once(buckets: Buckets) -> None:
    """
    AWS's own words: a script may look for them.
    """
    buckets.create_bucket("raw")

    with pytest.raises(BucketAlreadyOwnedByYouError, match="succeeded and you already own it"):
        buckets.create_bucket("raw")


def test_an_unknown_bucket_names_the_nearest(buckets: Buckets) -> None:
    """
    Most unknown names are misspelt ones.
    """
    buckets.create_bucket("raw-data")

    with pytest.raises(NoSuchBucketError) as caught:
        buckets.get("raw-dta")

    assert "did you mean raw-data?" in str(caught.value.hint)


@pytest.mark.parametrize("name", ["dropped.csv", "d/dropped.csv", "half.part"])
def test_a_bucket_with_a_file_is_not_deleted(buckets: Buckets, raw: Path, name: str) -> None:
    """
    Neither one that was dropped this instant, nor one that is no object.
    """
    (raw / name).parent.mkdir(exist_ok=True)
    (raw / name).touch()

    with pytest.raises(BucketNotEmptyError):
        buckets.delete_bucket("raw")

    assert (raw / name).exists()
    assert buckets.names() == ["raw"]


def test_an_empty_bucket_goes_with_its_empty_folders(buckets: Buckets, raw: Path) -> None:
    """
    S3 sees no folders.
    """
    (raw / "a" / "b").mkdir(parents=True)

    buckets.delete_bucket("raw")

    assert not raw.exists()
    assert buckets.list() == []


def test_force_deletes_every_object_with_its_event(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    """
    `aws s3 rb --force` deletes one by one, and each is a removal.
    """
    (raw / "a").touch()
    (raw / "b.part").touch()

    buckets.delete_bucket("raw", force=True)

    assert recorder.seen == [("ObjectCreated:Put", "a"), ("ObjectRemoved:Delete", "a")]
    assert not raw.exists()


def test_a_rule_matches_by_event_prefix_and_suffix(
    buckets: Buckets, raw: Path, database: Database, recorder: Recorder
) -> None:
    """
    A function must not run for what it did not ask for.
    """
    csv = buckets.rules.add(Rule.plain("raw", "one", ["s3:ObjectCreated:*"], prefix="in/", suffix=".csv"))
    gone = buckets.rules.add(Rule.plain("raw", "two", ["s3:ObjectRemoved:Delete"]))
    for name in ("in/a.csv", "in/a.txt", "a.csv"):
        (raw / name).parent.mkdir(exist_ok=True)
        (raw / name).touch()
    buckets.scan("raw")
    buckets.objects.delete("raw", "in/a.csv")

    with database.snapshot() as connection:
        matched = [(e.key, rule) for e in recorder.events for rule in buckets.rules.matching(connection, e)]

    assert matched == [("in/a.csv", csv), ("in/a.csv", gone)]


def test_two_rules_for_one_key_are_ambiguous(buckets: Buckets, raw: Path) -> None:
    """
    AWS refuses this; what works here must work there.
    """
    buckets.rules.add(Rule.plain("raw", "one", prefix="in/", suffix=".csv"))

    with pytest.raises(InvalidArgumentError, match="ambiguously defined"):
        buckets.rules.add(Rule.plain("raw", "two", ["s3:ObjectCreated:Put"], prefix="in/2026/"))
    buckets.rules.add(Rule.plain("raw", "two", prefix="in/", suffix=".txt"))
    buckets.rules.add(Rule.plain("raw", "two", ["s3:ObjectRemoved:*"]))

    assert [rule.suffix for rule in buckets.rules.list("raw")] == ["", ".csv", ".txt"]


def test_an_equal_rule_is_added_once(buckets: Buckets, raw: Path) -> None:
    """
    Makefiles repeat themselves.
    """
    first = buckets.rules.add(Rule.plain("raw", "one", suffix=".csv"))

    assert buckets.rules.add(Rule.plain("raw", "one", suffix=".csv")) == first
    assert buckets.rules.list() == [first]


def test_a_rule_is_removed_by_its_id(buckets: Buckets, raw: Path) -> None:
    """
    And it is said if there is none.
    """
    rule = buckets.rules.add(Rule.plain("raw", "one"))

    buckets.rules.remove(rule.id)

    assert buckets.rules.list(target="one") == []
    with pytest.raises(NoSuchRuleError):
        buckets.rules.remove(rule.id)


def test_an_unknown_event_is_refused(buckets: Buckets, raw: Path) -> None:
    """
    A rule that never fires is worse than an error.
    """
    with pytest.raises(InvalidArgumentError, match="not supported for notifications"):
        buckets.rules.add(Rule.plain("raw", "one", ["s3:ObjectMade:*"]))
