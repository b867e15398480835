"""A request's small document, compared with what its sender said of its bytes."""

import hashlib
from collections.abc import Mapping

from aiohttp import web

from emulator.buckets.checksums import DEFAULT, Checksum, check_content_md5, given_in, parse_content_md5, verify
from emulator.http.aws.model import Operation
from emulator.http.aws.xml_reading import MAX_BYTES
from emulator.http.s3.body import Body
from emulator.http.s3.pace import Pace
from emulator.signatures import BodyVerifier


async def read_document(
    request: web.Request,
    operation: Operation,
    headers: Mapping[str, str],
    verifier: BodyVerifier | None,
    pace: Pace,
) -> bytes:
    """
    Return the whole body; BodyTooLargeError if it is large, BadDigestError if it is not the one that was sent.

    A checksum in a header of CompleteMultipartUpload is the object's, and nothing is said of its document.
    """
    content_md5 = headers.get("content-md5")
    expected = None if content_md5 is None else parse_content_md5(content_md5)
    is_summed = operation.checksum.algorithm_member is not None
    given = given_in(headers) if is_summed else None
    body = Body(request, headers, verifier, pace)
    document = await body.whole(MAX_BYTES)
    if expected is not None:
        check_content_md5(expected, hashlib.md5(document, usedforsecurity=False).digest())
    if is_summed:
        checksum = Checksum(given.algorithm if given else DEFAULT)
        checksum.update(document)
        verify(given, checksum, body.trailers)
    return document
