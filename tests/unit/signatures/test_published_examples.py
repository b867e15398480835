"""The examples that AWS publishes: S3's of May 2013, and those of its test suite for any service."""

from datetime import UTC, datetime

import pytest

from emulator.signatures import Credentials, Headers, Request, Signer, body_verifier, check_policy, presign, verify
from emulator.signatures.canonical import EMPTY_HASH, canonical_request
from tests.unit.signatures.clients import MINE, lookup

MAY_2013 = datetime(2013, 5, 24, tzinfo=UTC)
HOST = "examplebucket.s3.amazonaws.com"
A_PATH = "/examplebucket/chunkObject.txt"


def example(
    method: str, path: str, query: str, signed_headers: str, signature: str, headers: dict[str, str], host: str = HOST
) -> Request:
    """Return a request as the S3 documentation shows it."""
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={MINE.access_key_id}/20130524/us-east-1/s3/aws4_request,"
        f"SignedHeaders={signed_headers},Signature={signature}"
    )
    always = {"Host": host, "x-amz-date": "20130524T000000Z", "Authorization": authorization}
    return Request(method, path, query, Headers.of((always | headers).items()))


NO_BODY = {"x-amz-content-sha256": EMPTY_HASH}
BASIC = "host;x-amz-content-sha256;x-amz-date"
EXAMPLES = {
    "GET Object": example(
        "GET",
        "/test.txt",
        "",
        "host;range;x-amz-content-sha256;x-amz-date",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        {**NO_BODY, "Range": "bytes=0-9 "},
    ),
    "PUT Object": example(
        "PUT",
        "/test$file.text",
        "",
        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        {
            "Date": "Fri, 24 May 2013 00:00:00 GMT",
            "x-amz-storage-class": "REDUCED_REDUNDANCY",
            "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
        },
    ),
    "GET Bucket Lifecycle": example(
        "GET", "/", "lifecycle", BASIC, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543", NO_BODY
    ),
    "List Objects": example(
        "GET",
        "/",
        "max-keys=2&prefix=J",
        BASIC,
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        NO_BODY,
    ),
}

CHUNKED = {
    "Content-Encoding": "aws-chunked",
    "x-amz-decoded-content-length": "66560",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
}
IN_CHUNKS = example(
    "PUT",
    A_PATH,
    "",
    "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
    "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    {**CHUNKED, "Content-Length": "66824", "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
    "s3.amazonaws.com",
)
WITH_A_TRAILER = example(
    "PUT",
    A_PATH,
    "",
    "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
    "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    {
        **CHUNKED,
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "x-amz-trailer": "x-amz-checksum-crc32c",
    },
    "s3.amazonaws.com",
)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_requests_of_the_s3_documentation_are_signed(name: str) -> None:
    verified = verify(EXAMPLES[name], lookup, MAY_2013, service="s3", region="us-east-1")

    assert verified.credentials == MINE
    assert not verified.presigned


def test_the_url_of_the_s3_documentation_is_made_and_taken() -> None:
    url = presign(Signer(MINE, "us-east-1"), "GET", f"https://{HOST}/test.txt", expires_seconds=86400, now=MAY_2013)

    assert url.endswith("&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
    query = url.partition("?")[2]
    assert verify(
        Request("GET", "/test.txt", query, Headers.of([("Host", HOST)])), lookup, MAY_2013, service="s3"
    ).presigned


@pytest.mark.parametrize(
    ("request_", "signatures", "trailers"),
    [
        (
            IN_CHUNKS,
            (
                "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
                "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
                "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
            ),
            {},
        ),
        (
            WITH_A_TRAILER,
            (
                "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
                "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
                "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
            ),
            {
                "x-amz-checksum-crc32c": "sOO8/Q==",
                "x-amz-trailer-signature": "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435",
            },
        ),
    ],
    ids=["chunks", "chunks and a trailer"],
)
def test_the_chunks_of_the_s3_documentation_follow_from_its_request(
    request_: Request, signatures: tuple[str, ...], trailers: dict[str, str]
) -> None:
    verified = verify(request_, lookup, MAY_2013, service="s3", region="us-east-1")
    body = body_verifier(verified, request_.headers.get("x-amz-trailer") or "")

    for chunk, signature in zip((b"a" * 65536, b"a" * 1024, b""), signatures, strict=True):
        body.begin_chunk(f"chunk-signature={signature}")
        body.update(chunk)
        body.end_chunk()
    body.finish(trailers)


SUITE = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
SUITE_TIME = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)


@pytest.mark.parametrize(
    ("method", "path", "query", "signature"),
    [
        ("GET", "/", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "/", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "GET",
            "/",
            "Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        ("GET", "/a/../b//./..", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ],
)
def test_the_requests_of_the_test_suite_are_signed(method: str, path: str, query: str, signature: str) -> None:
    """For any service: the last is the first by another name, since its path is normalised."""
    headers = {
        "Host": "example.amazonaws.com",
        "X-Amz-Date": "20150830T123600Z",
        "Authorization": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
        f" SignedHeaders=host;x-amz-date, Signature={signature}",
    }
    request = Request(method, path, query, Headers.of(headers.items()))

    assert verify(request, lambda _: SUITE, SUITE_TIME, service="service").credentials == SUITE


def test_a_header_with_several_values_and_spaces_is_one_line() -> None:
    """As the test suite's `get-header-value-order` and `get-header-value-trim` have it."""
    headers = Headers.of([("My-Header1", "value4 "), ("my-header1", "  value1"), ("My-Header2", ' "a   b   c" ')])

    text = canonical_request(Request("GET", "/", "", headers), ["My-Header2", "my-header1"], EMPTY_HASH, "service")

    assert text.splitlines()[3:6] == ["my-header1:value4,value1", 'my-header2:"a b c"', ""]


EXAMPLE_POLICY = (
    "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2"
    "NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMt"
    "cmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29t"
    "L3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4"
    "LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0s"
    "DQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZP"
    "RE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1B"
    "Qy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9"
)


def test_the_form_of_the_s3_documentation_is_allowed() -> None:
    fields = {
        "key": "user/user1/photo.jpg",
        "acl": "public-read",
        "success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html",
        "Content-Type": "image/jpeg",
        "x-amz-meta-uuid": "14365123651274",
        "x-amz-server-side-encryption": "AES256",
        "X-Amz-Credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request",
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Date": "20151229T000000Z",
        "x-amz-meta-tag": "",
        "Policy": EXAMPLE_POLICY,
        "X-Amz-Signature": "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e",
    }

    allowed = check_policy(
        fields, 4, lookup, datetime(2015, 12, 29, 12, tzinfo=UTC), bucket="sigv4examplebucket", region="us-east-1"
    )

    assert (allowed.credentials, allowed.most_bytes) == (MINE, None)
