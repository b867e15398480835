"""AWS's shorthand for structures on a command line: `ResourceType=instance,Tags=[{Key=Name,Value=web}]`, or JSON."""

import json
import re
from collections.abc import Sequence
from typing import Any

from cli.options import read_bytes_argument
from emulator.errors import InvalidRequestError
from emulator.resources.invalid import InvalidParameterValueError

_TAGGABLE = (
    "image",
    "instance",
    "key-pair",
    "network-interface",
    "security-group",
    "snapshot",
    "volume",
)


def tag_model(resource_type: str) -> str:
    """Return a `--tag-specifications` to copy."""
    return f"ResourceType={resource_type},Tags=[{{Key=Name,Value=web}}]"


def specified_tags(specifications: Sequence[str], resource_type: str) -> dict[str, dict[str, str]]:
    """Return the tags that `--tag-specifications` gives, by type of resource; *resource_type* is the usual one."""
    from emulator.resources.tags import tags_by_key

    model = tag_model(resource_type)
    tags: dict[str, list[tuple[str, str]]] = {}
    for text in specifications:
        for specification in structures(text, "--tag-specifications", model):
            kind = _taggable(specification.get("ResourceType"), model)
            tags.setdefault(kind, []).extend(_tags(specification.get("Tags", []), text, model))
    return {kind: tags_by_key(pairs) for kind, pairs in tags.items()}


def _taggable(kind: Any, model: str) -> str:
    if kind is None:
        raise InvalidParameterValueError("Tag specification resource type must have a value", hint=f"write {model}")
    if kind not in _TAGGABLE:
        raise InvalidParameterValueError(f"'{kind}' is not a valid taggable resource type for this operation.")
    return str(kind)


def count_range(text: str) -> tuple[int, int]:
    """Return (least, most) of `3` or `1:3`."""
    match = re.fullmatch(r"(?:(\d{1,9}):)?(\d{1,9})", text, re.ASCII)
    if match is None:
        raise InvalidRequestError(f"--count {text!r} is no number of instances", hint="write N or MIN:MAX, such as 3")
    return int(match[1] or match[2]), int(match[2])


def port_pair(text: str) -> tuple[int, int]:
    """Return (port of this machine, port of the instance) of `8080:80`, `:80` or `80`; 0 stands for any free one."""
    match = re.fullmatch(r"(?:(\d{1,5})?:)?(\d{1,5})", text, re.ASCII)
    pair = (int(match[1] or 0), int(match[2])) if match else (0, 0)
    if not (pair[0] <= 65535 and 1 <= pair[1] <= 65535):
        raise InvalidRequestError(f"--publish {text!r} is no pair of ports", hint="write HOST:PORT, such as 8080:80")
    return pair


def _tags(tags: Any, text: str, model: str) -> list[tuple[str, str]]:
    if not isinstance(tags, list) or not all(isinstance(tag, dict) and "Key" in tag for tag in tags):
        raise InvalidRequestError(f"the Tags of {text!r} are no list of Key and Value", hint=f"write {model}")
    if any(isinstance(one, list | dict) for tag in tags for one in tag.values()):
        raise InvalidRequestError(f"a tag of {text!r} is no text", hint=f"write {model}, or Value='a, b'")
    return [(str(tag["Key"]), "" if tag.get("Value") is None else str(tag["Value"])) for tag in tags]


def structures(text: str, option: str, model: str) -> list[dict[str, Any]]:
    """
    Return the structures that *option* was given, in shorthand or in JSON, on the command line or in a `file://`.

    What cannot be read is refused, and *model* shown as what to write.
    """
    stripped = read_bytes_argument(text, option).decode(errors="replace").strip() if "://" in text else text.strip()
    if stripped.startswith(("[", "{")):
        try:
            parsed = json.loads(stripped)
        except ValueError as error:
            raise InvalidRequestError(f"{text!r} is no JSON: {error}", hint=f"or write {model}") from error
        structures = parsed if isinstance(parsed, list) else [parsed]
        if not all(isinstance(one, dict) for one in structures):
            raise InvalidRequestError(f"{text!r} is no structure, nor a list of them", hint=f"write {model}")
        return structures
    parser = _Parser(stripped, model)
    return [parser.structure(end="")]


class _Parser:
    """Reads the shorthand from left to right: key=value pairs, lists in [], structures in {}."""

    def __init__(self, text: str, model: str) -> None:
        self._text = text
        self._model = model
        self._at = 0

    def structure(self, end: str) -> dict[str, Any]:
        """Return the pairs up to the character *end*."""
        pairs: dict[str, Any] = {}
        if end and self._peek() == end:
            self._at += len(end)
            return pairs
        while True:
            key = self._take(r"[^=,\[\]{}]+")
            self._expect("=")
            pairs[key.strip()] = self._values()
            if self._peek() == ",":
                self._at += 1
            elif self._peek() == end:
                self._at += len(end)
                return pairs
            else:
                raise self._unexpected()

    def _values(self) -> Any:
        """Return a value, or the list that several with commas between them are: `Values=web,db`."""
        value = self._value()
        values = [value]
        while another := re.compile(r",(?=[^=,\[\]{}]*([,\]}]|$))").match(self._text, self._at):
            self._at = another.end()
            values.append(self._value())
        return values if len(values) > 1 else value

    def _value(self) -> Any:
        if self._peek() == "{":
            self._at += 1
            return self.structure(end="}")
        if self._peek() == "[":
            self._at += 1
            return self._list()
        if self._peek() in ("'", '"'):
            quote = self._peek()
            self._at += 1
            value = self._take(rf"[^{quote}]*")
            self._expect(quote)
            return value
        return self._take(r"[^,\[\]{}]*")

    def _list(self) -> list[Any]:
        values: list[Any] = []
        while self._peek() != "]":
            values.append(self._value())
            if self._peek() == ",":
                self._at += 1
            elif self._peek() != "]":
                raise self._unexpected()
        self._at += 1
        return values

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self, pattern: str) -> str:
        match = re.compile(pattern).match(self._text, self._at)
        if match is None:
            raise self._unexpected()
        self._at = match.end()
        return match[0]

    def _expect(self, character: str) -> None:
        if self._peek() != character:
            raise self._unexpected()
        self._at += 1

    def _unexpected(self) -> InvalidRequestError:
        return InvalidRequestError(
            f"{self._text!r} cannot be read from character {self._at + 1} on",
            hint=f"write {self._model}, or JSON",
        )
