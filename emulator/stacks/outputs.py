"""The outputs of a template, worked out."""

from collections.abc import Mapping
from typing import Any

from emulator.stacks.errors import ValidationError
from emulator.stacks.intrinsics import Scope
from emulator.stacks.parameters import text_of


def outputs(said: Mapping[str, Mapping[str, Any]], scope: Scope) -> dict[str, dict[str, str]]:
    """Return each output's Value, with its Description and its ExportName if it has them; nobody may export twice."""
    return {name: _output(name, scope.resolve(one), scope) for name, one in said.items()}


def _output(name: str, said: Mapping[str, Any], scope: Scope) -> dict[str, str]:
    value = said.get("Value")
    if value is None or isinstance(value, list | Mapping):
        raise ValidationError(f"Template format error: Output {name} is malformed. Every Value is a text")
    output = {"Value": text_of(value)}
    if "Description" in said:
        output["Description"] = str(said["Description"])
    export = said.get("Export")
    if isinstance(export, Mapping) and "Name" in export:
        output["ExportName"] = text_of(export["Name"])
        if output["ExportName"] in scope.exports:
            raise ValidationError(f"Export with name {output['ExportName']} is already exported by another stack.")
    return output
