"""What a security group can be called: its id or its name. No name begins with `sg-`."""

from collections.abc import Iterable, Sequence

from emulator.ids import is_id
from emulator.network.group_errors import GroupNotFoundError, MalformedGroupIdError
from emulator.network.security_group import SecurityGroup

_PREFIX = "sg-"


def find_group(groups: Sequence[SecurityGroup], reference: str, vpc_id: str) -> SecurityGroup:
    """Return the group that *reference* stands for; GroupNotFoundError if there is none."""
    return find_groups(groups, [reference], vpc_id)[0]


def find_groups(groups: Sequence[SecurityGroup], references: Iterable[str], vpc_id: str) -> list[SecurityGroup]:
    """Return the groups that *references* stand for, each once; all ids that are not here are named in one error."""
    by_reference = {reference: group for group in groups for reference in (group.id, group.name)}
    wanted = list(dict.fromkeys(references))
    ids = [one for one in wanted if one.startswith(_PREFIX)]
    for one in ids:
        check_group_id(one)
    if missing := [one for one in ids if one not in by_reference]:
        raise GroupNotFoundError(missing, [group.id for group in groups])
    if missing := [one for one in wanted if one not in by_reference]:
        raise GroupNotFoundError(missing, [group.name for group in groups], vpc_id)
    return list({group.id: group for group in (by_reference[one] for one in wanted)}.values())


def check_group_id(text: str) -> None:
    """Refuse what does not have the form of a security group's id."""
    if not is_id(text, "sg"):
        raise MalformedGroupIdError(text)
