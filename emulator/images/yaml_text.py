"""YAML text as plain data, with the line of every field. Knows nothing of AMIs.

YAML itself lets the second of two equal keys win in silence; here it is a mistake, as in no definition is it meant.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from emulator.errors import DefinitionError, Problem

_LARGEST_BYTES = 1024 * 1024

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # six times as fast, where the C library is there


@dataclass(frozen=True)
class Document:
    """A YAML file's mapping; `problems` are those that leave the rest readable."""

    data: dict[Any, Any]
    lines: dict[str, int]
    problems: tuple[Problem, ...]


def read_document(raw: bytes, file: str) -> Document:
    """Return the mapping that *raw* holds; DefinitionError, with the line, if it is no YAML or no mapping."""
    if len(raw) > _LARGEST_BYTES:
        raise _refusal(file, "is larger than 1 MiB; put large content into files beside it and name them as `source`")
    try:
        loader = _Loader(raw)
        try:
            root = loader.get_single_node()
            if root is None:
                raise _refusal(file, "is empty; a definition starts with `version: 1` and `name:`")
            found = list(_duplicates(root, file))
            data = loader.construct_document(root)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise _refusal(file, f"{where}{error.problem or error.context}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _refusal(file, f"is not YAML: {_first_line(error)}") from error
    if not isinstance(data, dict):
        raise _refusal(file, "is not a mapping of fields; write `name: …` lines", data)
    return Document(data, dict(_lines(root)), tuple(found))


def _refusal(file: str, message: str, value: object = None) -> DefinitionError:
    return DefinitionError([Problem(file, "", message, value)])


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _duplicates(root: Any, file: str) -> Iterator[Problem]:
    for path, mapping in _mappings(root):
        seen: dict[str, int] = {}
        for key, _ in mapping.value:
            line = key.start_mark.line + 1
            if isinstance(key.value, str) and key.value in seen:
                where = f"{path}.{key.value}" if path else key.value
                yield Problem(file, where, f"stands twice, in lines {seen[key.value]} and {line}", key.value)
            elif isinstance(key.value, str):
                seen[key.value] = line


def _mappings(root: Any) -> Iterator[tuple[str, Any]]:
    return ((path, node) for path, node in _nodes(root) if isinstance(node, yaml.MappingNode))


def _lines(root: Any) -> Iterator[tuple[str, int]]:
    return ((path, node.start_mark.line + 1) for path, node in _nodes(root) if path)


def _nodes(root: Any) -> Iterator[tuple[str, Any]]:
    """Walk the tree, each node once: aliases could otherwise make it endless."""
    seen: set[int] = set()
    waiting = [("", root)]
    while waiting:
        path, node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield path, node
        prefix = f"{path}." if path else ""
        if isinstance(node, yaml.MappingNode):
            waiting += [(f"{prefix}{key.value}", value) for key, value in node.value if isinstance(key.value, str)]
        elif isinstance(node, yaml.SequenceNode):
            waiting += [(f"{prefix}{index}", item) for index, item in enumerate(node.value)]
