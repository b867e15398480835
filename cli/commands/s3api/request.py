"""Values as a request of the protocol rest-xml: a target, headers, and a document or a file."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from cli.options import read_bytes_argument
from emulator.errors import InvalidRequestError
from emulator.http.aws.model import Member, Operation
from emulator.http.aws.models import read_model
from emulator.http.aws.scalars import writer_of
from emulator.http.aws.xml_writing import encode, structure_element

_BLOCK_BYTES = 1 << 20
_DEFAULT_ALGORITHM = "CRC32"
_CHECKSUM = "x-amz-checksum-"


@dataclass(frozen=True)
class Request:
    """What is sent."""

    method: str
    path: str
    query: str
    """Both are percent-encoded."""
    headers: Mapping[str, str]
    body: IO[bytes] | bytes
    length: int


@contextmanager
def request_of(operation: Operation, values: Mapping[str, Any]) -> Iterator[Request]:
    """Yield the request for *operation*; the file that it sends is open as long."""
    members = operation.input.members if operation.input else {}
    given = [(members[name], value) for name, value in values.items()]
    query = [*operation.markers.items()]
    headers: dict[str, str] = {}
    for member, value in given:
        if member.location == "querystring":
            query.append((member.wire_name, _text(member, value, "iso8601")))
        elif member.location == "header":
            headers[member.wire_name.lower()] = _text(member, value, "rfc822")
        elif member.location == "headers":
            headers |= {f"{member.wire_name.lower()}{name}": _ascii(name, text) for name, text in value.items()}
    if operation.checksum.mode_member and operation.checksum.mode_member not in values:
        headers[members[operation.checksum.mode_member].wire_name.lower()] = "ENABLED"
    encoded = "&".join(f"{quote(name, safe='~')}={quote(text, safe='~')}" for name, text in query)
    with _body(operation, values) as (body, length):
        request = Request(operation.method, _path(operation, values), encoded, headers, body, length)
        yield replace(request, headers=headers | _checksum(operation, values, request))


def _path(operation: Operation, values: Mapping[str, Any]) -> str:
    bucket, key = values.get("Bucket", ""), values.get("Key", "")
    path = operation.path.replace("{Bucket}", quote(str(bucket), safe="~"))
    return path.replace("{Key+}", quote(str(key), safe="/~"))


def _text(member: Member, value: Any, timestamp_format: str) -> str:
    if member.shape.type == "list":
        return ",".join(writer_of(member.shape.item, timestamp_format)(one) for one in value)
    return writer_of(member, timestamp_format)(value)


def _ascii(name: str, text: str) -> str:
    if not (name.isascii() and str(text).isascii()):
        raise InvalidRequestError(
            f'Parameter validation failed: Non ascii characters found in S3 metadata for key "{name}", value: "{text}".'
            "  \nS3 metadata can only contain ASCII characters. "
        )
    return str(text)


@contextmanager
def _body(operation: Operation, values: Mapping[str, Any]) -> Iterator[tuple[IO[bytes] | bytes, int]]:
    """Yield the body and its length in bytes."""
    payload = operation.input.payload if operation.input else None
    if payload is None or payload.name not in values:
        yield b"", 0
    elif payload.shape.type == "blob":
        with _opened(values[payload.name]) as file:
            length = file.seek(0, 2)
            file.seek(0)
            yield file, length
    else:
        document = _document(payload, values[payload.name])
        yield document, len(document)


def _document(payload: Member, value: Any) -> bytes:
    if payload.shape.type == "string":
        return str(value).encode("utf-8", "surrogateescape")
    out: list[str] = []
    root = payload.traits.get("locationName", payload.name)
    members = payload.shape.members.values()
    structure_element(root, members, payload.shape.namespace, read_model("s3").namespace)(value, out)
    return encode(out)


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    """Yield the file that a body is; what comes through a pipe is put in a temporary one, as it is read twice."""
    if name != "-":
        try:
            file = Path(name).open("rb")  # noqa: SIM115 - closed below
        except OSError as error:
            raise InvalidRequestError(
                f"Error parsing parameter '--body': Blob values must be a path to a file. ({error.strerror}: {name})"
            ) from error
        with file:
            if file.seekable():
                yield file
                return
            with tempfile.TemporaryFile() as whole:
                while block := file.read(_BLOCK_BYTES):
                    whole.write(block)
                yield whole
        return
    with tempfile.TemporaryFile() as whole:
        whole.write(read_bytes_argument(name, "--body"))
        yield whole


def _checksum(operation: Operation, values: Mapping[str, Any], request: Request) -> dict[str, str]:
    """Return the headers on the body's checksum, as AWS's clients add them to whatever may have one."""
    chooser = operation.checksum.algorithm_member
    is_given = any(name.startswith(_CHECKSUM) and name != f"{_CHECKSUM}algorithm" for name in request.headers)
    if chooser is None or is_given:
        return {}
    from emulator.buckets.checksums import Checksum, algorithm_named

    checksum = Checksum(algorithm_named(values.get(chooser, _DEFAULT_ALGORITHM)))
    if isinstance(request.body, bytes):
        checksum.update(request.body)
    else:
        while block := request.body.read(_BLOCK_BYTES):
            checksum.update(block)
        request.body.seek(0)
    return {"x-amz-sdk-checksum-algorithm": str(checksum.algorithm), checksum.algorithm.header: checksum.base64()}
