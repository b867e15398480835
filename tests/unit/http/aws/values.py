"""Any value that botocore would send or give back, made from its own shapes."""

import functools
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import botocore
from botocore.model import ServiceModel
from hypothesis import strategies as st

SERVICE = ServiceModel(
    json.loads(gzip.decompress((Path(botocore.__file__).parent / "data/s3/2006-03-01/service-2.json.gz").read_bytes())),
    "s3",
)
"""S3, as botocore tells it."""

XML_TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff").filter(
        lambda one: one >= " " or one in "\t\n"
    ),
    max_size=12,
)
"""What an XML 1.0 document can hold, and a client does not have to escape."""

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
HEADER_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12).map(str.strip)
_METADATA_NAME = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.", min_size=1, max_size=8)

_TEXT = {"uri": ANY_TEXT.filter(bool), "querystring": ANY_TEXT, "header": HEADER_TEXT, None: XML_TEXT}
_LIMITS = {"integer": 2**31, "long": 2**63}


def is_raw(shape: Any) -> bool:
    """Tell whether a payload of *shape* is the body itself."""
    return shape.type_name == "blob" or bool(shape.serialization.get("eventstream"))


def parameters(shape: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Return what is passed or given back as *shape*, without a body that is bytes; a body that is text has some."""
    members = {name: one for name, one in shape.members.items() if not is_raw(one)}
    made = _fields(members, [name for name in shape.required_members if name in members])
    payload = shape.serialization.get("payload")
    if payload in members and members[payload].type_name == "string":
        return st.builds(lambda fields, text: fields | {payload: text}, made, ANY_TEXT.filter(bool))
    return made


def _fields(members: dict[str, Any], required: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    made = {name: value_of(one) for name, one in members.items()}
    return st.fixed_dictionaries(
        {name: one for name, one in made.items() if name in required},
        optional={name: one for name, one in made.items() if name not in required},
    )


def value_of(shape: Any) -> st.SearchStrategy[Any]:
    """Return the values of a member."""
    traits = shape.serialization
    if traits.get("hostLabel"):
        return st.text("abc", min_size=1, max_size=8)
    return _value_of(shape, traits.get("location"), bool(traits.get("flattened")))


@functools.cache
def _value_of(shape: Any, location: str | None, flattened: bool) -> st.SearchStrategy[Any]:
    kind = shape.type_name
    if kind == "structure":
        return _structure(shape)
    if kind == "list":
        return st.lists(_value_of(shape.member, location, False), min_size=int(flattened or bool(location)), max_size=3)
    if kind == "map":
        return st.dictionaries(_METADATA_NAME, HEADER_TEXT.filter(lambda text: "=?" not in text), max_size=3)
    if kind == "string":
        return st.sampled_from(shape.enum) if shape.enum else _string(location, int(shape.metadata.get("min", 0)))
    if kind == "timestamp":
        return st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)).map(
            lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
        )
    if kind in _LIMITS:
        limit = _LIMITS[kind]
        return st.integers(shape.metadata.get("min", -limit), shape.metadata.get("max", limit - 1))
    return {"boolean": st.booleans()}[kind]


def _structure(shape: Any) -> st.SearchStrategy[dict[str, Any]]:
    if shape.is_tagged_union:
        return st.one_of([st.fixed_dictionaries({name: value_of(one)}) for name, one in shape.members.items()])
    return _fields(dict(shape.members), shape.required_members)


def _string(location: str | None, least: int) -> st.SearchStrategy[str]:
    if least > 1:  # an ARN or the like, of a form that nobody looks at here
        return st.text("abc", min_size=least, max_size=least + 5)
    return _TEXT[location].filter(bool) if least else _TEXT[location]
