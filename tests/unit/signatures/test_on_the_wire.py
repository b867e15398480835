"""boto3 against a real socket: what the SDK signed is what a server finds in the bytes it gets."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.request import urlopen

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from emulator.signatures import Headers, Request, SignatureError, body_verifier, verify
from tests.unit.signatures.clients import MINE, REGION, lookup

KEYS = ["plain.txt", "a b/ä+ü&=?#.txt", "(1)~!*'@$,;:.txt", "//a/../b/./", "%2F%41"]


class Door(BaseHTTPRequestHandler):
    """Answers 200 to what is signed, in the header or the URL, and the code of the error to all else."""

    protocol_version = "HTTP/1.1"  # which has `100 Continue`, for which the SDK waits

    def answer(self) -> None:
        path, _, query = self.path.partition("?")
        request = Request(self.command, path, query, Headers.of(self.headers.items()))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            verified = verify(request, lookup, datetime.now(UTC), service="s3", region=REGION)
            verifier = body_verifier(verified)
            verifier.update(body)
            verifier.finish({})
            status, content = HTTPStatus.OK, b""
        except SignatureError as error:
            status, content = error.status, f"<Error><Code>{error.code}</Code></Error>".encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = answer  # noqa: N815 - named by the library

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


def client(endpoint: str, secret: str = MINE.secret_access_key) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=MINE.access_key_id,
        aws_secret_access_key=secret,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 0}),
    )


@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_any_form_is_put(endpoint: str, key: str) -> None:
    """And its metadata, content type and checksums come along."""
    answer = client(endpoint).put_object(
        Bucket="bucket", Key=key, Body=b"content", Metadata={"a": "x  y"}, ContentType="text/plain; charset=utf-8"
    )

    assert answer["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.OK


@pytest.mark.parametrize("key", KEYS)
def test_a_url_for_a_key_of_any_form_is_taken(endpoint: str, key: str) -> None:
    url = client(endpoint).generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": key}, ExpiresIn=60)

    with urlopen(url, timeout=10) as answer:
        assert answer.status == HTTPStatus.OK


def test_a_wrong_secret_reaches_the_client_as_awss_error(endpoint: str) -> None:
    with pytest.raises(ClientError) as caught:
        client(endpoint, "a guess").put_object(Bucket="bucket", Key="key", Body=b"content")

    assert caught.value.response["Error"]["Code"] == "SignatureDoesNotMatch"
