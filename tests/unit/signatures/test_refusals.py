"""Each thing that can be wrong with a signature has an error of its own, in AWS's words."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.errors import InvalidRequestError
from emulator.signatures import Credentials, Headers, Request, SignatureError, Signer, presign, verify
from emulator.signatures.canonical import EMPTY_HASH, canonical_request
from tests.unit.signatures.clients import HOST, MINE, REGION, TEMPORARY, lookup, received, sent_at, signed, with_header

Change = Callable[[Request], Request]

MISMATCH = (
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
)
MALFORMED = "AuthorizationHeaderMalformed"
MALFORMED_QUERY = "AuthorizationQueryParametersError"


def refused(request: Request, now: datetime, region: str | None = REGION) -> SignatureError:
    """Return the error that *request* is refused with."""
    with pytest.raises(SignatureError) as caught:
        verify(request, lookup, now, service="s3", region=region)
    return caught.value


def header(name: str, value: str | None) -> Change:
    return lambda request: with_header(request, name, value)


def authorization(pattern: str, replacement: str) -> Change:
    """Edit the Authorization header."""

    def change(request: Request) -> Request:
        text = request.headers.get("authorization") or ""
        edited = re.sub(pattern, replacement, text)
        assert edited != text
        return with_header(request, "Authorization", edited)

    return change


def query(pattern: str, replacement: str) -> Change:
    """Edit the raw query."""

    def change(request: Request) -> Request:
        edited = re.sub(pattern, replacement, request.query)
        assert edited != request.query
        return replace(request, query=edited)

    return change


SIGNED = signed("PUT", "/bucket/a b".replace(" ", "%20"), "x-id=PutObject", {"x-amz-meta-color": "red"}, b"content")
SIGNED_AT = sent_at(SIGNED)
TODAY = f"{SIGNED_AT:%Y%m%d}"
YESTERDAY = f"{SIGNED_AT - timedelta(days=1):%Y%m%d}"

THREE = "the authorization header requires three components: Credential, SignedHeaders, and Signature."
FORM = 'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
PAYLOADS = (
    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER,"
    " STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value."
)
UNSIGNED = "There were headers present in the request which were not signed"


@pytest.mark.parametrize(
    "change",
    [
        lambda request: replace(request, method="GET"),
        lambda request: replace(request, path="/bucket/a%20c"),
        lambda request: replace(request, path="/bucket//a%20b"),
        lambda request: replace(request, path="/bucket/x/../a%20b"),
        lambda request: replace(request, query="x-id=GetObject"),
        lambda request: replace(request, query=""),
        lambda request: replace(request, query=request.query + "&versionId=null"),
        header("x-amz-meta-color", "blue"),
        header("x-amz-meta-color", None),
        header("Host", "elsewhere:4566"),
        header("x-amz-content-sha256", EMPTY_HASH),
        header("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        lambda request: with_header(request, "x-amz-date", f"{SIGNED_AT + timedelta(seconds=1):%Y%m%dT%H%M%SZ}"),
        authorization(r"Signature=\w", "Signature=g"),
        authorization(r"Signature=\w+", "Signature=é"),
        authorization(r";x-amz-content-sha256", ""),
        authorization(r"/us-east-1/", "/eu-west-1/"),
    ],
)
def test_a_request_that_was_changed_on_its_way_does_not_match(change: Change) -> None:
    """Whichever part of it; where any region is served, it is a part like the others."""
    error = refused(change(SIGNED), SIGNED_AT, region=None)

    assert (error.code, error.message, error.status) == (*MISMATCH, 403)


def test_the_error_shows_what_was_signed_here() -> None:
    """Whoever signs by hand compares it with their own."""
    request = with_header(SIGNED, "x-amz-meta-color", "blue")

    fields = refused(request, SIGNED_AT).fields

    signed_headers = "host;x-amz-content-sha256;x-amz-date;x-amz-meta-color"
    canonical = canonical_request(
        request, signed_headers.split(";"), request.headers.get("x-amz-content-sha256") or "", "s3"
    )
    assert canonical.startswith(f"PUT\n/bucket/a%20b\nx-id=PutObject\nhost:{HOST}\n")
    assert list(fields) == [
        "AWSAccessKeyId",
        "StringToSign",
        "SignatureProvided",
        "StringToSignBytes",
        "CanonicalRequest",
        "CanonicalRequestBytes",
    ]
    assert fields["AWSAccessKeyId"] == MINE.access_key_id
    assert fields["CanonicalRequest"] == canonical
    assert fields["StringToSign"].splitlines()[:3] == [
        "AWS4-HMAC-SHA256",
        request.headers.get("x-amz-date"),
        f"{TODAY}/us-east-1/s3/aws4_request",
    ]
    assert bytes.fromhex(fields["StringToSignBytes"]).decode() == fields["StringToSign"]
    assert fields["SignatureProvided"] == (SIGNED.headers.get("authorization") or "")[-64:]


def test_another_secret_does_not_match() -> None:
    request = signed(credentials=Credentials(MINE.access_key_id, "a guess"))

    assert refused(request, sent_at(request)).code == MISMATCH[0]


@pytest.mark.parametrize(
    ("change", "code", "message", "fields"),
    [
        (header("Authorization", None), "AccessDenied", "Access Denied", {}),
        (header("Authorization", ""), "AccessDenied", "Access Denied", {}),
        (
            header("Authorization", "Bearer token"),
            "InvalidArgument",
            "Unsupported Authorization Type",
            {"ArgumentName": "Authorization", "ArgumentValue": "Bearer token"},
        ),
        (
            authorization(r"Credential=\w+", "Credential=AKIAUNKNOWN"),
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
            {"AWSAccessKeyId": "AKIAUNKNOWN"},
        ),
        (header("x-amz-meta-size", "1"), "AccessDenied", UNSIGNED, {"HeadersNotSigned": "x-amz-meta-size"}),
        (header("Content-MD5", "x"), "AccessDenied", UNSIGNED, {"HeadersNotSigned": "content-md5"}),
        (authorization("host;", ""), "AccessDenied", UNSIGNED, {"HeadersNotSigned": "host"}),
        (
            authorization("host;(.*)x-amz-date;", r"\1"),
            "AccessDenied",
            UNSIGNED,
            {"HeadersNotSigned": "host, x-amz-date"},
        ),
        (
            header("x-amz-content-sha256", None),
            "InvalidRequest",
            "Missing required header for this request: x-amz-content-sha256",
            {},
        ),
        (
            header("x-amz-content-sha256", "abc"),
            "InvalidArgument",
            PAYLOADS,
            {"ArgumentName": "x-amz-content-sha256", "ArgumentValue": "abc"},
        ),
        (
            header("x-amz-date", None),
            "AccessDenied",
            "AWS authentication requires a valid Date or x-amz-date header",
            {},
        ),
        (
            header("x-amz-date", "2013-05-24T00:00:00Z"),
            "AccessDenied",
            "AWS authentication requires a valid Date or x-amz-date header",
            {},
        ),
        (
            header("x-amz-security-token", "x"),
            "InvalidToken",
            "The provided token is malformed or otherwise invalid.",
            {"Token-0": "x"},
        ),
        (query("$", "&X-Amz-Algorithm=x"), "InvalidArgument", None, None),
        (query("$", "&AWSAccessKeyId=x&Signature=y"), "InvalidArgument", None, None),
    ],
)
def test_a_request_that_lacks_something_hears_what(
    change: Change, code: str, message: str | None, fields: dict[str, str] | None
) -> None:
    error = refused(change(SIGNED), SIGNED_AT)

    assert error.code == code
    assert message is None or error.message == message
    assert fields is None or error.fields == fields
    assert isinstance(error, InvalidRequestError) == (error.status == 400)


@pytest.mark.parametrize(
    ("change", "reason", "fields"),
    [
        (authorization(r"Credential=\S+ ", ""), THREE, {}),
        (authorization(r"SignedHeaders=\S+ ", ""), THREE, {}),
        (authorization(r", Signature=\w+", ""), THREE, {}),
        (authorization(r" .*", " "), THREE, {}),
        (
            authorization("/us-east-1/", "/"),
            FORM,
            {},
        ),
        (authorization(r"=\w+/", "=/"), "a non-empty Access Key (AKID) must be provided in the credential.", {}),
        (
            authorization(f"/{TODAY}/", "/today/"),
            'incorrect date format "today". This date in the credential must be in the format "yyyyMMdd".',
            {},
        ),
        (
            authorization(f"/{TODAY}/", f"/{YESTERDAY}/"),
            f'Invalid credential date "{YESTERDAY}". This date is not the same as X-Amz-Date: "{TODAY}".',
            {},
        ),
        (
            authorization("/us-east-1/", "/us-west-2/"),
            "the region 'us-west-2' is wrong; expecting 'us-east-1'",
            {"Region": "us-east-1"},
        ),
        (authorization("/s3/", "/ec2/"), 'incorrect service "ec2". This endpoint belongs to "s3".', {}),
        (authorization("aws4_request", "aws4"), 'incorrect terminal "aws4". This endpoint uses "aws4_request".', {}),
    ],
)
def test_a_header_that_is_malformed_or_for_elsewhere_hears_why(
    change: Change, reason: str, fields: dict[str, str]
) -> None:
    error = refused(change(SIGNED), SIGNED_AT)

    assert (error.code, error.message) == (MALFORMED, f"The authorization header is malformed; {reason}")
    assert (error.fields, error.status) == (fields, 400)


@pytest.mark.parametrize("seconds", [-900, 900])
def test_clocks_may_differ_by_a_quarter_of_an_hour(seconds: int) -> None:
    assert verify(SIGNED, lookup, SIGNED_AT + timedelta(seconds=seconds), service="s3").credentials == MINE


@pytest.mark.parametrize("seconds", [-901, 901])
def test_clocks_that_differ_more_are_told_of_each_other(seconds: int) -> None:
    now = SIGNED_AT + timedelta(seconds=seconds)

    error = refused(SIGNED, now)

    assert (error.code, error.status) == ("RequestTimeTooSkewed", 403)
    assert error.message == "The difference between the request time and the current time is too large."
    assert error.fields == {
        "RequestTime": SIGNED.headers.get("x-amz-date"),
        "ServerTime": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "MaxAllowedSkewMilliseconds": "900000",
    }


@pytest.mark.parametrize(
    "request_",
    [
        with_header(SIGNED, "Authorization", f"AWS {MINE.access_key_id}:frJIUN8DYpKDtOLCwo//yllqDzg="),
        with_header(SIGNED, "Authorization", "AWS4-ECDSA-P256-SHA256 Credential=x"),
        received(f"http://{HOST}/bucket/key?AWSAccessKeyId={MINE.access_key_id}&Expires=1&Signature=x"),
    ],
)
def test_other_versions_of_signatures_are_refused(request_: Request) -> None:
    error = refused(request_, SIGNED_AT)

    assert (error.code, error.status) == ("InvalidRequest", 400)
    assert error.message == (
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
    )


def test_a_body_whose_hash_is_known_must_be_the_one_that_was_signed() -> None:
    error = refused(replace(SIGNED, payload_hash=EMPTY_HASH), SIGNED_AT)

    assert (error.code, error.status) == ("XAmzContentSHA256Mismatch", 400)
    assert error.fields == {
        "ClientComputedContentSHA256": SIGNED.headers.get("x-amz-content-sha256"),
        "S3ComputedContentSHA256": EMPTY_HASH,
    }


def test_temporary_credentials_are_nobodys_without_their_token() -> None:
    without = signed(credentials=Credentials(TEMPORARY.access_key_id, TEMPORARY.secret_access_key))
    with_another = signed(credentials=replace(TEMPORARY, session_token="another"))

    assert refused(without, sent_at(without)).code == "InvalidAccessKeyId"
    assert refused(with_another, sent_at(with_another)).code == "InvalidToken"


NOON = datetime(2026, 5, 24, 12, tzinfo=UTC)
PRESIGNED = received(
    presign(
        Signer(MINE, REGION),
        "PUT",
        f"http://{HOST}/bucket/key?x-id=PutObject",
        expires_seconds=60,
        now=NOON,
        headers={"x-amz-meta-color": "red"},
    ),
    "PUT",
    {"x-amz-meta-color": "red"},
)


@pytest.mark.parametrize(
    "change",
    [
        lambda request: replace(request, method="GET"),
        lambda request: replace(request, path="/bucket/other"),
        query("x-id=PutObject", "x-id=GetObject"),
        query("x-id=PutObject&", ""),
        query("$", "&versionId=null"),
        query("Expires=60", "Expires=3600"),
        query("T120000Z", "T120001Z"),
        query("-Signature=.", "-Signature=g"),
        header("x-amz-meta-color", "blue"),
        header("x-amz-meta-color", None),
        header("x-amz-content-sha256", EMPTY_HASH),
    ],
)
def test_a_url_that_was_changed_does_not_match(change: Change) -> None:
    """A body that the URL does not name cannot be named afterwards either."""
    error = refused(change(PRESIGNED), NOON + timedelta(seconds=1))

    assert (error.code, error.message) == MISMATCH


REQUIRED = (
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature,"
    " X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
)
WEEK = (
    "X-Amz-Expires must be less than a week (in seconds);"
    " that is, the given X-Amz-Expires must be less than 604800 seconds"
)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        *(
            (query(f"X-Amz-{name}=", "x="), REQUIRED)
            for name in ("Algorithm", "Credential", "Signature", "Date", "SignedHeaders", "Expires")
        ),
        (query("=AWS4-HMAC-SHA256", "=AWS4-HMAC-SHA1"), 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"'),
        (query("T120000Z", "T12:00:00Z"), "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""),
        (query("T120000Z", "T250000Z"), "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""),
        (query("Expires=60", "Expires=-1"), "X-Amz-Expires must be non-negative"),
        (query("Expires=60", "Expires=604801"), WEEK),
        (query("Expires=60", "Expires=1h"), "X-Amz-Expires should be a number"),
        (query("Expires=60", "Expires="), "X-Amz-Expires should be a number"),
        (query("Expires=60", f"Expires={2**63}"), "X-Amz-Expires should be a number"),
        (
            query("%2F20260524%2F", "%2F20260523%2F"),
            'Invalid credential date "20260523". This date is not the same as X-Amz-Date: "20260524".',
        ),
        (
            query("us-east-1", "eu-west-1"),
            "Error parsing the X-Amz-Credential parameter; the region 'eu-west-1' is wrong; expecting 'us-east-1'",
        ),
        (
            query("%2Fs3%2F", "%2Flambda%2F"),
            'Error parsing the X-Amz-Credential parameter; incorrect service "lambda". This endpoint belongs to "s3".',
        ),
        (
            query("%2F20260524%2F", "%2F"),
            f"Error parsing the X-Amz-Credential parameter; {FORM}",
        ),
    ],
)
def test_a_url_that_is_malformed_or_for_elsewhere_hears_why(change: Change, message: str) -> None:
    error = refused(change(PRESIGNED), NOON)

    assert (error.code, error.message, error.status) == (MALFORMED_QUERY, message, 400)


def test_a_url_is_good_until_it_expires() -> None:
    now = NOON + timedelta(seconds=61)

    assert verify(PRESIGNED, lookup, NOON + timedelta(seconds=60), service="s3", region=REGION).presigned
    error = refused(PRESIGNED, now)

    assert (error.code, error.message, error.status) == ("AccessDenied", "Request has expired", 403)
    assert error.fields == {
        "X-Amz-Expires": "60",
        "Expires": "2026-05-24T12:01:00Z",
        "ServerTime": "2026-05-24T12:01:01Z",
    }


def test_a_url_from_the_future_is_not_good_yet() -> None:
    now = NOON - timedelta(seconds=901)

    assert verify(PRESIGNED, lookup, NOON - timedelta(seconds=900), service="s3", region=REGION).presigned
    error = refused(PRESIGNED, now)

    assert (error.code, error.message, error.status) == ("AccessDenied", "Request is not valid yet", 403)


def test_a_header_that_the_url_does_not_name_is_refused() -> None:
    error = refused(with_header(PRESIGNED, "x-amz-acl", "public-read"), NOON)

    assert (error.code, error.fields) == ("AccessDenied", {"HeadersNotSigned": "x-amz-acl"})


@pytest.mark.parametrize("seconds", [-1, 604801])
def test_no_url_is_made_that_would_never_be_taken(seconds: int) -> None:
    with pytest.raises(SignatureError) as caught:
        presign(Signer(MINE, REGION), "GET", f"http://{HOST}/bucket/key", expires_seconds=seconds, now=NOON)

    assert caught.value.code == MALFORMED_QUERY


ANYTHING = st.text(max_size=40)
NOISE = st.lists(
    st.tuples(
        st.sampled_from(["Authorization", "x-amz-date", "Date", "x-amz-content-sha256", "x-amz-security-token", "a"]),
        ANYTHING | ANYTHING.map(lambda text: f"AWS4-HMAC-SHA256 Credential={text},SignedHeaders=host,Signature=0"),
    ),
    max_size=5,
)


@given(ANYTHING, ANYTHING | ANYTHING.map(lambda text: f"X-Amz-Algorithm=AWS4-HMAC-SHA256&{text}"), NOISE)
def test_nothing_that_is_sent_breaks_the_reading_of_it(
    path: str, raw_query: str, headers: list[tuple[str, str]]
) -> None:
    """It is refused, in words that can be sent."""
    error = refused(Request("GET", path, raw_query, Headers.of(headers)), NOON)

    assert all(text.encode() for text in (error.code, *error.fields, *filter(None, error.fields.values())))


@given(st.binary(max_size=30))
def test_bytes_that_are_no_text_are_refused_like_any_other(raw: bytes) -> None:
    """A web server reads them as lone surrogates, which no answer can hold."""
    text = raw.decode("utf-8", "surrogateescape")
    request = with_header(replace(SIGNED, path=f"/{text}", query=text.replace("&", "")), "x-amz-meta-color", text)

    fields = refused(request, SIGNED_AT).fields

    assert fields["CanonicalRequest"].encode()
