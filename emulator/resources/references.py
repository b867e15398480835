"""What a resource can be called: its id, or a Name tag that only one has; and what is said when nothing is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from emulator.errors import InvalidRequestError, NotFoundError, nearest
from emulator.ids import is_id


class Named(Protocol):
    """What has an id and may have a Name."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str | None: ...


Resource = TypeVar("Resource", bound=Named)


@dataclass(frozen=True)
class Noun:
    """A kind of resource, as its users and AWS's errors speak of it."""

    word: str
    """Such as `volume`."""
    prefix: str
    """What its ids begin with, such as `vol`."""
    not_found: Callable[[Sequence[str], Iterable[str]], NotFoundError]
    """Makes the error about ids that are not here, given those that are."""


class MalformedIdError(NotFoundError):
    """It is no id, and nothing has it as its Name tag either."""

    def __init__(self, noun: Noun, text: str, names: Iterable[str]) -> None:
        super().__init__(
            f'Invalid id: "{text}", and no {noun.word} has it as its Name',
            hint=nearest(text, names) or list_hint(noun.word),
            code=f"Invalid{noun.word.capitalize()}ID.Malformed",
        )


class AmbiguousNameError(InvalidRequestError):
    """Two have this Name tag: acting on one of them would be a guess."""

    code = "InvalidParameterValue"

    def __init__(self, noun: Noun, name: str, ids: Iterable[str]) -> None:
        super().__init__(f"{name!r} is the Name of several {noun.word}s: {', '.join(ids)}", hint="use the id")


def find(
    noun: Noun,
    references: Iterable[str],
    known: Sequence[Resource],
    prefer: Callable[[list[Resource]], list[Resource]] = lambda namesakes: namesakes,
) -> list[Resource]:
    """
    Return those of *known* that *references* stand for, each once; *prefer* says which of several namesakes count.

    All unknown ids are named in one error.
    """
    by_id = {one.id: one for one in known}
    found: dict[str, Resource] = {}
    missing: list[str] = []
    for reference in references:
        if not is_id(reference, noun.prefix):
            one = _named(noun, reference, known, prefer)
            found[one.id] = one
        elif reference in by_id:
            found[reference] = by_id[reference]
        else:
            missing.append(reference)
    if missing:
        raise noun.not_found(missing, by_id)
    return list(found.values())


def find_one(noun: Noun, reference: str, known: Sequence[Resource]) -> Resource:
    """Return the one of *known* that *reference* stands for."""
    (one,) = find(noun, [reference], known)
    return one


def not_here(what: str, ids: Sequence[str]) -> str:
    """Return AWS's sentence about what does not exist.

    >>> not_here("vpc ID", ["vpc-1", "vpc-2"])
    "The vpc IDs 'vpc-1, vpc-2' do not exist"
    """
    one = len(ids) == 1
    return f"The {what}{'' if one else 's'} '{', '.join(ids)}' do{'es' if one else ''} not exist"


def list_hint(word: str) -> str:
    """Return the way to see all resources that are called so, such as `volume`."""
    return f"list the ones you have with `cloudlet ec2 describe-{word}s`"


def _named(
    noun: Noun, name: str, known: Sequence[Resource], prefer: Callable[[list[Resource]], list[Resource]]
) -> Resource:
    namesakes = prefer([one for one in known if one.name == name])
    if not namesakes:
        raise MalformedIdError(noun, name, [one.name for one in known if one.name])
    if len(namesakes) > 1:
        raise AmbiguousNameError(noun, name, [one.id for one in namesakes])
    return namesakes[0]
