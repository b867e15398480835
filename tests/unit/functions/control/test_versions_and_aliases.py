"""publish-version and the verbs on aliases."""

import pytest

from emulator.errors import EmulatorError
from emulator.functions.changes import NOTHING, Changes
from emulator.functions.errors import InvalidFunctionError, PreconditionFailedError, ResourceConflictError
from tests.unit.functions.control.conftest import ARN, Rooms, zipped


def test_what_has_not_changed_is_not_published_twice(rooms: Rooms) -> None:
    """Whatever was said about it: a script that is run again makes no second version."""
    rooms.create()
    first = rooms.versions.publish("resize", description="first")

    again = rooms.versions.publish("resize", description="again")
    rooms.control.update_code("resize", zipped(), NOTHING)
    and_again = rooms.versions.publish("resize")

    assert first == again == and_again
    assert (first.version, first.description) == ("1", "first")
    assert [one.version for one in rooms.versions.list("resize")] == ["$LATEST", "1"]


def test_a_change_is_a_new_version(rooms: Rooms) -> None:
    """Of the configuration as well as of the code; also one of the description alone."""
    rooms.create(publish=True)

    rooms.control.update_configuration("resize", Changes(description="mine"))
    second = rooms.versions.publish("resize")
    rooms.control.update_code("resize", zipped("new = 1"), NOTHING)
    third = rooms.versions.publish("resize")

    assert (second.version, second.description, third.version) == ("2", "mine", "3")
    assert len({one.revision_id for one in rooms.versions.list("resize")}) == 4


def test_a_deleted_version_is_published_anew_under_another_number(rooms: Rooms) -> None:
    rooms.create(publish=True)
    rooms.versions.delete("resize", "1")

    assert rooms.versions.publish("resize").version == "2"


def test_only_what_was_looked_at_is_published(rooms: Rooms) -> None:
    function = rooms.create()

    with pytest.raises(InvalidFunctionError, match=r"CodeSHA256 \(abc\) is different from current CodeSHA256"):
        rooms.versions.publish("resize", code_sha256="abc")
    with pytest.raises(PreconditionFailedError):
        rooms.versions.publish("resize", revision_id="abc")

    published = rooms.versions.publish("resize", code_sha256=function.code_sha256, revision_id=function.revision_id)
    assert published.version == "1"


@pytest.fixture
def published(rooms: Rooms) -> Rooms:
    """A function with two versions."""
    rooms.create(publish=True)
    rooms.control.update_code("resize", zipped("new = 1"), NOTHING, publish=True)
    return rooms


def test_an_alias_moves_from_version_to_version(published: Rooms) -> None:
    alias = published.aliases.create("resize", "live", "1", description="what users see")

    moved = published.aliases.update("resize", "live", version="2", revision_id=alias.revision_id)

    assert published.repository.find("resize", "live").version == "2"
    assert (moved.description, published.aliases.list("resize")) == ("what users see", [moved])


def test_weights_are_set_and_taken_away(published: Rooms) -> None:
    published.aliases.create("resize", "live", "1", weights={"2": 1.0})
    assert published.repository.find("resize", "live").version == "2"

    published.aliases.update("resize", "live", weights={})

    assert published.repository.find("resize", "live").version == "1"


def test_an_alias_is_found_by_either_of_its_versions(published: Rooms) -> None:
    published.aliases.create("resize", "live", "1", weights={"2": 0.1})
    published.aliases.create("resize", "old", "1")

    assert [one.name for one in published.aliases.list("resize", "2")] == ["live"]
    assert [one.name for one in published.aliases.list("resize", "1")] == ["live", "old"]


@pytest.mark.parametrize(
    ("name", "version", "weights", "sentence"),
    [
        ("7", "1", {}, "Value '7' at 'name'"),
        ("a b", "1", {}, "Value 'a b' at 'name'"),
        ("new", "9", {}, f"Function not found: {ARN}:9"),
        ("new", "live", {}, "Value 'live' at 'functionVersion'"),
        ("new", "1", {"1": 0.1}, "Function version 1 is already included in routing configuration."),
        ("new", "1", {"2": 1.1}, "less than or equal to 1.0"),
        ("new", "1", {"2": -0.1}, "greater than or equal to 0.0"),
        ("new", "1", {"2": 0.1, "3": 0.1}, "cannot be greater than 1"),
        ("new", "1", {"$LATEST": 0.1}, "Map keys must satisfy constraint"),
        ("new", "1", {"9": 0.1}, f"Function not found: {ARN}:9"),
        ("new", "$LATEST", {"2": 0.1}, "$LATEST is not supported for an alias pointing to more than 1 version"),
    ],
)
def test_what_can_be_no_alias_is_refused(
    published: Rooms, name: str, version: str, weights: dict[str, float], sentence: str
) -> None:
    with pytest.raises(EmulatorError) as caught:
        published.aliases.create("resize", name, version, weights=weights)

    assert sentence in caught.value.message
    assert published.aliases.list("resize") == []


def test_an_alias_is_created_once_and_deleted_as_often_as_one_likes(published: Rooms) -> None:
    published.aliases.create("resize", "live", "1")
    with pytest.raises(ResourceConflictError, match=f"Alias already exists: {ARN}:live"):
        published.aliases.create("resize", "live", "2")

    published.aliases.delete("resize", "live")
    published.aliases.delete("resize", "live")

    with pytest.raises(EmulatorError, match=f"Cannot find alias arn: {ARN}:live"):
        published.aliases.find("resize", "live")


def test_an_alias_that_somebody_else_has_moved_stays_where_it_is(published: Rooms) -> None:
    published.aliases.create("resize", "live", "1")

    with pytest.raises(PreconditionFailedError, match="Call the GetAlias API"):
        published.aliases.update("resize", "live", version="2", revision_id="old")
