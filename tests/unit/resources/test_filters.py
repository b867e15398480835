"""AWS's rules for finding things."""

from dataclasses import dataclass, field

import pytest

from emulator.errors import InvalidRequestError
from emulator.resources.filters import Filter, select


@dataclass(frozen=True)
class Thing:
    """Something that can be found by its colour and its tags."""

    colours: tuple[str, ...]
    tags: dict[str, str] = field(default_factory=dict)


RED = Thing(("red",), {"Name": "web-1", "stage": "test"})
BLUE = Thing(("blue", "dark-blue"), {"Name": "web-22"})
GREY = Thing(("gr*y",))


def found(*filters: Filter) -> list[Thing]:
    return select([RED, BLUE, GREY], filters, {"colour"}, lambda one: {"colour": one.colours}, lambda one: one.tags)


def test_without_filters_everything_is_found() -> None:
    assert found() == [RED, BLUE, GREY]


def test_values_of_one_filter_are_alternatives() -> None:
    assert found(Filter("colour", ("red", "blue"))) == [RED, BLUE]


def test_several_filters_must_all_hold() -> None:
    assert found(Filter("colour", ("red", "blue")), Filter("tag:stage", ("test",))) == [RED]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("web-*", [RED, BLUE]),
        ("web-?", [RED]),
        ("web-??", [BLUE]),
        ("WEB-1", []),
        ("web", []),
    ],
)
def test_stars_and_question_marks_stand_for_anything(pattern: str, expected: list[Thing]) -> None:
    assert found(Filter("tag:Name", (pattern,))) == expected


def test_a_backslash_makes_a_star_a_star() -> None:
    assert found(Filter("colour", (r"gr\*y",))) == [GREY]
    assert found(Filter("colour", (r"re\*d",))) == []


def test_a_tag_key_finds_whatever_has_the_tag() -> None:
    assert found(Filter("tag-key", ("stage",))) == [RED]


def test_a_filter_that_does_not_exist_is_an_error_with_the_nearest_name() -> None:
    with pytest.raises(InvalidRequestError, match="The filter 'color' is invalid") as caught:
        found(Filter("color", ("red",)))

    assert caught.value.code == "InvalidParameterValue"
    assert caught.value.hint == "did you mean colour?"


def test_a_filter_needs_a_value_and_has_two_hundred_at_most() -> None:
    with pytest.raises(InvalidRequestError, match="has no values"):
        found(Filter("colour", ()))
    with pytest.raises(InvalidRequestError, match="more than 200 values"):
        found(Filter("colour", ("x",) * 201))
