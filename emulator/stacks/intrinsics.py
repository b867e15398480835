"""CloudFormation's functions: what `Ref`, `Fn::Sub`, `Fn::If` and the others come to."""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from emulator.settings import ACCOUNT_ID
from emulator.stacks.conditions import Conditions
from emulator.stacks.errors import ValidationError
from emulator.stacks.parameters import text_of

_VARIABLE = re.compile(r"\$\{(!?)([^}]*)\}")


class _NoValue:
    """What AWS::NoValue is: whatever is set to it, is not there."""


NO_VALUE = _NoValue()


@dataclass(frozen=True)
class Facts:
    """What is known of a resource: `ref` is what `Ref` gives."""

    ref: str
    attributes: Mapping[str, Any]


@dataclass
class Scope:
    """All that a template's functions may speak of. `resources` grows as resources are made."""

    parameters: Mapping[str, Any]
    mappings: Mapping[str, Any]
    said_conditions: Mapping[str, Any]
    pseudo: Mapping[str, Any]
    zones: Sequence[str]
    exports: Mapping[str, str] = field(default_factory=dict)
    resources: dict[str, Facts] = field(default_factory=dict)

    def resolve(self, value: Any) -> Any:
        """Return *value* with its functions worked out."""
        if isinstance(value, list):
            return [one for one in (self.resolve(each) for each in value) if one is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if (name := function_in(value)) is not None:
            return _FUNCTIONS[name](self, value[name])
        resolved = {key: self.resolve(one) for key, one in value.items()}
        return {key: one for key, one in resolved.items() if one is not NO_VALUE}

    @cached_property
    def conditions(self) -> Conditions:
        return Conditions(self.said_conditions, self.resolve)


def pseudo_parameters(stack_name: str, stack_id: str, region: str) -> dict[str, Any]:
    """Return what the names that begin with AWS:: stand for."""
    return {
        "AWS::AccountId": ACCOUNT_ID,
        "AWS::NoValue": NO_VALUE,
        "AWS::NotificationARNs": [],
        "AWS::Partition": "aws",
        "AWS::Region": region,
        "AWS::StackId": stack_id,
        "AWS::StackName": stack_name,
        "AWS::URLSuffix": "amazonaws.com",
    }


def function_in(value: Mapping[str, Any]) -> str | None:
    """Return the function that a mapping is a call of, None if it is plain data."""
    if len(value) != 1:
        return None
    (name,) = value
    if name in _FUNCTIONS:
        return str(name)
    if isinstance(name, str) and name.startswith("Fn::"):
        raise ValidationError(
            f"Template error: {name} is not available here", hint="see docs/stacks.md for those that are"
        )
    return None


def variables(text: str) -> list[str]:
    """
    Return the names in the text of a `Fn::Sub`.

    >>> variables("arn:${AWS::Partition}:s3:::${Raw}/${!Literal}")
    ['AWS::Partition', 'Raw']
    """
    return [name.strip() for literal, name in _VARIABLE.findall(text) if not literal]


def _ref(scope: Scope, name: Any) -> Any:
    if name in scope.pseudo:
        return scope.pseudo[name]
    if name in scope.parameters:
        return scope.parameters[name]
    return _facts(scope, name).ref


def _facts(scope: Scope, name: Any) -> Facts:
    if name not in scope.resources:
        raise ValidationError(f"Template format error: Unresolved resource dependencies [{name}] in the template")
    return scope.resources[name]


def _get_att(scope: Scope, said: Any) -> Any:
    name, attribute = get_att_parts(said)
    attribute = scope.resolve(attribute)
    found = _facts(scope, name).attributes
    if attribute not in found:
        raise ValidationError(
            f"Template error: resource {name} does not support attribute type {attribute} in Fn::GetAtt",
            hint=f"it has {', '.join(sorted(found)) or 'none'}",
        )
    return found[attribute]


def get_att_parts(said: Any) -> tuple[str, Any]:
    """Return the logical id and the attribute that a `Fn::GetAtt` is about."""
    parts = said.split(".", 1) if isinstance(said, str) else said
    if not isinstance(parts, list) or len(parts) != 2 or not isinstance(parts[0], str):
        raise ValidationError(
            "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the"
            " resource attribute"
        )
    return parts[0], parts[1]


def sub_parts(said: Any) -> tuple[str, Mapping[str, Any]]:
    """Return the text of a `Fn::Sub` and its own variables."""
    if isinstance(said, str):
        return said, {}
    if isinstance(said, list) and len(said) == 2 and isinstance(said[0], str) and isinstance(said[1], Mapping):
        return said[0], said[1]
    raise ValidationError(
        "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as"
        " first argument, and an optional second argument to specify a mapping of values to replace in the string"
    )


def _sub(scope: Scope, said: Any) -> str:
    text, own = sub_parts(said)

    def value(match: re.Match[str]) -> str:
        literal, name = match[1], match[2].strip()
        if literal:
            return f"${{{name}}}"
        if name in own:
            return _text(scope.resolve(own[name]), "Fn::Sub")
        found = _get_att(scope, name) if "." in name else _ref(scope, name)
        return _text(found, "Fn::Sub")

    return _VARIABLE.sub(value, text)


def _join(scope: Scope, said: Any) -> str:
    separator, parts = _arguments(said, 2, "Fn::Join")
    values = scope.resolve(parts)
    if not isinstance(values, list):
        raise _wrong("Fn::Join", "a separator and a list")
    return str(separator).join(_text(one, "Fn::Join") for one in values)


def _split(scope: Scope, said: Any) -> list[str]:
    separator, text = _arguments(said, 2, "Fn::Split")
    return _text(scope.resolve(text), "Fn::Split").split(str(separator))


def _select(scope: Scope, said: Any) -> Any:
    index, values = (scope.resolve(one) for one in _arguments(said, 2, "Fn::Select"))
    if not isinstance(values, list) or not str(index).isdigit():
        raise _wrong("Fn::Select", "an index and a list")
    if int(index) >= len(values):
        raise ValidationError(f"Template error: Fn::Select cannot select nonexistent value at index {index}")
    return values[int(index)]


def _if(scope: Scope, said: Any) -> Any:
    condition, then, otherwise = _arguments(said, 3, "Fn::If")
    return scope.resolve(then if scope.conditions.hold(str(condition)) else otherwise)


def _find_in_map(scope: Scope, said: Any) -> Any:
    names = [str(scope.resolve(one)) for one in _arguments(said, 3, "Fn::FindInMap")]
    found: Any = scope.mappings
    for depth, name in enumerate(names):
        if not isinstance(found, Mapping) or name not in found:
            what = "Mapping named" if depth == 0 else "object for key"
            raise ValidationError(f"Template error: Unable to get {what} '{name}' for [{'::'.join(names)}]")
        found = found[name]
    return found


def _base64(scope: Scope, said: Any) -> str:
    return base64.b64encode(_text(scope.resolve(said), "Fn::Base64").encode()).decode()


def _get_azs(scope: Scope, said: Any) -> list[str]:
    region = scope.resolve(said)
    if region not in ("", scope.pseudo["AWS::Region"]):
        raise ValidationError(f"Template error: {region} is not the region of this cloud")
    return [*scope.zones]


def _import_value(scope: Scope, said: Any) -> str:
    name = _text(scope.resolve(said), "Fn::ImportValue")
    if name not in scope.exports:
        raise ValidationError(f"No export named {name} found. Rollback requested by user.")
    return scope.exports[name]


def _to_json(scope: Scope, said: Any) -> str:
    return json.dumps(scope.resolve(said), separators=(",", ":"))


def _length(scope: Scope, said: Any) -> int:
    values = scope.resolve(said)
    if not isinstance(values, list):
        raise _wrong("Fn::Length", "a list")
    return len(values)


def _text(value: Any, function: str) -> str:
    if value is NO_VALUE or isinstance(value, list | Mapping) or value is None:
        raise _wrong(function, "texts")
    return text_of(value)


def _arguments(said: Any, count: int, function: str) -> list[Any]:
    if not isinstance(said, list) or len(said) != count:
        raise _wrong(function, f"{count} arguments")
    return said


def _wrong(function: str, wanted: str) -> ValidationError:
    return ValidationError(f"Template error: {function} needs {wanted}")


_FUNCTIONS: dict[str, Callable[[Scope, Any], Any]] = {
    "Fn::Base64": _base64,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _get_azs,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::Join": _join,
    "Fn::Length": _length,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": _to_json,
    "Ref": _ref,
}
