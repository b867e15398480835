"""Whatever has an id and a Name is found by either, wherever it is from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pytest

from emulator.errors import EmulatorError, NotFoundError
from emulator.resources.references import Noun, find, find_one, not_here


@dataclass(frozen=True)
class Boat:
    """Something with an id."""

    id: str
    name: str | None = None


def _not_found(ids: Sequence[str], known: Iterable[str]) -> NotFoundError:
    return NotFoundError(f"{not_here('boat', ids)}, but {len(list(known))} others")


BOAT = Noun("boat", "boat", _not_found)
ANNA = Boat("boat-11111111", "anna")
BERTA, OTHER_BERTA = Boat("boat-22222222", "berta"), Boat("boat-33333333", "berta")
NAMELESS = Boat("boat-44444444")
ALL = [ANNA, BERTA, OTHER_BERTA, NAMELESS]


def test_ids_and_names_are_found_each_once_in_the_order_of_the_references() -> None:
    assert find(BOAT, [NAMELESS.id, "anna", ANNA.id], ALL) == [NAMELESS, ANNA]


def test_all_unknown_ids_are_named_at_once() -> None:
    with pytest.raises(NotFoundError) as caught:
        find(BOAT, ["boat-55555555", ANNA.id, "boat-66666666"], ALL)

    assert caught.value.message == "The boats 'boat-55555555, boat-66666666' do not exist, but 4 others"


@pytest.mark.parametrize(
    ("reference", "code", "said"),
    [
        ("ana", "InvalidBoatID.Malformed", 'Invalid id: "ana", and no boat has it as its Name'),
        ("berta", "InvalidParameterValue", "'berta' is the Name of several boats: boat-22222222, boat-33333333"),
    ],
)
def test_a_name_that_is_nobodys_or_two_ones_is_refused(reference: str, code: str, said: str) -> None:
    with pytest.raises(EmulatorError) as caught:
        find_one(BOAT, reference, ALL)

    assert (caught.value.code, caught.value.message) == (code, said)


def test_a_preference_decides_between_namesakes() -> None:
    """An ended instance does not make the Name of a living one ambiguous."""
    assert find(BOAT, ["berta"], ALL, prefer=lambda namesakes: namesakes[-1:]) == [OTHER_BERTA]
