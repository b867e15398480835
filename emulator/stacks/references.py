"""Which resources speak of which, and the order that follows from it."""

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from emulator.stacks.conditions import Conditions
from emulator.stacks.errors import ValidationError
from emulator.stacks.intrinsics import function_in, get_att_parts, sub_parts, variables
from emulator.stacks.template import Resource


def names_in(value: Any, conditions: Conditions) -> Iterator[str]:
    """Yield the resources and parameters that *value* speaks of; of a `Fn::If`, only what is chosen."""
    if isinstance(value, list):
        for one in value:
            yield from names_in(one, conditions)
    if not isinstance(value, Mapping):
        return
    name = function_in(value)
    said = value[name] if name else None
    if name == "Ref":
        yield str(said)
    elif name == "Fn::GetAtt":
        yield get_att_parts(said)[0]
    elif name == "Fn::Sub":
        text, own = sub_parts(said)
        yield from (one.split(".")[0] for one in variables(text) if one not in own)
        yield from names_in(list(own.values()), conditions)
    elif name == "Fn::If" and isinstance(said, list) and len(said) == 3:
        yield from names_in(said[1] if conditions.hold(str(said[0])) else said[2], conditions)
    else:
        for one in value.values():
            yield from names_in(one, conditions)


def dependencies(resource: Resource, resources: Mapping[str, Resource], conditions: Conditions) -> tuple[str, ...]:
    """Return the resources that must be there before *resource*."""
    named = [*resource.depends_on, *names_in(resource.properties, conditions)]
    return tuple(dict.fromkeys(name for name in named if name in resources))


def check_references(
    values: Mapping[str, Any], known: Mapping[str, Any], conditions: Conditions, block: str = "Resources"
) -> None:
    """Refuse *values* that speak of what is neither in *known* nor one of AWS's own parameters."""
    named = dict.fromkeys(name for value in values.values() for name in names_in(value, conditions))
    if unknown := [name for name in named if name not in known and not name.startswith("AWS::")]:
        raise ValidationError(
            f"Template format error: Unresolved resource dependencies [{', '.join(unknown)}] in the {block} block of"
            " the template"
        )


def in_order(dependencies: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the names, each after those it depends on, else in the order in which they are given."""
    sorter: TopologicalSorter[str] = TopologicalSorter(dependencies)
    try:
        sorter.prepare()
    except CycleError as error:
        circle = sorted(set(error.args[1]))
        raise ValidationError(f"Circular dependency between resources: [{', '.join(circle)}]") from error
    place = {name: index for index, name in enumerate(dependencies)}
    ordered: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda name: place.get(name, -1))
        ordered += ready
        sorter.done(*ready)
    return ordered
