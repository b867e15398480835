"""Options that many commands of `ec2` have, and how their values are read."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.errors import MissingParameterError
from emulator.errors import InvalidRequestError

if TYPE_CHECKING:
    from emulator.resources.filters import Filter

InstanceIds = Annotated[
    list[str] | None, typer.Option("--instance-ids", metavar="ID...", help="Ids, or Name tags that only one has.")
]
InstanceId = Annotated[str, typer.Option("--instance-id", metavar="ID", help="An id, or a Name tag that only one has.")]
VolumeId = Annotated[str, typer.Option("--volume-id", metavar="ID", help="An id, or a Name tag that only one has.")]
Filters = Annotated[
    list[str] | None,
    typer.Option("--filters", metavar="FILTER...", help="Only what matches: Name=tag:Name,Values=web*,db"),
]
TagSpecifications = Annotated[
    list[str] | None,
    typer.Option(
        "--tag-specifications",
        metavar="SPEC...",
        help="Tags, as `aws` takes them: ResourceType=TYPE,Tags=[{Key=Name,Value=web}]",
    ),
]
_FILTER = "Name=tag:Name,Values=web"

DryRun = Annotated[
    bool, typer.Option("--dry-run/--no-dry-run", help="Check whether it could be done, and change nothing.")
]


def required(values: list[str] | None, option: str) -> list[str]:
    """Return the values of a list option that must be there; MissingParameterError if they are not."""
    if not values:
        raise MissingParameterError(option)
    return values


def parse_filters(texts: Sequence[str] | None) -> "list[Filter]":
    """Return the filters that `--filters` was given."""
    from cli.shorthand import structures
    from emulator.resources.filters import Filter

    found = []
    for text in texts or ():
        for structure in structures(text, "--filters", _FILTER):
            values = structure.get("Values", [])
            if not isinstance(structure.get("Name"), str) or not {*structure} <= {"Name", "Values"}:
                raise InvalidRequestError(
                    f"--filters {text!r} is no filter", hint=f"write {_FILTER}", code="InvalidParameter"
                )
            listed = values if isinstance(values, list) else [values]
            found.append(Filter(structure["Name"], tuple(str(value) for value in listed)))
    return found


def parse_structure(text: str | None, option: str, *names: str) -> dict[str, Any]:
    """Return the one structure that *option* was given, `{}` for none; its members are texts if *names* name them."""
    from cli.shorthand import structures

    model = " or ".join(f"{name}=VALUE" for name in names) or "NAME=VALUE,NAME=VALUE"
    found = structures(text, option, model) if text else [{}]
    if len(found) != 1 or (names and not _are_texts(found[0], names)):
        raise InvalidRequestError(f"{option} {text!r} is not what it takes", hint=f"write {model}")
    return found[0]


def _are_texts(structure: Mapping[str, Any], names: Sequence[str]) -> bool:
    return all(name in names and isinstance(value, str) for name, value in structure.items())


def without(structure: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return *structure* but for the members that mean nothing here."""
    return {name: value for name, value in structure.items() if name not in names}


def parse_tag_specifications(
    specifications: Sequence[str] | None, resource_types: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Return the tags that `--tag-specifications` gives to each of *resource_types*; others cannot be tagged here."""
    from cli.shorthand import specified_tags, tag_model

    tags = specified_tags(specifications or (), resource_types[0])
    if others := set(tags) - {*resource_types}:
        raise InvalidRequestError(
            f"'{min(others)}' is not a valid taggable resource type for this operation.",
            code="InvalidParameterValue",
            hint=f"write {tag_model(resource_types[0])}",
        )
    return {kind: tags.get(kind, {}) for kind in resource_types}


def parse_tags(specifications: Sequence[str] | None, resource_type: str) -> dict[str, str]:
    """Return the tags that `--tag-specifications` gives to what is made, a *resource_type* such as `volume`."""
    return parse_tag_specifications(specifications, (resource_type,))[resource_type]
