"""`Expect: 100-continue`: SDKs ask whether to send a body at all, and wait for a word.

The library has a handler for it, which fails on an expectation that is no text.
"""

from aiohttp import HttpVersion11, web


async def meet_expectation(request: web.Request) -> None:
    """Tell the sender to go on; anything else that it may expect is refused, as by S3."""
    if request.version < HttpVersion11:
        return
    if request.headers["Expect"].lower() != "100-continue":
        raise web.HTTPExpectationFailed
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0  # the answer itself has not begun
