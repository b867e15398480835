"""An object's bytes as they come: written, hashed, and compared in the end with what the sender said of them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType

from emulator.buckets import Content
from emulator.buckets.checksums import (
    DEFAULT,
    Algorithm,
    Checksum,
    check_content_md5,
    given_in,
    parse_content_md5,
    verify,
)
from emulator.buckets.staging import StagedFile
from emulator.http.s3.body import BLOCK_BYTES, Body
from emulator.http.s3.call import Call


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
    finish: Callable[[Received], None],
    kept: Algorithm | None = None,
    body: Body | None = None,
) -> None:
    """
    Read the body of *call* into what *stage* opens, and hand it to *finish*; nothing of it is left if that raises.

    *body* is given where it is not all of the request's. All that touches a disk happens in a thread, for a small one
    in one go.
    """
    if body is None:
        body = Body(call.request, call.headers, call.body_verifier, call.means.pace)
        body.check_measured()
    if body.length is not None and body.length <= BLOCK_BYTES:
        content = await body.whole(BLOCK_BYTES)

        def take_all() -> None:
            with Received(call, stage(), body, kept) as received:
                received.write(content)
                finish(received)

        await call.write(take_all)
        return
    with Received(call, await call.run(stage), body, kept) as received:
        async for block in body.blocks():
            await call.run(received.write, block)
        await call.run(finish, received)
