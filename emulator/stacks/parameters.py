"""The parameters of a template: what they are given, else what they had, else their defaults."""

import re
from collections.abc import Mapping
from typing import Any

from emulator.stacks.errors import ValidationError

Values = dict[str, Any]

_LISTS = ("CommaDelimitedList", "List<")
_FETCHED = "AWS::SSM::Parameter::Value<"


def parameter_values(
    declared: Mapping[str, Mapping[str, Any]], given: Mapping[str, str], earlier: Mapping[str, str]
) -> dict[str, str]:
    """Return each parameter's text; ValidationError for those without one, and for what is not allowed."""
    if unknown := sorted(set(given) - set(declared)):
        raise ValidationError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    texts: dict[str, str] = {}
    for name, said in declared.items():
        if name in given:
            texts[name] = given[name]
        elif name in earlier:
            texts[name] = earlier[name]
        elif "Default" in said:
            texts[name] = text_of(said["Default"])
    if missing := [name for name in declared if name not in texts]:
        raise ValidationError(
            f"Parameters: [{', '.join(missing)}] must have values",
            hint=f"add --parameter-overrides {' '.join(f'{name}=VALUE' for name in missing)}",
        )
    for name, text in texts.items():
        try:
            _check(name, text, declared[name])
        except (re.error, TypeError, ValueError) as error:
            raise ValidationError(
                f"Template format error: a constraint of parameter {name} makes no sense: {error}"
            ) from error
    return texts


def typed(declared: Mapping[str, Mapping[str, Any]], texts: Mapping[str, str]) -> Values:
    """Return what `Ref` gives for each: a text, or the texts of a list."""
    return {
        name: [part.strip() for part in text.split(",")] if _is_list(declared[name]) else text
        for name, text in texts.items()
    }


def text_of(value: Any) -> str:
    """
    Return a scalar as CloudFormation writes it into a text.

    >>> text_of(True), text_of(3), text_of(1.5)
    ('true', '3', '1.5')
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_list(said: Mapping[str, Any]) -> bool:
    return str(said.get("Type", "")).startswith(_LISTS)


def _check(name: str, text: str, said: Mapping[str, Any]) -> None:
    kind = said.get("Type")
    if not isinstance(kind, str):
        raise ValidationError(f"Template format error: Every Parameters object must contain a Type member: {name}")
    if kind.startswith(_FETCHED):
        raise ValidationError(
            f"Parameter {name}: {kind} is not available here", hint="there is no parameter store; use Type: String"
        )
    if kind == "Number" and not _is_number(text):
        raise ValidationError(f"Parameter '{name}' must be a number.")
    allowed = [text_of(one) for one in said.get("AllowedValues", ())]
    if allowed and text not in allowed:
        raise _refusal(name, said, f"must be one of AllowedValues: [{', '.join(allowed)}]")
    pattern = said.get("AllowedPattern")
    if pattern is not None and not re.fullmatch(str(pattern), text):
        raise _refusal(name, said, f"must match pattern {pattern}")
    _check_bounds(name, text, said)


def _check_bounds(name: str, text: str, said: Mapping[str, Any]) -> None:
    if "MinLength" in said and len(text) < int(said["MinLength"]):
        raise _refusal(name, said, f"must contain at least {said['MinLength']} characters")
    if "MaxLength" in said and len(text) > int(said["MaxLength"]):
        raise _refusal(name, said, f"must contain at most {said['MaxLength']} characters")
    if "MinValue" in said and float(text) < float(said["MinValue"]):
        raise _refusal(name, said, f"must be a number not less than {said['MinValue']}")
    if "MaxValue" in said and float(text) > float(said["MaxValue"]):
        raise _refusal(name, said, f"must be a number not greater than {said['MaxValue']}")


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text, re.ASCII) is not None


def _refusal(name: str, said: Mapping[str, Any], constraint: str) -> ValidationError:
    return ValidationError(
        f"Parameter '{name}' {constraint}",
        hint=str(said["ConstraintDescription"]) if "ConstraintDescription" in said else None,
    )
