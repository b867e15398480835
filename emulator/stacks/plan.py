"""What a deployment would do: each resource of the template held against what stands, in the order of the work."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.errors import nearest
from emulator.stacks.errors import UnsupportedError
from emulator.stacks.intrinsics import Facts, Scope
from emulator.stacks.outputs import outputs
from emulator.stacks.records import UPDATE_IN_PROGRESS, StackResource
from emulator.stacks.resources.catalog import KINDS
from emulator.stacks.resources.kind import Kind, Properties, Scene
from emulator.stacks.shape import LATER, misfits
from emulator.stacks.standing import Standing
from emulator.stacks.template import Resource
from emulator.stacks.wanted import Wanted

ADD, MODIFY, REPLACE, REMOVE = "Add", "Modify", "Replace", "Remove"
RETAIN = "Retain"


@dataclass(frozen=True)
class Change:
    """What is done about one resource; `properties` are those that differ."""

    action: str
    logical_id: str
    type: str
    physical_id: str = ""
    properties: tuple[str, ...] = ()
    is_retained: bool = False
    """Of what is removed: whether the thing itself stays."""


class _Anything(Mapping[str, Any]):
    """The attributes of a resource that is not there yet."""

    def __init__(self, names: tuple[str, ...] | None) -> None:
        self._names = names

    def __getitem__(self, name: str) -> Any:
        if self._names is not None and name not in self._names:
            raise KeyError(name)
        return LATER

    def __contains__(self, name: object) -> bool:
        return self._names is None or name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names or ())

    def __len__(self) -> int:
        return len(self._names or ())


def plan(wanted: Wanted, scope: Scope, standing: Standing, scene: Scene) -> list[Change]:
    """Return the changes; UnsupportedError lists all that this cloud has not. Nothing is made."""
    scope = dataclasses.replace(scope, resources={})
    changes: list[Change] = []
    problems: list[str] = []
    for resource in wanted.resources.values():
        kind = KINDS.get(resource.type)
        if kind is None:
            problems.append(_unknown_type(resource))
            scope.resources[resource.logical_id] = Facts(LATER, _Anything(None))
            continue
        properties = plain(scope.resolve(resource.properties))
        problems += _problems(resource, kind, properties)
        before = standing.current(resource.logical_id)
        change = difference(kind, resource, properties, before, scene)
        if change is not None:
            changes.append(change)
        if before is None or (change is not None and change.action != MODIFY):
            scope.resources[resource.logical_id] = Facts(LATER, _Anything(kind.attributes))
        else:
            scope.resources[resource.logical_id] = Facts(before.ref, before.attributes)
    if problems:
        raise UnsupportedError(problems)
    outputs(wanted.outputs, scope)
    return [*changes, *removals(wanted, standing)]


def difference(
    kind: Kind, resource: Resource, properties: Properties, before: StackResource | None, scene: Scene
) -> Change | None:
    """Return what is to be done for a resource to be as *properties* say; None if it is."""
    name = resource.logical_id
    if before is None or before.type != resource.type or not kind.is_there(scene, before):
        return Change(ADD, name, resource.type)
    changed = tuple(
        sorted(one for one in {*properties, *before.properties} if properties.get(one) != before.properties.get(one))
    )
    if kind.replacing.intersection(changed):
        return Change(REPLACE, name, resource.type, before.physical_id, changed)
    if changed or before.status == UPDATE_IN_PROGRESS:
        return Change(MODIFY, name, resource.type, before.physical_id, changed)
    return None


def removals(wanted: Wanted, standing: Standing) -> list[Change]:
    """Return what is removed once all else is done."""
    return [
        Change(REMOVE, one.logical_id, one.type, one.physical_id, is_retained=standing.policy(one).startswith(RETAIN))
        for one in standing.leaving(wanted.resources)
    ]


def plain(value: Any) -> Any:
    """Return *value* as it is once it was written into a row and read again."""
    return json.loads(json.dumps(value, default=str))


def _unknown_type(resource: Resource) -> str:
    near = nearest(resource.type, KINDS)
    return f"{resource.logical_id}: {resource.type} is not available here" + (f"; {near}" if near else "")


def _problems(resource: Resource, kind: Kind, properties: Properties) -> Iterator[str]:
    name = resource.logical_id
    for path, reason in misfits(properties, kind.shape):
        if reason:
            yield f"{name}: Properties validation failed: #/{path.replace('.', '/')}: {reason}"
        else:
            yield f"{name}: {path} of {resource.type} is not available here"
    for required in kind.required:
        if required not in properties:
            yield f"{name}: Properties validation failed: required key [{required}] not found"
    if "Snapshot" in (resource.deletion_policy, resource.replace_policy):
        yield f"{name}: the policy Snapshot is not available here; write Delete or Retain"
