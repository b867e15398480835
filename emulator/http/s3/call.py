"""One request on its way through an operation."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any, ParamSpec, TypeAlias, TypeVar

from aiohttp import web

from emulator.buckets import Buckets, Origin
from emulator.http.aws.model import Operation
from emulator.http.aws.s3 import s3
from emulator.http.s3.pace import STRANGERS, Pace
from emulator.settings import Settings
from emulator.signatures import BodyVerifier

P = ParamSpec("P")
T = TypeVar("T")

Output: TypeAlias = Mapping[str, Any]
"""What an operation returns: what boto3 will give its caller."""


@dataclass(frozen=True)
class Means:
    """What a door answers with, whatever the call."""

    buckets: Buckets
    settings: Settings
    threads: Executor
    writer: Executor
    """
    One thread, for what is short: more of them would wait for each other, as SQLite has one writer.

    It is not the pipeline's: a put is a file as well as a row, and who handles events would stand behind all of them.
    """
    pace: Pace = STRANGERS
    """How slowly a body may come."""


@dataclass(frozen=True)
class Call:
    """A request that has been understood, and what answers it. *asked* is what a caller of boto3 passed."""

    request: web.Request
    request_id: str
    means: Means
    operation: Operation
    asked: Mapping[str, Any]
    headers: Mapping[str, str]
    """Those of the request and those that a presigned URL holds; ask for them in lower case."""
    body_verifier: BodyVerifier | None = None
    """Knows what the signature says of the body; None if nobody asks for signatures."""

    @property
    def buckets(self) -> Buckets:
        return self.means.buckets

    @property
    def settings(self) -> Settings:
        return self.means.settings

    @property
    def bucket(self) -> str:
        return str(self.asked["Bucket"])

    @property
    def key(self) -> str:
        return str(self.asked["Key"])

    @property
    def version_id(self) -> str | None:
        return self.asked.get("VersionId")

    @property
    def origin(self) -> Origin:
        """Return who makes a change: what comes of the request carries its trace header on."""
        return Origin(self.request_id, self.headers.get("x-amzn-trace-id") or "")

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what may take long, as it moves many bytes or looks at many files, in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.means.threads, partial(work, *args, **kwargs))

    async def write(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do something short that changes the state, after what others began."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.means.writer, partial(work, *args, **kwargs))

    def answer(self, output: Output, status: int | None = None) -> web.Response:
        """Return an answer that is whole: headers, and a document or nothing."""
        rendered = s3().protocol.render(self.operation, output)
        headers = common_headers(self.request_id) | rendered.headers
        if self.request.method == "HEAD":
            return web.Response(status=status or rendered.status, headers=headers)
        return web.Response(status=status or rendered.status, headers=headers, body=rendered.body or None)


Handler: TypeAlias = Callable[[Call], Awaitable[Output | web.StreamResponse]]


def common_headers(request_id: str) -> dict[str, str]:
    """Return the headers of every answer."""
    return {"Server": "AmazonS3", "x-amz-request-id": request_id, "x-amz-id-2": host_id(request_id)}


def host_id(request_id: str) -> str:
    """Return the second id that S3 gives every request, long and opaque."""
    return f"{request_id}/cloudlet{request_id[::-1]}="
