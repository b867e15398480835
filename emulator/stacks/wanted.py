"""What a template asks for, once its conditions are known: which resources, and in which order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.stacks.errors import ValidationError
from emulator.stacks.intrinsics import Scope
from emulator.stacks.references import check_references, dependencies, in_order
from emulator.stacks.template import Resource, Template


@dataclass(frozen=True)
class Wanted:
    """The resources that are to be, each after those that it speaks of."""

    resources: Mapping[str, Resource]
    depends_on: Mapping[str, tuple[str, ...]]
    outputs: Mapping[str, Mapping[str, Any]]


def wanted(template: Template, scope: Scope) -> Wanted:
    """Return what *template* asks for; ValidationError for what speaks of nothing, or of each other in a circle."""
    conditions = scope.conditions
    for name in template.conditions:
        conditions.hold(name)
    active = {
        name: resource
        for name, resource in template.resources.items()
        if resource.condition is None or conditions.hold(resource.condition)
    }
    missing = dict.fromkeys(
        name for one in active.values() for name in one.depends_on if name not in template.resources
    )
    if missing:
        raise ValidationError(
            f"Template format error: Unresolved resource dependencies [{', '.join(missing)}] in the Resources block of"
            " the template"
        )
    outputs = {
        name: said
        for name, said in template.outputs.items()
        if "Condition" not in said or conditions.hold(str(said["Condition"]))
    }
    known = {**template.parameters, **active}
    check_references({name: resource.properties for name, resource in active.items()}, known, conditions)
    check_references(outputs, known, conditions, "Outputs")
    depends_on = {name: dependencies(resource, active, conditions) for name, resource in active.items()}
    return Wanted({name: active[name] for name in in_order(depends_on)}, depends_on, outputs)
