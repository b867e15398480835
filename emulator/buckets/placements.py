"""Staged files on their way to be objects, as many of them in one transaction as somebody has to be put in place.

A newcomer would look what somebody changed by hand within the transaction. That may be a file of 10 GiB to be read, and
everybody else who writes would wait for it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from emulator.buckets.change import Changes
from emulator.buckets.errors import ObjectBeingWrittenError
from emulator.buckets.folder import Folder
from emulator.buckets.records import Content, Description, StoredObject
from emulator.buckets.staging import StagedFile
from emulator.buckets.store import Store, UnnoticedChangeError, Writing

_ATTEMPTS = 5


@dataclass(frozen=True)
class Placement:
    """A staged file, and the object that it is to be; *content* says what its bytes are."""

    bucket: str
    key: str
    staged: StagedFile
    description: Description
    content: Content
    writing: Writing


Outcome = StoredObject | Exception
"""What became of a placement: the object's record, or why there is none."""


class Placements:
    """Makes objects of staged files."""

    def __init__(self, store: Store, folder: Folder, changes: Changes) -> None:
        self._store = store
        self._folder = folder
        self._changes = changes

    def place_all(self, placements: Sequence[Placement]) -> list[Outcome]:
        """Do each of *placements*, whatever becomes of the others; return the outcomes in their order."""
        outcomes: dict[int, Outcome] = {}
        unnoticed = {number for number, one in enumerate(placements) if one.writing.precondition is not None}
        for _ in range(_ATTEMPTS):
            outcomes |= self._notice({number: placements[number] for number in unnoticed})
            left = {number: one for number, one in enumerate(placements) if number not in outcomes}
            placed = self._together(left)
            unnoticed = {number for number, outcome in placed.items() if isinstance(outcome, UnnoticedChangeError)}
            outcomes |= _without(placed, unnoticed)
            if not unnoticed:
                break
        return [
            outcomes.get(number) or ObjectBeingWrittenError(one.bucket, one.key)
            for number, one in enumerate(placements)
        ]

    def _notice(self, placements: Mapping[int, Placement]) -> dict[int, Outcome]:
        """Make known what programs did to the files that are there now; return what that is the end of."""
        failed: dict[int, Outcome] = {}
        for number, one in placements.items():
            try:
                self._folder.reconcile(one.bucket, one.key, stillness_seconds=0)
            except Exception as error:  # noqa: BLE001 - it is told to whoever wanted this one
                failed[number] = error
        return failed

    def _together(self, placements: Mapping[int, Placement]) -> dict[int, Outcome]:
        """Do *placements* in one transaction; if it cannot be committed, none of them was done."""
        if not placements:
            return {}
        outcomes: dict[int, Outcome] = {}
        with self._folder.placing({(one.bucket, one.key) for one in placements.values()}):
            try:
                with self._changes.together():
                    for number, one in placements.items():
                        outcomes[number] = self._place(one)
            except Exception as error:  # noqa: BLE001 - it is told to each
                return dict.fromkeys(placements, error)
            for outcome in outcomes.values():
                if isinstance(outcome, StoredObject):
                    self._folder.note(outcome)
        return outcomes

    def _place(self, one: Placement) -> Outcome:
        try:
            return self._store.place(one.bucket, one.key, one.staged, one.content, one.description, one.writing)
        except Exception as error:  # noqa: BLE001 - it is told to whoever wanted this one
            return error


def _without(outcomes: Mapping[int, Outcome], numbers: Collection[int]) -> dict[int, Outcome]:
    return {number: outcome for number, outcome in outcomes.items() if number not in numbers}
