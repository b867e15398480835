"""URLs as boto3 and `aws s3 presign` make them where nobody chose a signature version: version 2, in us-east-1."""

import contextlib
import dataclasses
import http.client
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config

from emulator.buckets import Buckets
from emulator.http.s3 import S3Door
from emulator.settings import Settings
from tests.conftest import wait_for
from tests.unit.s3.conftest import Server


@pytest.fixture(params=[False, True], ids=["open", "locked"])
def server(request: pytest.FixtureRequest, buckets: Buckets, settings: Settings) -> Iterator[Server]:
    """A server that takes what is not signed, and one that does not: both must do the same here."""
    server = Server(S3Door(buckets, dataclasses.replace(settings, require_auth=request.param)))
    server.start()
    yield server
    server.stop()


def fetch(
    url: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """Send a request with no other header than is said."""
    parts = urlsplit(url)
    with contextlib.closing(http.client.HTTPConnection(parts.netloc, timeout=30)) as connection:
        connection.request(method, f"{parts.path}?{parts.query}", body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()


def presigned(s3: Any, operation: str = "get_object", expires_seconds: int = 60, **more: Any) -> str:
    url = str(s3.generate_presigned_url(operation, {"Bucket": "raw", "Key": "a b/é", **more}, expires_seconds))
    assert "AWSAccessKeyId=" in url, "boto3 has another default now: these tests are about nothing"
    return url


@pytest.fixture
def stored(s3: Any) -> Any:
    s3.create_bucket(Bucket="raw")
    s3.put_object(Bucket="raw", Key="a b/é", Body=b"content")
    return s3


def test_it_is_good_until_it_expires(stored: Any) -> None:
    """
    What a URL is for: whoever has it may read, for as long as its maker said.
    """
    url = presigned(stored, expires_seconds=2)

    assert fetch(url) == (200, b"content")
    wait_for(lambda: fetch(url)[0] == 403)
    assert b"<Code>AccessDenied</Code><Message>Request has expired</Message>" in fetch(url)[1]


def test_it_may_bring_an_object_with_a_type_and_metadata(stored: Any) -> None:
    """
    boto3 moves such headers into the URL, and its user sends them or not.
    """
    url = presigned(stored, "put_object", ContentType="text/plain", Metadata={"who": "me"})

    assert fetch(url, "PUT", b"new", {"Content-Type": "text/plain"})[0] == 200

    head = stored.get_object(Bucket="raw", Key="a b/é")
    assert (head["Body"].read(), head["ContentType"], head["Metadata"]) == (b"new", "text/plain", {"who": "me"})


def test_what_it_overrides_of_the_answer_is_signed(stored: Any) -> None:
    """
    These parameters are part of what is signed, decoded.
    """
    url = presigned(stored, ResponseContentDisposition='attachment; filename="a b.txt"')

    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.headers["Content-Disposition"] == 'attachment; filename="a b.txt"'


def test_a_bucket_in_the_host_name_is_signed_as_if_it_were_in_the_path(stored: Any, server: Server) -> None:
    """
    boto3 does so for an endpoint that has a name.
    """
    named = boto3.client(
        "s3",
        endpoint_url=f"http://s3.localhost:{server.port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(s3={"addressing_style": "virtual"}),
    )
    parts = urlsplit(presigned(named))
    assert parts.netloc.startswith("raw.s3.localhost")

    url = f"http://127.0.0.1:{server.port}{parts.path}?{parts.query}"

    assert fetch(url, headers={"Host": parts.netloc}) == (200, b"content")


@pytest.mark.parametrize("expires", ["x", "", "-1"])
def test_an_expiry_that_is_none_is_refused(stored: Any, expires: str) -> None:
    """
    Or a URL would be good for ever.
    """
    url = presigned(stored)
    changed = url.partition("Expires=")[0] + f"Expires={expires}"

    status, content = fetch(changed)

    assert (status, b"AccessDenied" in content) == (403, True)


@pytest.mark.parametrize("server", [True], ids=["locked"], indirect=True)
class TestWhereSignaturesAreRequired:
    def test_it_is_good_for_one_method_and_one_key(self, stored: Any) -> None:
        """
        Whoever may read may not write, nor read something else.
        """
        url = presigned(stored)

        for method, changed in (("DELETE", url), ("GET", url.replace("a%20b", "b")), ("GET", url + "&tagging")):
            status, content = fetch(changed, method)
            assert (status, b"<Code>SignatureDoesNotMatch</Code>" in content) == (403, True)

    def test_its_end_cannot_be_moved(self, stored: Any) -> None:
        """
        It is what is signed in place of a date.
        """
        url = presigned(stored)
        at = url.partition("Expires=")[2]

        assert fetch(url.replace(f"Expires={at}", f"Expires={int(at) + 60}"))[0] == 403

    def test_a_header_that_was_not_signed_is_refused(self, stored: Any) -> None:
        """
        Whoever has a URL to write with could say what becomes of the object.
        """
        assert fetch(presigned(stored, "put_object"), "PUT", b"", {"x-amz-meta-who": "you"})[0] == 403
        assert fetch(presigned(stored, "put_object"), "PUT", b"")[0] == 200

    def test_a_key_that_nobody_has_is_refused(self, stored: Any) -> None:
        """
        And named.
        """
        status, content = fetch(presigned(stored).replace("AWSAccessKeyId=test", "AWSAccessKeyId=other"))

        assert (status, b"<Code>InvalidAccessKeyId</Code>" in content) == (403, True)
