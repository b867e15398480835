"""One request to Lambda's API: what it says in its path, its query and its body, and who is asked."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from emulator.cloud import Cloud
from emulator.errors import InvalidRequestError
from emulator.functions.definition import Function
from emulator.functions.parameters import integer, text
from emulator.functions.references import FunctionReference, parse_reference

if TYPE_CHECKING:
    from emulator.functions.control import Code

Document = dict[str, Any]
Item = TypeVar("Item")

_PAGE = 50
_LARGEST_PAGE = 10_000


@dataclass(frozen=True)
class ApiCall:
    """`given` are the parameters of the body."""

    cloud: Cloud
    operation: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    tag_keys: Sequence[str]
    given: Mapping[str, Any]
    ready: Callable[[Function], int]
    """Returns how many workers of a version are kept ready."""

    @property
    def asked(self) -> FunctionReference:
        """The function that the path names, with the qualifier of the query."""
        return parse_reference(self.name, self.qualifier)

    @property
    def name(self) -> str:
        """The function's name or ARN."""
        return self.path["name"]

    @property
    def qualifier(self) -> str | None:
        return self.query.get("Qualifier") or None

    @property
    def revision_id(self) -> str | None:
        return text(self.given, "RevisionId")

    def code(self, place: Mapping[str, Any]) -> "Code":
        """Return the code that *place*, a FunctionCode or the content of a layer, brings or names."""
        from emulator.pipeline.function_code import code_of  # and with it what deploys: most servers run functions only

        encoded, content = text(place, "ZipFile"), None
        if encoded is not None:
            try:
                content = base64.b64decode(encoded, validate=True)
            except (binascii.Error, ValueError):
                raise InvalidRequestError("ZipFile is not in base64", code="SerializationException") from None
        return code_of(self.cloud.buckets, {**place, "ZipFile": content}, self.operation)

    def page(self, name: str, items: Sequence[Item], shown: Callable[[Item], object]) -> Document:
        """Return the part of a list that is asked for, and where the next begins."""
        begin = self._number("Marker", 0)
        most = max(1, min(self._number("MaxItems", _PAGE), _LARGEST_PAGE))
        document: Document = {name: [shown(one) for one in items[begin : begin + most]]}
        if begin + most < len(items):
            document["NextMarker"] = str(begin + most)
        return document

    def _number(self, name: str, default: int) -> int:
        return max(0, integer(self.query, name) or default)


def read_body(body: bytes) -> Mapping[str, Any]:
    """Return the parameters that a body has; an empty one has none."""
    try:
        given = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError(
            f"Could not parse request body into json: {error}", code="SerializationException"
        ) from None
    if not isinstance(given, dict):
        raise InvalidRequestError("The request body is no JSON object", code="SerializationException")
    return given
