"""An object's bytes as they come: written, hashed, and compared in the end with what the sender said of them."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TypeVar

from emulator.buckets import Content, Description, StoredObject, Writing
from emulator.buckets.checksums import (
    DEFAULT,
    Algorithm,
    Checksum,
    check_content_md5,
    given_in,
    parse_content_md5,
    verify,
)
from emulator.buckets.placements import Placement
from emulator.buckets.staging import StagedFile
from emulator.http.s3.body import BLOCK_BYTES, Body
from emulator.http.s3.call import Call

T = TypeVar("T")


class Received(AbstractContextManager["Received"]):
    """A body on its way to disk. *kept* is the algorithm of the checksum that is kept of it, None for the sender's."""

    def __init__(self, call: Call, staged: StagedFile, body: Body, kept: Algorithm | None = None) -> None:
        self.staged = staged
        self._body = body
        self._given = given_in(call.headers)
        md5 = call.headers.get("content-md5")
        self._content_md5 = None if md5 is None else parse_content_md5(md5)
        sent = self._given.algorithm if self._given else kept or DEFAULT
        self._sent = Checksum(sent)
        self._kept = self._sent if kept in (None, sent) else Checksum(kept or DEFAULT)
        self.kept = kept or sent

    def write(self, block: bytes) -> None:
        """Take the next block."""
        self.staged.write(block)
        self._sent.update(block)
        if self._kept is not self._sent:
            self._kept.update(block)

    def verified(self) -> Content:
        """Return what the bytes are, all of them being here; BadDigestError if the sender said otherwise."""
        etag = self.staged.etag
        if self._content_md5 is not None:
            check_content_md5(self._content_md5, bytes.fromhex(etag))
        verify(self._given, self._sent, self._body.trailers)
        return Content(etag, {self.kept.member: self._kept.base64()})

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.staged.__exit__(kind, error, trace)


async def receive(
    call: Call,
    stage: Callable[[], StagedFile],
    finish: Callable[[Received], T],
    kept: Algorithm | None = None,
) -> T:
    """
    Read the body of *call* into what *stage* opens, and return what *finish* does; nothing is left if that raises.

    All that touches a disk happens in a thread, for a small one in one go.
    """
    body = _measured(call)
    if body.is_small:
        content = await body.whole(BLOCK_BYTES)

        def take_all() -> T:
            with Received(call, stage(), body, kept) as received:
                received.write(content)
                return finish(received)

        return await call.write(take_all)
    with Received(call, await call.run(stage), body, kept) as received:
        await _write_all(call, received, body)
        return await call.run(finish, received)


async def receive_object(
    call: Call,
    description: Description,
    writing: Writing,
    body: Body | None = None,
    check: Callable[[Received], None] = lambda received: None,
) -> StoredObject:
    """
    Store the body of *call* as the object that it names, unless *check* raises when all of it is here.

    *body* is given where it is not all of the request's.
    """
    body = body or _measured(call)
    objects = call.buckets.objects

    def placement(received: Received) -> Placement:
        check(received)
        content = received.verified()
        content = Content(content.etag, {**content.checksums, "ChecksumType": "FULL_OBJECT"})
        return Placement(call.bucket, call.key, received.staged, description, content, writing)

    if body.is_small:
        whole = await body.whole(BLOCK_BYTES)

        def take_all() -> Placement:
            received = Received(call, objects.stage(call.bucket, call.key, description), body)
            try:
                received.write(whole)
                return placement(received)
            except BaseException:
                received.staged.close()
                raise

        return await call.means.writer.place(take_all)
    with Received(call, await call.run(objects.stage, call.bucket, call.key, description), body) as received:
        await _write_all(call, received, body)
        return await call.means.writer.place(lambda: placement(received))


def _measured(call: Call) -> Body:
    """Return the body of *call*, which says how long it is."""
    body = Body(call.request, call.headers, call.body_verifier, call.means.pace)
    body.check_measured()
    return body


async def _write_all(call: Call, received: Received, body: Body) -> None:
    """Write one block while the next one comes."""
    writing: asyncio.Future[None] | None = None
    try:
        async for block in body.blocks():
            if writing is not None:
                await writing
            writing = asyncio.ensure_future(call.run(received.write, block))
    finally:
        if writing is not None:
            await writing
