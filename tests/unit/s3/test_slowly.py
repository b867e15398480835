"""An answer that takes its time, as the SDK sees it: alive, and in the end what it would have been at once."""

import asyncio
import http.client
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from aiohttp import web
from botocore.config import Config

from emulator.buckets import Buckets
from emulator.buckets.errors import InvalidPartError
from emulator.http.aws.s3 import s3
from emulator.http.aws.xml_writing import DECLARATION
from emulator.http.s3 import S3Door
from emulator.http.s3.call import Call, Means, Output
from emulator.http.s3.slowly import slowly
from emulator.settings import Settings
from tests.unit.s3.conftest import Server
from tests.unit.s3.test_boto3 import refused

Work = Callable[[], Coroutine[Any, Any, Output]]
ASKED = {"Bucket": "raw", "Key": "a", "UploadId": "u", "MultipartUpload": {"Parts": []}}


class SlowDoor(S3Door):
    """A door behind which every request is the same, slow, completion of an upload."""

    def __init__(self, buckets: Buckets, settings: Settings, work: Work) -> None:
        super().__init__(buckets, settings)
        executor = ThreadPoolExecutor(1)
        self._given = Means(buckets, settings, executor, executor)
        self._work = work

    async def handle(self, request: web.Request) -> web.StreamResponse:
        operation = s3().model.operations["CompleteMultipartUpload"]
        call = Call(request, "R1", self._given, operation, {}, request.headers)
        output = await slowly(call, self._work(), patience_seconds=0.05)
        assert isinstance(output, web.StreamResponse)
        return output


@pytest.fixture
def serve(buckets: Buckets, settings: Settings) -> Iterator[Callable[[Work], Server]]:
    """Start servers with a slow door."""
    servers: list[Server] = []

    def start(work: Work) -> Server:
        server = Server(SlowDoor(buckets, settings, work))
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


def client_of(server: Server) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{server.port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 0}),
    )


def test_an_answer_begins_before_it_is_known(serve: Callable[[Work], Server]) -> None:
    """
    White space comes while the work goes on, and the document once it is done.
    """
    released = threading.Event()

    async def work() -> Output:
        await asyncio.to_thread(released.wait, 30)
        return {"Key": "a&b"}

    connection = http.client.HTTPConnection("127.0.0.1", serve(work).port, timeout=30)
    connection.request("POST", "/raw/a?uploadId=u")
    answer = connection.getresponse()
    begun = answer.read(len(DECLARATION) + 3)
    released.set()
    rest = answer.read()
    connection.close()

    assert (answer.status, begun) == (200, DECLARATION.encode() + b"   ")
    assert rest.strip().startswith(b"<CompleteMultipartUploadResult")
    assert b"<Key>a&amp;b</Key>" in rest


def test_an_sdk_reads_what_came_slowly(serve: Callable[[Work], Server]) -> None:
    async def work() -> Output:
        await asyncio.sleep(0.2)
        return {"Bucket": "raw", "Key": "a&b", "ETag": '"e-1"'}

    answer = client_of(serve(work)).complete_multipart_upload(**ASKED)

    assert (answer["Bucket"], answer["Key"], answer["ETag"]) == ("raw", "a&b", '"e-1"')


@pytest.mark.parametrize(
    ("failure", "code"), [(InvalidPartError("u", 1, "e"), "InvalidPart"), (OSError("disk"), "InternalError")]
)
def test_what_fails_late_is_told_in_the_document(
    serve: Callable[[Work], Server], failure: Exception, code: str
) -> None:
    """
    The status was 200 long before; SDKs know, and raise all the same.
    """

    async def work() -> Output:
        await asyncio.sleep(0.2)
        raise failure

    assert refused(client_of(serve(work)).complete_multipart_upload, **ASKED)[0] == code
