"""The form that a browser uploads with: small fields first, then the file, which is read as it comes.

A newcomer would look for fields behind the file. Nobody knows how long the file is, so S3 does not read on.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from aiohttp import BadContentDispositionHeader, BadContentDispositionParam, BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from emulator.errors import InvalidRequestError
from emulator.http.aws.errors import InvalidArgumentError
from emulator.http.s3.address import Address
from emulator.http.s3.body import BLOCK_BYTES, MAX_OBJECT_BYTES, Body
from emulator.http.s3.pace import STRANGERS, Pace, Patience, RequestTimeoutError
from emulator.signatures import MalformedPostRequestError
from emulator.signatures.policy_errors import EntityTooLargeError
from emulator.units import KIB

_MAX_FIELDS_BYTES = 20 * KIB
_CHUNK_BYTES = 64 * KIB
_MALFORMED = (
    ValueError,
    LookupError,
    web.RequestPayloadError,
    AssertionError,
    RuntimeError,
    HttpProcessingError,
    BadContentDispositionHeader,  # these two are warnings, which tests, for one, make errors of
    BadContentDispositionParam,
)
"""What the reader raises for a body that is no form."""


class FormFile(Body):
    """The file of a form, as a body; set `most_bytes` before it is read."""

    def __init__(self, part: BodyPartReader, pace: Pace) -> None:
        self._part = part
        self._patience = Patience(pace)
        self.length = None
        self.trailers = {}
        self.most_bytes = MAX_OBJECT_BYTES

    async def blocks(self) -> AsyncIterator[bytes]:
        """Yield the file in blocks of about a MiB; EntityTooLargeError as soon as it is longer than it may be."""
        received, block = 0, bytearray()
        while chunk := await self._patience.wait(_chunk(self._part)):
            received += len(chunk)
            if received > self.most_bytes:
                raise EntityTooLargeError(received, self.most_bytes)
            block += chunk
            if len(block) >= BLOCK_BYTES:
                yield bytes(block)
                block.clear()
        if block:
            yield bytes(block)


@dataclass(frozen=True)
class Form:
    """A form up to its file. Names of fields have no case, and are in lower case here."""

    fields: Mapping[str, str]
    file: FormFile
    file_name: str
    """Without the folders that some browsers tell; "" if nobody says."""


def is_form(request: web.Request, address: Address) -> bool:
    """Tell whether a request is an upload by a form, which AWS's model of the service leaves out."""
    is_for_bucket = bool(address.bucket) and not address.key
    return request.method == "POST" and is_for_bucket and request.content_type == "multipart/form-data"


async def read_form(request: web.Request, pace: Pace = STRANGERS) -> Form:
    """Return the form, read up to its file; MalformedPostRequestError if there is none."""
    try:
        async with asyncio.timeout(pace.silent_seconds):  # for what is a few lines, as a rule
            return await _read(MultipartReader(request.headers, request.content), pace)
    except TimeoutError as error:
        raise RequestTimeoutError from error
    except _MALFORMED as error:
        raise MalformedPostRequestError from error


async def _read(reader: MultipartReader, pace: Pace) -> Form:
    fields: dict[str, str] = {}
    remaining = _MAX_FIELDS_BYTES
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise MalformedPostRequestError
        name = part.name.lower()
        if name == "file":
            return Form(fields, FormFile(part, pace), (part.filename or "").replace("\\", "/").rpartition("/")[2])
        value = bytearray()
        while chunk := await _chunk(part):
            value += chunk
            if len(value) > remaining:
                raise InvalidRequestError(
                    "Your POST request fields preceding the upload file were too large.",
                    code="MaxPostPreDataLengthExceeded",
                )
        remaining -= len(value)
        fields[name] = value.decode()
    raise InvalidArgumentError("POST requires exactly one file upload per request.", "file", "0")


async def _chunk(part: BodyPartReader) -> bytes:
    """Return some more of a part, nothing at its end."""
    try:
        while not part.at_eof():
            if chunk := await part.read_chunk(_CHUNK_BYTES):
                return bytes(chunk)
    except _MALFORMED as error:
        raise MalformedPostRequestError from error
    return b""
