"""What no SDK sends by default, and what an attacker would."""

import base64
import gzip
import http.client
import socket
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from emulator.buckets import Buckets
from tests.conftest import wait_for
from tests.unit.s3.conftest import Server


def send(
    server: Server, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Send one request as it is written here and return status, headers (names in lower case) and body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest(method, target, skip_accept_encoding=True)
    for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content


def framed(*chunks: bytes, trailer: str = "") -> bytes:
    frames = [b"%x;chunk-signature=%s\r\n%s\r\n" % (len(chunk), b"0" * 64, chunk) for chunk in chunks]
    return b"".join(frames) + b"0;chunk-signature=" + b"0" * 64 + b"\r\n" + trailer.encode() + b"\r\n"


NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"
CHUNKED = {"x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "Content-Encoding": "aws-chunked"}


def crc32(content: bytes) -> str:
    return base64.b64encode(zlib.crc32(content).to_bytes(4)).decode()


def test_frames_around_chunks_are_no_part_of_the_object(server: Server, raw: Path) -> None:
    """
    SDKs in several languages send every body so.
    """
    chunks = [b"a" * 70_000, b"b" * 10]
    body = framed(*chunks, trailer=f"x-amz-checksum-crc32:{crc32(b''.join(chunks))}\r\n")
    headers = CHUNKED | {"x-amz-trailer": "x-amz-checksum-crc32", "x-amz-decoded-content-length": "70010"}

    status, answered, _ = send(server, "PUT", "/raw/a", body, headers)

    assert status == 200
    assert answered["x-amz-checksum-crc32"] == crc32(b"".join(chunks))
    assert (raw / "a").read_bytes() == b"".join(chunks)
    assert "content-encoding" not in send(server, "HEAD", "/raw/a")[1]


def test_a_trailer_that_does_not_fit_is_refused(server: Server, raw: Path) -> None:
    """
    The sum comes last, so all is on disk by then; it must not get into place.
    """
    body = framed(b"x", trailer=f"x-amz-checksum-crc32:{crc32(b'y')}\r\n")

    headers = CHUNKED | {"x-amz-trailer": "x-amz-checksum-crc32", "x-amz-decoded-content-length": "1"}
    status, _, content = send(server, "PUT", "/raw/a", body, headers)

    assert (status, b"<Code>BadDigest</Code>" in content) == (400, True)
    assert list(raw.iterdir()) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"5\r\nab", b"zz\r\nab\r\n0\r\n\r\n", b"2\r\nabX\r\n0\r\n\r\n", b"2\r\nab\r\n0\r\n\r\n", b"9" * 200_000],
)
def test_broken_frames_are_refused(server: Server, raw: Path, body: bytes) -> None:
    """
    Whatever is sent: a 400, and nothing in the folder.
    """
    status, _, content = send(server, "PUT", "/raw/a", body, CHUNKED | {"x-amz-decoded-content-length": "3"})

    assert (status, b"<Code>IncompleteBody</Code>" in content) == (400, True)
    assert list(raw.iterdir()) == []


def test_an_object_whose_length_nobody_says_is_refused(server: Server, raw: Path) -> None:
    """
    That of the frames is not that of the object; and a request without any length has no body at all.
    """
    status, _, content = send(server, "PUT", "/raw/a", framed(b"x"), CHUNKED)
    assert (status, b"<Code>MissingContentLength</Code>" in content) == (411, True)

    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"PUT /raw/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert connection.makefile("rb").readline().split()[1] == b"411"

    assert list(raw.iterdir()) == []


def test_a_sender_that_goes_away_leaves_nothing(server: Server, raw: Path, buckets: Buckets) -> None:
    """
    Half an object is none, and its bytes are not kept.
    """
    staging = raw.parent.parent / "staging"
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(
            b"PUT /raw/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n" + b"x" * 2_000_000
        )
        wait_for(lambda: any(staging.iterdir()))

    wait_for(lambda: not any(staging.iterdir()))
    assert list(raw.iterdir()) == []


def test_a_gzipped_object_stays_gzipped(server: Server, raw: Path) -> None:
    """
    Its encoding is the reader's business.
    """
    body = gzip.compress(b"x")

    send(server, "PUT", "/raw/a", body, {"Content-Encoding": "gzip"})

    assert (raw / "a").read_bytes() == body
    assert send(server, "GET", "/raw/a")[1]["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    "target",
    [
        "/raw/../secret",
        "/raw/%2e%2e/secret",
        "/raw/a/..%2f..%2f..%2fsecret",
        "/raw//etc/x",
        "/raw/%00",
        "/%2e%2e/x",
        "/../x",
    ],
)
def test_no_path_leads_out_of_the_bucket(server: Server, raw: Path, tmp_path: Path, target: str) -> None:
    """
    Neither to read nor to write nor to delete.
    """
    (tmp_path / "home" / "s3" / "secret").write_text("s3cret")
    before = _files(tmp_path)

    statuses = [send(server, method, target, b"")[0] for method in ("GET", "HEAD", "PUT", "DELETE")]

    assert all(status in (200, 204, 400, 404) for status in statuses)
    assert _files(tmp_path) == before
    assert (tmp_path / "home" / "s3" / "secret").read_text() == "s3cret"


def test_an_error_is_aws_s_document(server: Server, raw: Path) -> None:
    """
    With the request's id in body and header, and a key that cannot break the document.
    """
    status, headers, content = send(server, "GET", "/raw/%3Cb%3E&%01")

    assert (status, headers["content-type"]) == (404, "application/xml")
    request_id = headers["x-amz-request-id"]
    assert content.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>'
        "<Message>The specified key does not exist.</Message><Key>&lt;b&gt;&amp;&#1;</Key><BucketName>raw</BucketName>"
        f"<Resource>/raw/%3Cb%3E&amp;%01</Resource><RequestId>{request_id}</RequestId>"
        f"<HostId>{headers['x-amz-id-2']}</HostId></Error>"
    )


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/raw?policy", 404),
        ("PUT", "/raw/a?tagging", 400),
        ("PATCH", "/raw/a", 405),
        ("POST", "/raw/a", 405),
        ("GET", "/raw?list-type=2&max-keys=x", 400),
        ("GET", "/raw?list-type=2&continuation-token=%25%25", 400),
        ("GET", "/raw/%ff", 400),
        ("PUT", "/Not_A_Bucket", 400),
    ],
)
def test_what_cannot_be_done_has_the_right_status(
    server: Server, raw: Path, method: str, target: str, status: int
) -> None:
    """
    And never a traceback.
    """
    assert send(server, method, target)[0] == status


@pytest.mark.parametrize(
    "body",
    [b"<Delete", b"<Delete/>", b'<!DOCTYPE a [<!ENTITY b "c">]><Delete><Object><Key>&b;</Key></Object></Delete>'],
)
def test_a_document_that_is_none_is_refused(server: Server, raw: Path, body: bytes) -> None:
    """
    Entities above all: a kilobyte of them can stand for gigabytes.
    """
    status, _, content = send(server, "POST", "/raw?delete", body)

    assert (status, b"MalformedXML" in content) == (400, True)


def test_a_listing_without_encoding_is_still_a_document(server: Server, raw: Path, s3: Any) -> None:
    """
    What means something in XML, or would be lost in it, is written as a reference.
    """
    s3.put_object(Bucket="raw", Key="a\nb<&", Body=b"")

    _, _, content = send(server, "GET", "/raw?list-type=2")

    assert b"<Key>a&#10;b&lt;&amp;</Key>" in content
    assert [key.text for key in ET.fromstring(content).iter(f"{NAMESPACE}Key")] == ["a\nb<&"]


@pytest.mark.parametrize("key", ["a\x01b", "a\ufffeb"])
def test_a_key_that_no_document_can_hold_needs_an_encoding(server: Server, raw: Path, s3: Any, key: str) -> None:
    """
    XML has no way to write some characters: that is what `encoding-type=url` is for, which boto3 always asks for.
    """
    s3.put_object(Bucket="raw", Key=key, Body=b"")

    _, _, plain = send(server, "GET", "/raw?list-type=2")
    _, _, encoded = send(server, "GET", "/raw?list-type=2&encoding-type=url")

    with pytest.raises(ET.ParseError):
        ET.fromstring(plain)
    assert [unquote(one.text or "") for one in ET.fromstring(encoded).iter(f"{NAMESPACE}Key")] == [key]
    assert [one["Key"] for one in s3.list_objects_v2(Bucket="raw")["Contents"]] == [key]


def test_an_empty_token_begins_at_the_beginning(server: Server, raw: Path, s3: Any) -> None:
    """
    And is said again, as any other.
    """
    s3.put_object(Bucket="raw", Key="a", Body=b"")

    _, _, content = send(server, "GET", "/raw?list-type=2&continuation-token=")

    assert b"<ContinuationToken></ContinuationToken>" in content
    assert b"<Key>a</Key>" in content


def _files(folder: Path) -> list[Path]:
    """Return every file but those of the state and the blob store."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in found if not path.name.startswith("state.db") and "blobs" not in path.parts]
