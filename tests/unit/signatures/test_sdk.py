"""What AWS's own SDK signs is taken, and what we sign is what it would have signed, to the letter."""

import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from hypothesis import assume, given
from hypothesis import strategies as st

from emulator.signatures import Credentials, Headers, Request, Signer, presign, verify
from emulator.signatures.presigned import parameters_of
from emulator.signatures.timestamps import from_timestamp
from tests.unit.signatures.clients import (
    HOST,
    MINE,
    REGION,
    TEMPORARY,
    encoded_path,
    encoded_query,
    for_sdk,
    lookup,
    received,
    sent_at,
    signed,
)

KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
QUERIES = st.dictionaries(KEYS.filter(lambda name: name and not name.startswith("X-Amz-")), KEYS, max_size=4)
VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)
HEADERS = st.dictionaries(st.from_regex(r"x-amz-meta-[a-z0-9]{1,8}", fullmatch=True), VALUES, max_size=3)
CREDENTIALS = st.sampled_from([MINE, TEMPORARY])
SECONDS = st.integers(0, 604800)
METHODS = st.sampled_from(["GET", "PUT", "HEAD", "DELETE", "POST"])


@given(METHODS, KEYS, QUERIES, HEADERS, st.binary(max_size=20), CREDENTIALS)
def test_what_the_sdk_signs_for_s3_is_taken(
    method: str, key: str, query: dict[str, str], headers: dict[str, str], body: bytes, credentials: Credentials
) -> None:
    request = signed(method, encoded_path(key), encoded_query(query), headers, body, credentials=credentials)

    verified = verify(request, lookup, sent_at(request), service="s3", region=REGION)

    assert verified.credentials == credentials
    assert verified.payload_hash == hashlib.sha256(body).hexdigest()


@given(
    METHODS,
    st.lists(st.sampled_from(["..", ".", "", "a:b", "ü", "%41"]) | KEYS, max_size=5),
    QUERIES,
    st.binary(max_size=20),
)
def test_what_the_sdk_signs_for_lambda_is_taken(
    method: str, segments: list[str], query: dict[str, str], body: bytes
) -> None:
    """A path with dots, empty segments and encoded characters, and a body whose hash is in no header."""
    path = "/2015-03-31/functions" + encoded_path("/".join(segments))
    request = signed(method, path, encoded_query(query), {}, body, service="lambda")
    whole = Request(method, request.path, request.query, request.headers, hashlib.sha256(body).hexdigest())

    assert verify(whole, lookup, sent_at(request), service="lambda", region=REGION).credentials == MINE


def sdk_url(
    signer: Any, service: str, method: str, url: str, headers: dict[str, str], credentials: Credentials, seconds: int
) -> tuple[str, datetime]:
    """Return the URL that the SDK makes, and when it did."""
    request = AWSRequest(method, url, headers)
    signer(for_sdk(credentials), service, REGION, expires=seconds).add_auth(request)
    moment = from_timestamp(parameters_of(urlsplit(request.url).query)["X-Amz-Date"])
    assert moment is not None
    return request.url, moment


@given(METHODS, KEYS, QUERIES, HEADERS, CREDENTIALS, SECONDS)
def test_a_presigned_url_is_the_one_of_the_sdk(
    method: str, key: str, query: dict[str, str], headers: dict[str, str], credentials: Credentials, seconds: int
) -> None:
    """And whoever uses it in time is let in."""
    url = f"http://{HOST}{encoded_path(key)}" + (f"?{encoded_query(query)}" if query else "")
    expected, now = sdk_url(S3SigV4QueryAuth, "s3", method, url, dict(headers), credentials, seconds)

    made = presign(Signer(credentials, REGION), method, url, expires_seconds=seconds, now=now, headers=headers)

    assert made == expected
    last_moment = now + timedelta(seconds=seconds)
    assert verify(received(made, method, headers), lookup, last_moment, service="s3", region=REGION).presigned


@given(KEYS, QUERIES, SECONDS)
def test_a_presigned_url_of_another_service_is_the_one_of_the_sdk(
    key: str, query: dict[str, str], seconds: int
) -> None:
    """A service that is not S3 encodes the path twice, and counts on an empty body."""
    url = f"https://lambda.example:443{encoded_path(key)}?{encoded_query(query)}"
    expected, now = sdk_url(SigV4QueryAuth, "lambda", "GET", url, {}, MINE, seconds)

    made = presign(Signer(MINE, REGION, "lambda"), "GET", url, expires_seconds=seconds, now=now)

    assert made == expected


def test_a_presigned_url_leaves_out_what_proxies_write_and_what_is_there_twice() -> None:
    """As the SDK does: `User-Agent` is not signed, and of two parameters with one name the first counts."""
    url, headers = f"http://{HOST}/bucket/key?b=1&a=1&b=2", {"User-Agent": "x", "x-amz-meta-a": "1"}
    expected, now = sdk_url(S3SigV4QueryAuth, "s3", "GET", url, dict(headers), MINE, 60)

    assert presign(Signer(MINE, REGION), "GET", url, expires_seconds=60, now=now, headers=headers) == expected


class HashedQueryAuth(S3SigV4QueryAuth):  # type: ignore[misc]
    """As the SDK for JavaScript signs a URL for a body that it knows."""

    def payload(self, request: AWSRequest) -> str:
        return parameters_of(urlsplit(request.url).query)["X-Amz-Content-Sha256"]


def test_a_url_may_name_the_hash_of_its_body() -> None:
    declared = hashlib.sha256(b"content").hexdigest()
    url, now = sdk_url(
        HashedQueryAuth, "s3", "PUT", f"http://{HOST}/bucket/key?X-Amz-Content-Sha256={declared}", {}, MINE, 60
    )

    assert verify(received(url, "PUT"), lookup, now, service="s3", region=REGION).payload_hash == declared


def test_an_access_key_id_may_have_slashes() -> None:
    """As no key of AWS has, but one that people make up for a local server."""
    odd = Credentials("a/b", "secret")
    request = signed(credentials=odd)

    assert verify(request, {"a/b": odd}.get, sent_at(request), service="s3").credentials == odd


def test_a_url_of_boto3_is_the_same_as_ours() -> None:
    """From the call that people write, not from a signer inside."""
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{HOST}",
        region_name=REGION,
        aws_access_key_id=MINE.access_key_id,
        aws_secret_access_key=MINE.secret_access_key,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    key = "reports/2026/ä & (1)+~.csv"
    parameters = {"Bucket": "bucket", "Key": key, "ResponseContentType": "text/csv; charset=utf-8"}

    theirs = client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=900)

    moment = from_timestamp(parameters_of(urlsplit(theirs).query)["X-Amz-Date"])
    assert moment is not None
    assert theirs == presign(
        Signer(MINE, REGION),
        "GET",
        f"http://{HOST}{encoded_path(key)}?response-content-type=text/csv;+charset=utf-8",
        expires_seconds=900,
        now=moment,
    )


@given(KEYS, QUERIES)
def test_a_path_and_query_that_were_encoded_differently_on_the_way_are_the_same(
    key: str, query: dict[str, str]
) -> None:
    """Browsers and proxies send `(` for `%28`, small hex digits, and a plus for a space."""
    assume("/" not in key)
    request = signed("GET", encoded_path(key), encoded_query(query))
    path = "/bucket/" + "".join(f"%{byte:02x}" for byte in key.encode())
    other = Request("GET", path, request.query.replace("%20", "+"), request.headers)

    assert verify(other, lookup, sent_at(request), service="s3").credentials == MINE


@pytest.fixture
def far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's own zone, as a laptop has one."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "XYZ+8")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_from_utc")
def test_the_date_header_serves_where_there_is_no_other() -> None:
    """As some clients still send it; the SDK does if it is given one."""
    request = signed("GET", headers={"Date": "whenever"})
    date = datetime.strptime(request.headers.get("date") or "", "%a, %d %b %Y %H:%M:%S -0000").replace(tzinfo=UTC)

    assert request.headers.get("x-amz-date") is None
    assert verify(request, lookup, date, service="s3").credentials == MINE


def test_the_order_of_headers_and_the_case_of_their_names_do_not_count() -> None:
    request = signed("PUT", headers={"x-amz-meta-a": "1", "Content-Type": "text/plain"})
    pairs = [(name.upper(), request.headers.get(name) or "") for name in reversed(list(request.headers))]
    other = Request(request.method, request.path, request.query, Headers.of(pairs))

    assert verify(other, lookup, sent_at(request), service="s3").credentials == MINE
