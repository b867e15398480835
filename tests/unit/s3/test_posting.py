"""Uploads by a browser's form: to a bucket, in one request, with nothing but what its policy allows."""

import asyncio
import base64
import dataclasses
import hashlib
import http.client
import io
import re
import socket
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import aiohttp
import boto3
import pytest
from botocore.config import Config
from hypothesis import HealthCheck, given
from hypothesis import settings as tuned
from hypothesis import strategies as st

from emulator.buckets import Buckets
from emulator.http.s3 import S3Door
from emulator.settings import Settings
from emulator.units import MIB
from tests.conftest import wait_for
from tests.unit.buckets.conftest import Recorder
from tests.unit.s3.conftest import Server

BOUNDARY = "----cloudlet"
Answer = tuple[int, dict[str, str], bytes]


def form(fields: Mapping[str, str], content: bytes, name: str = "f.txt", after: str = "") -> bytes:
    """Return a body as a browser writes it."""
    head = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in fields.items()
    )
    head += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    head += "Content-Type: text/plain\r\n\r\n"
    return head.encode() + content + f"\r\n{after}--{BOUNDARY}--\r\n".encode()


def post(server: Server, body: bytes, target: str = "/raw", host: str = "", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("POST", target, skip_host=True, skip_accept_encoding=True)
    sent = {
        "Host": f"{host or '127.0.0.1'}:{server.port}",
        "Content-Length": str(len(body)),
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    for header, value in {**sent, **headers}.items():
        connection.putheader(header, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, {header.lower(): value for header, value in answer.getheaders()}, content


def code_of(answer: Answer) -> tuple[int, str]:
    """Return the status and code of an error."""
    (code,) = re.findall(rb"<Code>(.*)</Code>", answer[2])
    return answer[0], code.decode()


@pytest.fixture
def guarded(buckets: Buckets, settings: Settings) -> Iterator[Server]:
    """A door that wants signatures."""
    server = Server(S3Door(buckets, dataclasses.replace(settings, require_auth=True)))
    server.start()
    yield server
    server.stop()


def signer(server: Server, secret: str = "test") -> Any:
    return boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{server.port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key=secret,
        config=Config(signature_version="s3v4"),
    )


def test_a_form_becomes_an_object(server: Server, s3: Any, raw: Path, recorder: Recorder) -> None:
    """
    With what its fields say of it; its tags are a document.
    """
    fields = {
        "key": "in/${filename}",
        "Content-Type": "text/csv",
        "Cache-Control": "no-cache",
        "x-amz-meta-who": "mé",
        "x-amz-storage-class": "STANDARD_IA",
        "Tagging": "<Tagging><TagSet><Tag><Key>a</Key><Value>1 2</Value></Tag></TagSet></Tagging>",
        "submit": "Go",
    }

    status, headers, content = post(server, form(fields, b"1,2\r\n--\r\n", r"C:\my files\ä b.csv"))

    key = "in/ä b.csv"
    etag = f'"{hashlib.md5(b"1,2" + bytes([13, 10]) + b"--" + bytes([13, 10])).hexdigest()}"'
    assert (status, headers["etag"], content) == (204, etag, b"")
    assert headers["location"] == f"http://127.0.0.1:{server.port}/raw/{quote(key, safe='')}"
    got = s3.get_object(Bucket="raw", Key=key)
    assert got["Body"].read() == b"1,2\r\n--\r\n" == (raw / key).read_bytes()
    assert (got["ContentType"], got["CacheControl"], got["StorageClass"]) == ("text/csv", "no-cache", "STANDARD_IA")
    assert got["Metadata"] == {"who": "=?UTF-8?B?bcOp?="}
    assert s3.get_object_tagging(Bucket="raw", Key=key)["TagSet"] == [{"Key": "a", "Value": "1 2"}]
    (event,) = recorder.events
    assert (event.name, event.key, f'"{event.etag}"') == ("ObjectCreated:Post", key, etag)


def test_the_answer_is_as_the_form_wants_it(server: Server, raw: Path) -> None:
    """
    A page to go to, AWS's document, or nothing.
    """
    etag = f'"{hashlib.md5(b"x").hexdigest()}"'

    status, _, content = post(server, form({"key": "a&b", "success_action_status": "201"}, b"x"))
    assert status == 201
    assert content.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<PostResponse><Location>http://127.0.0.1:{server.port}/raw/a%26b</Location><Bucket>raw</Bucket>"
        f"<Key>a&amp;b</Key><ETag>{etag.replace(chr(34), '&quot;')}</ETag></PostResponse>"
    )
    assert post(server, form({"key": "a", "success_action_status": "200"}, b"x"))[0] == 200
    assert post(server, form({"key": "a", "success_action_status": "404"}, b"x"))[0] == 204
    to = {"key": "a", "success_action_redirect": "http://app.localhost/done?n=1", "success_action_status": "201"}
    status, headers, _ = post(server, form(to, b"x"))
    where = urlsplit(headers["location"])
    assert (status, where.netloc, where.path) == (303, "app.localhost", "/done")
    assert parse_qs(where.query) == {"n": ["1"], "bucket": ["raw"], "key": ["a"], "etag": [etag]}
    for nowhere in ("javascript:alert(1)", "/relative", "http://a/\r\nX: y", "http://[bad"):
        status, headers, _ = post(server, form({"key": "a", "success_action_redirect": nowhere}, b"x"))
        assert (status, "x" in headers) == (204, False)


def test_a_form_may_be_sent_to_the_bucket_s_own_host(server: Server, raw: Path) -> None:
    status, headers, _ = post(server, form({"key": "a"}, b"x"), "/", "raw.s3.localhost")

    assert (status, (raw / "a").read_bytes()) == (204, b"x")
    assert headers["location"] == f"http://raw.s3.localhost:{server.port}/a"


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_535, 3 * MIB + 7])
def test_a_file_of_any_size_is_stored_as_it_is(server: Server, raw: Path, size: int) -> None:
    """
    Even one that is nearly a boundary.
    """
    pattern = b"\r\n--" + BOUNDARY.encode()[:-1] + b"\r\n"
    content = (pattern * (size // len(pattern) + 1))[:size]

    assert post(server, form({"key": "a"}, content))[0] == 204

    assert (raw / "a").read_bytes() == content


def test_the_fields_may_hold_the_file_s_checksum(server: Server, s3: Any, raw: Path) -> None:
    def fields(content: bytes) -> dict[str, str]:
        crc = base64.b64encode(zlib.crc32(content).to_bytes(4)).decode()
        return {"key": "a", "x-amz-checksum-algorithm": "CRC32", "x-amz-checksum-crc32": crc}

    assert code_of(post(server, form(fields(b"y"), b"x"))) == (400, "BadDigest")
    md5 = {"key": "a", "Content-MD5": base64.b64encode(hashlib.md5(b"y").digest()).decode()}
    assert code_of(post(server, form(md5, b"x"))) == (400, "BadDigest")
    assert list(raw.iterdir()) == []
    assert post(server, form(fields(b"x"), b"x"))[0] == 204
    checksum = s3.head_object(Bucket="raw", Key="a", ChecksumMode="ENABLED")["ChecksumCRC32"]
    assert checksum == fields(b"x")["x-amz-checksum-crc32"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (form({}, b"x"), "InvalidArgument"),
        (form({"key": ""}, b"x"), "InvalidArgument"),
        (form({"key": "${filename}"}, b"x", ""), "InvalidArgument"),
        (form({"key": "../x"}, b"x"), "InvalidURI"),
        (form({"key": "k" * 1025}, b"x"), "KeyTooLongError"),
        (form({"key": "a", "x-amz-meta-k": "v" * 2049}, b"x"), "MetadataTooLarge"),
        (form({"key": "a", "tagging": "<Tagging>"}, b"x"), "MalformedXML"),
        (form({"key": "a", "more": "v" * 21_000}, b"x"), "MaxPostPreDataLengthExceeded"),
        (form({"key": "a"}, b"x").replace(b'name="file"', b'name="fil"'), "InvalidArgument"),
        (form({"key": "a"}, b"x").replace(b'; name="key"', b""), "MalformedPOSTRequest"),
        (form({"key": "a"}, b"x").replace(b"\r\n\r\na\r\n", b"\r\n\r\n\xff\r\n"), "MalformedPOSTRequest"),
        (form({"key": "a"}, b"x")[:-30], "MalformedPOSTRequest"),
        (b"", "MalformedPOSTRequest"),
        (b"no form at all", "MalformedPOSTRequest"),
        (f"--{BOUNDARY}\r\n\r\n".encode(), "MalformedPOSTRequest"),
        (f"--{BOUNDARY}\r\nno header\r\n".encode(), "MalformedPOSTRequest"),
        (f"--{BOUNDARY}--\r\n".encode(), "InvalidArgument"),
        (f"--{BOUNDARY}\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x--".encode(), "MalformedPOSTRequest"),
    ],
)
def test_what_is_no_upload_is_refused(server: Server, raw: Path, body: bytes, code: str) -> None:
    """
    A 400, nothing in the folder, nothing left on the way there.
    """
    assert code_of(post(server, body)) == (400, code)

    assert list(raw.iterdir()) == []
    assert list((raw.parent.parent / "staging").iterdir()) == []


SCRAPS = [
    b"\r\n",
    b"--",
    BOUNDARY.encode(),
    b"Content-Disposition: form-data; name=",
    b'"file"',
    b'"key"',
    b"\0",
    b"\xff",
]


@given(data=st.data())
@tuned(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_is_too_broken_to_be_answered(server: Server, raw: Path, data: st.DataObject) -> None:
    """
    Cut, doubled, glued together: it is an upload or a 4xx, and nothing is left half-way.
    """
    body = bytearray(form({"key": "a/${filename}", "x-amz-meta-k": "v"}, b"content\r\n"))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(len(body), start + 40)))
        scrap = data.draw(st.one_of(st.binary(max_size=5), st.sampled_from(SCRAPS)))
        body[start:end] = scrap

    status = post(server, bytes(body))[0]

    assert status == 204 or 400 <= status < 500
    assert list((raw.parent.parent / "staging").iterdir()) == []


def test_a_form_without_a_boundary_is_none(server: Server, raw: Path) -> None:
    assert code_of(post(server, b"x", **{"Content-Type": "multipart/form-data"})) == (400, "MalformedPOSTRequest")
    assert code_of(post(server, form({"key": "a"}, b"x"), "/none")) == (404, "NoSuchBucket")
    assert code_of(post(server, form({"key": "a"}, b"x"), "/raw/key"))[0] == 405


def test_a_browser_that_goes_away_leaves_nothing(server: Server, raw: Path) -> None:
    staging = raw.parent.parent / "staging"
    body = form({"key": "a"}, b"x" * 9_000_000)
    head = (
        f"POST /raw HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head.encode() + body[:3_000_000])
        wait_for(lambda: any(staging.iterdir()))

    wait_for(lambda: not any(staging.iterdir()))
    assert list(raw.iterdir()) == []


@pytest.mark.parametrize("door", ["server", "guarded"])
def test_boto3_s_presigned_post_works(request: pytest.FixtureRequest, raw: Path, door: str) -> None:
    """
    With signatures and without; sent by a client that makes forms of its own.
    """
    server: Server = request.getfixturevalue(door)
    signed = signer(server).generate_presigned_post(
        "raw",
        "up/${filename}",
        Fields={"Content-Type": "image/png", "success_action_status": "201"},
        Conditions=[
            ["starts-with", "$Content-Type", "image/"],
            {"success_action_status": "201"},
            ["content-length-range", 1, 10],
        ],
    )

    async def send(fields: dict[str, str], content: bytes) -> tuple[int, bytes]:
        data = aiohttp.FormData(fields)
        data.add_field("file", io.BytesIO(content), filename="p.png")
        async with aiohttp.ClientSession() as session, session.post(signed["url"], data=data) as answer:
            return answer.status, await answer.read()

    def posted(content: bytes, **changed: str) -> tuple[int, bytes]:
        return asyncio.run(send({**signed["fields"], **changed}, content))

    status, body = posted(b"12345")
    assert (status, b"<Key>up/p.png</Key>" in body) == (201, True)
    assert (raw / "up/p.png").read_bytes() == b"12345"
    for content, code in (
        (b"", b"EntityTooSmall"),
        (b"12345678901", b"EntityTooLarge"),
        (b"x" * 3_000_000, b"EntityTooLarge"),
    ):
        status, body = posted(content)
        assert (status, code in body) == (400, True)
    refusals: list[tuple[Callable[[], tuple[int, bytes]], bytes]] = [
        (lambda: posted(b"1", key="elsewhere"), b"Policy Condition failed"),
        (lambda: posted(b"1", **{"Content-Type": "text/html"}), b"Policy Condition failed"),
        (lambda: posted(b"1", **{"x-amz-meta-more": "1"}), b"Extra input fields: x-amz-meta-more"),
    ]
    for refusal, words in refusals:
        status, body = refusal()
        assert (status, words in body) == (403, True), body
    assert [path.name for path in raw.rglob("*.*")] == ["p.png"]


def test_a_file_that_is_too_large_is_not_waited_for(server: Server, raw: Path) -> None:
    """
    The answer comes while the browser still sends: a policy's limit limits the disk too.
    """
    conditions: list[Any] = [["content-length-range", 1, 10]]
    fields = signer(server).generate_presigned_post("raw", "a", Conditions=conditions)["fields"]
    body = form(fields, b"x" * 2 * MIB)
    head = (
        "POST /raw HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(head.encode() + body[: MIB + MIB // 2])
        answer = connection.recv(10_000)

    assert answer.startswith(b"HTTP/1.1 400")
    wait_for(lambda: not any((raw.parent.parent / "staging").iterdir()))


def test_where_signatures_are_required_forms_are_signed_too(guarded: Server, s3: Any, raw: Path) -> None:
    """
    No policy, a policy of somebody else, or one that has expired: nobody may upload.
    """
    assert code_of(post(guarded, form({"key": "a"}, b"x"))) == (403, "AccessDenied")
    forged = signer(guarded, "wrong").generate_presigned_post("raw", "a")["fields"]
    assert code_of(post(guarded, form(forged, b"x"))) == (403, "SignatureDoesNotMatch")
    late = signer(guarded).generate_presigned_post("raw", "a", ExpiresIn=-60)["fields"]
    assert code_of(post(guarded, form(late, b"x"))) == (403, "AccessDenied")
    elsewhere = signer(guarded).generate_presigned_post("other", "a")["fields"]
    assert code_of(post(guarded, form(elsewhere, b"x"))) == (403, "AccessDenied")
    assert list(raw.iterdir()) == []
    good = signer(guarded).generate_presigned_post("raw", "a")["fields"]
    assert post(guarded, form(good, b"x"))[0] == 204


def test_fields_behind_the_file_are_not_seen(server: Server, s3: Any, raw: Path) -> None:
    """
    Nor is the request's connection of any less use afterwards.
    """
    late = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="Content-Type"\r\n\r\ntext/html\r\n'

    assert post(server, form({"key": "a"}, b"x", after=late))[0] == 204

    assert s3.head_object(Bucket="raw", Key="a")["ContentType"] == "binary/octet-stream"


def test_a_posted_object_is_a_version(server: Server, s3: Any, raw: Path, buckets: Buckets) -> None:
    buckets.set_versioning("raw", "Enabled")

    _, headers, _ = post(server, form({"key": "a"}, b"x"))

    assert headers["x-amz-version-id"] == s3.head_object(Bucket="raw", Key="a")["VersionId"]
