"""Bodies that are checked while they come: each chunk hangs on the one before, and the first on the request."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.signatures import BodyVerifier, Request, SignatureError, Verified, body_verifier, verify
from emulator.signatures.canonical import canonical_request
from emulator.signatures.keys import Scope, sign, signing_key, string_to_sign
from tests.unit.signatures.clients import MINE, REGION, lookup, sent_at, signed, with_header

CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
CHUNKS_AND_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
CHECKSUM = {"x-amz-checksum-crc32": "AAAAAA=="}


def declaring(payload: str) -> Request:
    """
    Return a request that declares *payload*.

    The SDK for Python streams no signed chunks: its own request is signed again, with another last line.
    """
    request = with_header(signed(), "x-amz-content-sha256", payload)
    names = ["host", "x-amz-content-sha256", "x-amz-date"]
    timestamp = request.headers.get("x-amz-date") or ""
    scope = Scope(timestamp[:8], REGION, "s3")
    to_sign = string_to_sign(timestamp, scope, canonical_request(request, names, payload, "s3"))
    signature = sign(signing_key(MINE.secret_access_key, scope), to_sign)
    return with_header(
        request,
        "Authorization",
        f"AWS4-HMAC-SHA256 Credential={MINE.access_key_id}/{scope},"
        f"SignedHeaders={';'.join(names)},Signature={signature}",
    )


def verified(payload: str) -> Verified:
    request = declaring(payload)
    return verify(request, lookup, sent_at(request), service="s3", region=REGION)


class Client:
    """Signs chunks as AWS documents it, step by step and without our own code."""

    def __init__(self, request: Verified) -> None:
        key = b"AWS4" + MINE.secret_access_key.encode()
        for part in (request.timestamp[:8], REGION, "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        self._key = key
        self._where = f"{request.timestamp}\n{request.timestamp[:8]}/{REGION}/s3/aws4_request"
        self._previous = request.signature

    def chunk(self, content: bytes) -> str:
        """Return the signature of the next chunk."""
        empty, own = hashlib.sha256().hexdigest(), hashlib.sha256(content).hexdigest()
        return self._sign(f"AWS4-HMAC-SHA256-PAYLOAD\n{self._where}\n{self._previous}\n{empty}\n{own}")

    def trailers(self, trailers: Mapping[str, str]) -> str:
        """Return the signature of what follows the last chunk."""
        lines = "".join(f"{name}:{trailers[name]}\n" for name in sorted(trailers))
        own = hashlib.sha256(lines.encode()).hexdigest()
        return self._sign(f"AWS4-HMAC-SHA256-TRAILER\n{self._where}\n{self._previous}\n{own}")

    def _sign(self, text: str) -> str:
        self._previous = hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
        return self._previous


def read(body: BodyVerifier, chunks: Iterable[tuple[bytes, str]], trailers: Mapping[str, str], piece: int = 3) -> None:
    """Feed *chunks* and their signatures, in pieces as they come from a socket."""
    for content, signature in chunks:
        body.begin_chunk(f"chunk-signature={signature}")
        for start in range(0, len(content), piece):
            body.update(content[start : start + piece])
        body.end_chunk()
    body.finish(trailers)


def refusal(body: BodyVerifier, chunks: Iterable[tuple[bytes, str]], trailers: Mapping[str, str]) -> SignatureError:
    with pytest.raises(SignatureError) as caught:
        read(body, chunks, trailers)
    return caught.value


CONTENTS = st.lists(st.binary(min_size=1, max_size=50), max_size=5)
TRAILERS = st.dictionaries(
    st.sampled_from(["x-amz-checksum-crc32", "x-amz-checksum-sha256", "a"]), st.text("ab/+=", max_size=9), max_size=3
)


@given(CONTENTS, st.integers(1, 60))
def test_signed_chunks_are_taken_however_they_are_cut_up(contents: list[bytes], piece: int) -> None:
    request = verified(CHUNKS)
    client = Client(request)

    read(body_verifier(request), [(one, client.chunk(one)) for one in (*contents, b"")], {}, piece)


@given(CONTENTS, TRAILERS)
def test_signed_trailers_are_taken(contents: list[bytes], trailers: dict[str, str]) -> None:
    """In whatever order they come."""
    request = verified(CHUNKS_AND_TRAILER)
    client = Client(request)
    chunks = [(one, client.chunk(one)) for one in (*contents, b"")]
    signature = client.trailers(trailers)

    read(body_verifier(request, ", ".join(trailers)), chunks, {"x-amz-trailer-signature": signature, **trailers})


Chunks: TypeAlias = list[tuple[bytes, str]]


def three_chunks(request: Verified) -> tuple[Chunks, Client]:
    client = Client(request)
    return [(one, client.chunk(one)) for one in (b"one", b"two", b"")], client


@pytest.mark.parametrize(
    ("change", "at"),
    [
        (lambda chunks: [(b"onE", chunks[0][1]), *chunks[1:]], "chunk 1"),
        (lambda chunks: [(b"one!", chunks[0][1]), *chunks[1:]], "chunk 1"),
        (lambda chunks: [(b"one", chunks[1][1]), *chunks[1:]], "chunk 1"),
        (lambda chunks: [(b"one", ""), *chunks[1:]], "no signature"),
        (lambda chunks: chunks[1:], "the first left out"),
        (lambda chunks: [chunks[0], chunks[2]], "one left out"),
        (lambda chunks: [chunks[1], chunks[0], chunks[2]], "the order"),
        (lambda chunks: [chunks[0], *chunks], "one twice"),
        (lambda chunks: [*chunks[:2], (b"", chunks[1][1])], "the last"),
    ],
)
def test_chunks_that_were_changed_do_not_match(change: Callable[[Chunks], Chunks], at: str) -> None:
    """Their content, their number and their order."""
    request = verified(CHUNKS)
    chunks, _ = three_chunks(request)

    error = refusal(body_verifier(request), change(chunks), {})

    assert (error.code, error.status) == ("SignatureDoesNotMatch", 403), at
    assert error.fields["StringToSign"].startswith("AWS4-HMAC-SHA256-PAYLOAD\n")
    assert "CanonicalRequest" not in error.fields


def test_chunks_of_another_request_do_not_match() -> None:
    """Which has the same content and key."""
    request, other = verified(CHUNKS), verified(CHUNKS_AND_TRAILER)
    chunks, _ = three_chunks(other)

    assert refusal(body_verifier(request), chunks, {}).code == "SignatureDoesNotMatch"


def test_a_body_that_stops_between_two_chunks_is_not_whole() -> None:
    request = verified(CHUNKS)
    chunks, _ = three_chunks(request)

    assert refusal(body_verifier(request), chunks[:2], {}).code == "IncompleteBody"
    assert refusal(body_verifier(request), [], {}).code == "IncompleteBody"


def test_trailers_that_were_changed_do_not_match() -> None:
    request = verified(CHUNKS_AND_TRAILER)
    chunks, client = three_chunks(request)
    signature = client.trailers(CHECKSUM)

    for trailers in (
        {"x-amz-checksum-crc32": "AAAAAQ==", "x-amz-trailer-signature": signature},
        {**CHECKSUM, "a": "b", "x-amz-trailer-signature": signature},
        {**CHECKSUM, "x-amz-trailer-signature": chunks[2][1]},
        CHECKSUM,
    ):
        error = refusal(body_verifier(request, "x-amz-checksum-crc32"), chunks, trailers)
        assert error.code == "SignatureDoesNotMatch"
        assert error.fields["StringToSign"].startswith("AWS4-HMAC-SHA256-TRAILER\n")


@pytest.mark.parametrize("payload", [CHUNKS_AND_TRAILER, UNSIGNED])
def test_trailers_that_were_announced_must_come(payload: str) -> None:
    """Else a checksum could be left out, and nothing be checked."""
    request = verified(payload)
    chunks, client = three_chunks(request)
    trailers = {"x-amz-trailer-signature": client.trailers({})}

    error = refusal(body_verifier(request, "X-Amz-Checksum-Crc32"), chunks, trailers)

    assert (error.code, error.status) == ("MalformedTrailerError", 400)


def test_nothing_may_follow_chunks_without_trailers() -> None:
    request = verified(CHUNKS)
    chunks, _ = three_chunks(request)

    assert refusal(body_verifier(request), chunks, CHECKSUM).code == "MalformedTrailerError"


def test_unsigned_chunks_are_taken_as_they_come() -> None:
    """Only the request is signed; the checksum in the trailer is for whoever stores the body."""
    body = body_verifier(verified(UNSIGNED), "x-amz-checksum-crc32")

    body.begin_chunk("")
    body.update(b"anything")
    body.end_chunk()
    body.finish(CHECKSUM)


def test_a_body_without_chunks_is_the_one_that_was_hashed() -> None:
    request = signed(body=b"content")
    declared = hashlib.sha256(b"content").hexdigest()
    right, wrong = (
        body_verifier(verify(request, lookup, sent_at(request), service="s3", region=REGION)) for _ in range(2)
    )

    right.update(b"con")
    right.update(b"tent")
    right.finish({})
    wrong.update(b"contenT")
    with pytest.raises(SignatureError) as caught:
        wrong.finish({})

    assert caught.value.code == "XAmzContentSHA256Mismatch"
    assert caught.value.fields == {
        "ClientComputedContentSHA256": declared,
        "S3ComputedContentSHA256": hashlib.sha256(b"contenT").hexdigest(),
    }


def test_a_body_that_is_not_signed_may_be_anything() -> None:
    body = body_verifier(verified("UNSIGNED-PAYLOAD"))

    body.update(b"anything")
    body.finish({})
