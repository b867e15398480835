"""`python -m emulator.http.aws.models`: the files of this folder, from the installed botocore. A test keeps them so.

The only module that imports botocore, and nothing imports it but that test: a server would pay 16 MB for it.
"""

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import botocore

from emulator.http.aws.models import FOLDER

SERVICES = {"s3": "s3/2006-03-01"}
"""Our name of each service, and botocore's folder."""

_ABOUT = (
    "Derived from botocore's service model, Copyright Amazon.com, Inc. or its affiliates, Apache-2.0; see README.md"
)
_SHAPE_TRAITS = (
    "type", "required", "payload", "enum", "min", "max", "timestampFormat", "flattened", "xmlNamespace", "eventstream"
)  # fmt: skip
_MEMBER_TRAITS = (
    "shape", "location", "locationName", "timestampFormat", "flattened", "xmlNamespace", "xmlAttribute", "streaming"
)  # fmt: skip
_CHECKSUM_TRAITS = {
    "requestChecksumRequired": "required",
    "requestAlgorithmMember": "algorithmMember",
    "requestValidationModeMember": "modeMember",
    "responseAlgorithms": "algorithms",
}

Record = Mapping[str, Any]


def compact(model: Record, paginators: Record, version: str) -> str:
    """Return the text of our file for botocore's *model*: one operation or shape a line, without its prose."""
    shapes, namespace = model["shapes"], _namespace(model["shapes"].values())
    head = {
        "about": _ABOUT,
        "botocore": version,
        "apiVersion": model["metadata"]["apiVersion"],
        "protocol": model["metadata"]["protocol"],
        "xmlNamespace": namespace,
    }
    named = sorted(_reachable(model["operations"].values(), shapes))
    kept = {name: _shape(shapes[name], shapes, namespace) for name in named if not _is_plain(shapes[name])}
    parts = [f'"{name}":{_json(value)}' for name, value in head.items()]
    operations = {name: _operation(value) for name, value in model["operations"].items()}
    parts += [_block("operations", operations), _block("shapes", kept), _block("paginators", paginators)]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _block(name: str, rows: Mapping[str, object]) -> str:
    return f'"{name}":{{\n' + ",\n".join(f'"{row}":{_json(value)}' for row, value in rows.items()) + "\n}"


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _operation(operation: Record) -> dict[str, Any]:
    """Return the operation's row; what is as usual is left out."""
    http, checksum = operation["http"], operation.get("httpChecksum", {})
    row = {
        "method": http["method"],
        "uri": http["requestUri"],
        "status": http.get("responseCode"),
        "input": operation.get("input", {}).get("shape"),
        "inputRoot": operation.get("input", {}).get("locationName"),
        "output": operation.get("output", {}).get("shape"),
        "errors": [error["shape"] for error in operation.get("errors", ())],
        "checksum": {ours: checksum[theirs] for theirs, ours in _CHECKSUM_TRAITS.items() if checksum.get(theirs)},
        "deprecated": operation.get("deprecated"),
    }
    return {name: value for name, value in row.items() if value}


def _shape(shape: Record, shapes: Record, namespace: str) -> dict[str, Any]:
    row = {trait: shape[trait] for trait in _SHAPE_TRAITS if trait in shape}
    if row["type"] == "structure":
        del row["type"]  # has members, as nothing else does
    if "error" in shape:
        row["status"] = shape["error"]["httpStatusCode"]
    if "members" in shape:
        row["members"] = {name: _member(one, shapes, namespace) for name, one in shape["members"].items()}
    row |= {part: _member(shape[part], shapes, namespace) for part in ("member", "key", "value") if part in shape}
    return row


def _member(member: Record, shapes: Record, namespace: str) -> object:
    """Return a member's traits, in the common cases as words: `shape`, or `shape location locationName`."""
    row = {trait: member[trait] for trait in _MEMBER_TRAITS if trait in member}
    if row.get("xmlNamespace") == {"uri": namespace}:
        del row["xmlNamespace"]
    if _is_plain(shapes[member["shape"]]):
        row["shape"] = shapes[member["shape"]]["type"]
    as_words = row.keys() in ({"shape"}, {"shape", "location", "locationName"})
    return " ".join(row[trait] for trait in _MEMBER_TRAITS if trait in row) if as_words else row


def _is_plain(shape: Record) -> bool:
    """Tell whether the type says everything about *shape*."""
    return shape["type"] not in ("structure", "list", "map") and not shape.keys() & set(_SHAPE_TRAITS[1:])


def _reachable(operations: Iterable[Record], shapes: Record) -> set[str]:
    found: set[str] = set()
    ahead = [
        part["shape"]
        for operation in operations
        for part in (operation.get("input"), operation.get("output"), *operation.get("errors", ()))
        if part
    ]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            shape = shapes[name]
            ahead += [member["shape"] for member in shape.get("members", {}).values()]
            ahead += [shape[part]["shape"] for part in ("member", "key", "value") if part in shape]
    return found


def _namespace(shapes: Iterable[Record]) -> str:
    """Return the one namespace of the service's documents, "" if its model names none."""
    members = (member for shape in shapes for member in shape.get("members", {}).values())
    found = {member["xmlNamespace"]["uri"] for member in members if "xmlNamespace" in member}
    if len(found) > 1:
        raise ValueError(f"documents of different namespaces: {sorted(found)}")
    return next(iter(found), "")


def installed(service: str) -> str:
    """Return the text of the file of *service* as the installed botocore gives it."""
    # Not botocore's own loader: that calls Expires a timestamp, but S3 gives back whatever text it was given.
    folder = Path(botocore.__file__).parent / "data" / SERVICES[service]
    model = json.loads(gzip.decompress((folder / "service-2.json.gz").read_bytes()))
    return compact(model, _paginators(folder), botocore.__version__)


def _paginators(folder: Path) -> dict[str, Any]:
    """Return how each listing goes on from page to page; what is the same on all pages is in a file of its own."""
    listings = json.loads((folder / "paginators-1.json").read_bytes())["pagination"]
    extras = folder / "paginators-1.sdk-extras.json"
    more = json.loads(extras.read_bytes())["merge"]["pagination"] if extras.exists() else {}
    return {name: listing | more.get(name, {}) for name, listing in sorted(listings.items())}


if __name__ == "__main__":
    for service in SERVICES:
        (FOLDER / f"{service}.json").write_text(installed(service))
