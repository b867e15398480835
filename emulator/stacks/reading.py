"""A template's text as plain data: YAML with CloudFormation's short tags, of which JSON is a part."""

from typing import Any

import yaml

from emulator.stacks.errors import ValidationError

Document = dict[str, Any]

_LARGEST_BYTES = 1024 * 1024
"""What CloudFormation takes from S3."""
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_SHORT = frozenset(
    (
        *("And", "Base64", "Cidr", "Equals", "FindInMap", "GetAZs", "GetAtt", "If", "ImportValue", "Join"),
        *("Length", "Not", "Or", "Select", "Split", "Sub", "ToJsonString", "Transform"),
    )
)
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """Reads dates as the texts that they are, and short tags as the functions that they stand for."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the base's own table, but for one line
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
        for first, resolvers in _Base.yaml_implicit_resolvers.items()
    }


def read_document(raw: bytes) -> Document:
    """Return what a template says; ValidationError, with line and column, if it cannot be read."""
    if len(raw) > _LARGEST_BYTES:
        raise ValidationError(f"Template format error: the template is larger than {_LARGEST_BYTES} bytes")
    try:
        document = yaml.load(raw, Loader=_Loader)  # noqa: S506 - a safe loader, with constructors of plain data
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise ValidationError(
            f"Template format error: YAML not well-formed.{where}", hint=error.problem or error.context
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValidationError(f"Template format error: YAML not well-formed. {str(error).splitlines()[0]}") from error
    if not isinstance(document, dict):
        raise ValidationError("Template format error: unsupported structure.", hint="a template is a mapping")
    return document


def _mapping(loader: Any, node: Any) -> dict[Any, Any]:
    """Return a mapping; YAML lets the second of two equal keys win in silence, where it is always a mistake."""
    loader.flatten_mapping(node)
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int | float):
            raise yaml.constructor.ConstructorError(None, None, "a key is no text", key_node.start_mark)
        if key in found:
            raise yaml.constructor.ConstructorError(None, None, f"{key!r} stands here twice", key_node.start_mark)
        found[key] = loader.construct_object(value_node, deep=True)
    return found


def _short(loader: Any, suffix: str, node: Any) -> Document:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = _mapping(loader, node)
    if suffix in ("Ref", "Condition"):
        return {suffix: value}
    if suffix == "GetAtt" and isinstance(value, str):
        value = [*value.split(".", 1)]
    if suffix not in _SHORT:
        raise yaml.constructor.ConstructorError(None, None, f"!{suffix} is no function", node.start_mark)
    return {f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
