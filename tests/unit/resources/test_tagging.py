"""Tags of anything, whoever made it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from emulator.errors import InvalidRequestError, NotFoundError
from emulator.resources.dry_run import DryRunError
from emulator.resources.filters import Filter
from emulator.resources.references import Noun, find
from emulator.resources.tagging import TagDescription, Tagging
from emulator.resources.tags import tags_by_key
from emulator.state import Database

WEB, DB = "i-00000000000000001", "i-00000000000000002"
KEY = "key-00000000000000001"
INSTANCE = Noun("instance", "i", lambda ids, _: NotFoundError(f"no {ids}"))


@dataclass(frozen=True)
class Instance:
    """What a tag can be given to, by its id or its Name."""

    id: str
    name: str | None = None


def find_instances(references: Sequence[str]) -> list[str]:
    """Two instances, one of which may be called by its Name."""
    return [one.id for one in find(INSTANCE, references, [Instance(WEB, "web"), Instance(DB)])]


def check_keys(ids: Sequence[str], keys: Collection[str]) -> None:
    """One instance has no room for slashes in keys."""
    if DB in ids and any("/" in key for key in keys):
        raise InvalidRequestError("no slashes")


@pytest.fixture
def changed() -> list[str]:
    """The ids that a change was told of."""
    return []


@pytest.fixture
def tagging(tmp_path: Path, changed: list[str]) -> Tagging:
    finders = {"instance": find_instances, "key-pair": lambda ids: ids}
    return Tagging(Database(tmp_path / "state.db"), finders, check_keys, changed.extend)


def test_resources_of_all_types_are_tagged_at_once(tagging: Tagging) -> None:
    tagging.create([DB, KEY], {"team": "data"})

    assert tagging.describe() == [
        TagDescription(DB, "instance", "team", "data"),
        TagDescription(KEY, "key-pair", "team", "data"),
    ]


def test_an_instance_may_be_called_by_its_name(tagging: Tagging) -> None:
    """And is tagged once, however often it is named."""
    assert tagging.create(["web", WEB], {"team": "data"}) == [WEB]


def test_a_key_that_is_there_gets_the_new_value(tagging: Tagging) -> None:
    tagging.create([WEB], {"stage": "test", "team": "data"})
    tagging.create([WEB], {"stage": "live"})

    assert {tag.key: tag.value for tag in tagging.describe()} == {"stage": "live", "team": "data"}


def test_a_key_that_one_of_the_resources_cannot_have_is_given_to_none(tagging: Tagging) -> None:
    """As an instance that may read its tags: a slash would part the path of its metadata."""
    tagging.create([WEB], {"a/b": "c"})

    with pytest.raises(InvalidRequestError, match="no slashes"):
        tagging.create([KEY, DB], {"d/e": "f"})

    assert [tag.resource_id for tag in tagging.describe()] == [WEB]


def test_whoever_must_hear_of_a_change_does(tagging: Tagging, changed: list[str]) -> None:
    """An instance reads its tags from its metadata."""
    tagging.create(["web", KEY], {"a": "b"})
    tagging.delete([WEB])

    assert changed == [WEB, KEY, WEB]


def test_one_unknown_resource_leaves_all_as_they_were(tagging: Tagging, changed: list[str]) -> None:
    with pytest.raises(NotFoundError):
        tagging.create([KEY, WEB, "i-00000000000000009"], {"a": "b"})

    assert tagging.describe() == []
    assert changed == []


@pytest.mark.parametrize("resource_id", ["vol-00000000000000001", "subnet-00000000000000001"])
def test_what_cannot_be_tagged_here_has_no_valid_id(tagging: Tagging, resource_id: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"The ID '{resource_id}' is not valid") as caught:
        tagging.create([resource_id], {"a": "b"})

    assert caught.value.code == "InvalidID"


@pytest.mark.parametrize("text", ["nope", "wep", "i-123", "bucket-00000000000000001", ""])
def test_what_is_neither_an_id_nor_a_name_is_no_valid_id(tagging: Tagging, text: str) -> None:
    """In the words that AWS has for tags of anything, and with the nearest name."""
    with pytest.raises(NotFoundError) as caught:
        tagging.create([KEY, text], {"a": "b"})

    assert (caught.value.code, caught.value.message) == ("InvalidID", f"The ID '{text}' is not valid")
    assert caught.value.hint == (
        "did you mean web?" if text == "wep" else "list the ones you have with `cloudlet ec2 describe-instances`"
    )
    assert tagging.describe() == []


def test_a_key_has_one_value_in_a_request() -> None:
    """Which of two would be meant?"""
    with pytest.raises(InvalidRequestError) as caught:
        tags_by_key([("a", "1"), ("b", "2"), ("a", "1")])

    assert (caught.value.code, caught.value.message) == ("InvalidParameterValue", "Duplicate tag key 'a' specified.")
    assert tags_by_key([("a", "1"), ("A", None)]) == {"a": "1", "A": None}


def test_the_tags_that_are_there_count_towards_the_most(tagging: Tagging) -> None:
    """Fifty; a new value for an old key is no new tag."""
    tagging.create([WEB], {f"key-{number}": "" for number in range(50)})

    tagging.create([WEB], {"key-0": "new"})
    with pytest.raises(
        InvalidRequestError, match="The maximum number of Tags for a resource has been reached"
    ) as caught:
        tagging.create([KEY, WEB], {"one-more": ""})

    assert caught.value.code == "TagLimitExceeded"
    assert len(tagging.describe()) == 50


def test_reserved_keys_are_refused(tagging: Tagging) -> None:
    with pytest.raises(InvalidRequestError, match="reserved"):
        tagging.create([WEB], {"aws:mine": "x"})


def test_a_tag_goes_by_its_key_or_only_with_its_value(tagging: Tagging) -> None:
    """A tag that is not there is no error."""
    tagging.create([WEB], {"a": "1", "b": "2", "c": "3"})

    tagging.delete([WEB], {"a": None, "b": "2", "c": "other", "d": None})

    assert [(tag.key, tag.value) for tag in tagging.describe()] == [("c", "3")]


def test_without_tags_all_of_them_go(tagging: Tagging) -> None:
    tagging.create([WEB, DB], {"a": "1", "b": "2"})

    tagging.delete([WEB])

    assert {tag.resource_id for tag in tagging.describe()} == {DB}


def test_a_dry_run_checks_and_changes_nothing(tagging: Tagging) -> None:
    tagging.create([WEB], {"a": "1"})

    with pytest.raises(DryRunError):
        tagging.create([WEB], {"b": "2"}, dry_run=True)
    with pytest.raises(DryRunError):
        tagging.delete([WEB], dry_run=True)
    with pytest.raises(NotFoundError):
        tagging.delete(["no-such-name"], dry_run=True)

    assert [(tag.key, tag.value) for tag in tagging.describe()] == [("a", "1")]


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("key", "st*", {WEB}),
        ("value", "data", {WEB, KEY}),
        ("resource-type", "key-pair", {KEY}),
        ("resource-id", DB, {DB}),
        ("tag:stage", "test", {WEB}),
        ("value", "nothing", set()),
    ],
)
def test_tags_are_found_by_what_they_are_and_what_has_them(
    tagging: Tagging, name: str, value: str, found: set[str]
) -> None:
    tagging.create([WEB], {"stage": "test"})
    tagging.create([WEB, KEY], {"team": "data"})
    tagging.create([DB], {"Name": "db"})

    assert {tag.resource_id for tag in tagging.describe([Filter(name, (value,))])} == found


def test_an_unknown_filter_is_an_error(tagging: Tagging) -> None:
    with pytest.raises(InvalidRequestError, match="The filter 'resource' is invalid"):
        tagging.describe([Filter("resource", ("x",))])
