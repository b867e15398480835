"""A template as a record: its sections, looked over once. What its functions come to is for `intrinsics`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.stacks.errors import ValidationError

_SECTIONS = frozenset(
    (
        *("AWSTemplateFormatVersion", "Conditions", "Description", "Hooks", "Mappings", "Metadata", "Outputs"),
        *("Parameters", "Resources", "Rules", "Transform"),
    )
)
_ATTRIBUTES = frozenset(
    (
        *("Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type"),
        *("UpdatePolicy", "UpdateReplacePolicy"),
    )
)
_POLICIES = ("Delete", "Retain", "RetainExceptOnCreate", "Snapshot")
_LOGICAL_ID = re.compile(r"[A-Za-z0-9]{1,255}")


@dataclass(frozen=True)
class Resource:
    """One resource as the template says it, its functions not worked out."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    depends_on: tuple[str, ...] = ()
    condition: str | None = None
    deletion_policy: str = "Delete"
    replace_policy: str = "Delete"


@dataclass(frozen=True)
class Template:
    """The sections that matter here."""

    description: str
    parameters: Mapping[str, Mapping[str, Any]]
    mappings: Mapping[str, Any]
    conditions: Mapping[str, Any]
    resources: Mapping[str, Resource]
    outputs: Mapping[str, Mapping[str, Any]]


def read_template(document: Mapping[str, Any]) -> Template:
    """Return the template that *document* is, with no transform left to be made; ValidationError for its form."""
    if unknown := sorted(str(name) for name in document if name not in _SECTIONS):
        raise ValidationError(
            f"Invalid template property or properties [{', '.join(unknown)}]",
            hint="Globals belong to Transform: AWS::Serverless-2016-10-31" if "Globals" in unknown else None,
        )
    if document.get("Rules") or document.get("Hooks"):
        raise ValidationError("Template format error: Rules and Hooks are not available here", hint="leave them out")
    resources = section(document, "Resources")
    if not resources:
        raise ValidationError("Template format error: At least one Resources member must be defined.")
    return Template(
        description=str(document.get("Description", "")),
        parameters=section(document, "Parameters"),
        mappings=section(document, "Mappings"),
        conditions=section(document, "Conditions"),
        resources={name: _resource(name, said) for name, said in resources.items()},
        outputs=section(document, "Outputs"),
    )


def section(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a section, which is a mapping, empty if it is not there."""
    found = document.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise ValidationError(f"Template format error: {name} must be a mapping")
    if name in ("Parameters", "Outputs") and not all(isinstance(value, dict) for value in found.values()):
        wrong = next(key for key, value in found.items() if not isinstance(value, dict))
        raise ValidationError(f"Template format error: Every {name} member must be a mapping: {name}/{wrong}")
    return found


def _resource(name: str, said: Any) -> Resource:
    where = f"[/Resources/{name}]"
    if not _LOGICAL_ID.fullmatch(name):
        raise ValidationError(f"Template format error: Resource name {name} is non alphanumeric.")
    if not isinstance(said, Mapping):
        raise ValidationError(f"Template format error: {where} resource definition is malformed")
    if unknown := sorted(str(key) for key in said if key not in _ATTRIBUTES):
        raise ValidationError(f"Invalid template resource property '{unknown[0]}'", hint=f"it is in {where}")
    kind = said.get("Type")
    if not isinstance(kind, str):
        raise ValidationError(f"Template format error: {where} Every Resources object must contain a Type member.")
    properties = said.get("Properties") or {}
    if not isinstance(properties, Mapping):
        raise ValidationError(f"Template format error: {where} Properties must be a mapping")
    depends_on = said.get("DependsOn") or []
    return Resource(
        logical_id=name,
        type=kind,
        properties=properties,
        depends_on=tuple([depends_on] if isinstance(depends_on, str) else _texts(depends_on, where)),
        condition=_condition(said, where),
        deletion_policy=_policy(said, "DeletionPolicy", where),
        replace_policy=_policy(said, "UpdateReplacePolicy", where),
    )


def _texts(value: Any, where: str) -> Iterable[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValidationError(f"Template format error: {where} DependsOn must be a string or list of strings.")
    return value


def _condition(said: Mapping[str, Any], where: str) -> str | None:
    condition = said.get("Condition")
    if condition is not None and not isinstance(condition, str):
        raise ValidationError(f"Template format error: {where} Condition must be a string.")
    return condition


def _policy(said: Mapping[str, Any], name: str, where: str) -> str:
    policy = said.get(name, "Delete")
    if policy not in _POLICIES:
        raise ValidationError(f"Template format error: Unrecognized {name} {policy} for resource {where}")
    return str(policy)
