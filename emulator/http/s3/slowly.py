"""An answer that takes long: begun at once, and kept alive with white space, so that no client gives up on it.

The status is 200 by then. What goes wrong afterwards is told in the document, as AWS does, and SDKs look there.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from aiohttp import web

from emulator.errors import EmulatorError
from emulator.http.aws.s3 import s3
from emulator.http.aws.xml_writing import DECLARATION
from emulator.http.s3.call import Call, Output, common_headers
from emulator.http.s3.errors import error_answer

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 10.0


async def slowly(
    call: Call, work: Coroutine[Any, Any, Output], patience_seconds: float = PATIENCE_SECONDS
) -> Output | web.StreamResponse:
    """
    Return what *work* does if that is soon, else an answer that is on its way already.

    The work goes on if the client goes away: who asks again learns what came of it.
    """
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=patience_seconds)
    if done:
        return task.result()
    task.add_done_callback(_seen)
    response = web.StreamResponse(headers=common_headers(call.request_id) | {"Content-Type": "application/xml"})
    await response.prepare(call.request)
    await response.write(DECLARATION.encode())
    while not done:
        await response.write(b" ")
        done, _ = await asyncio.wait({task}, timeout=patience_seconds)
    await response.write(_document(call, task).removeprefix(DECLARATION.encode()))
    await response.write_eof()
    return response


def _document(call: Call, task: asyncio.Task[Output]) -> bytes:
    failure = task.exception()
    if failure is None:
        return s3().protocol.render(call.operation, task.result()).body or b""
    if not isinstance(failure, EmulatorError):
        log.error("request failed: id=%s", call.request_id, exc_info=failure)
        failure = EmulatorError("We encountered an internal error. Please try again.")
    body = error_answer(call.request, call.request_id, failure).body
    return body if isinstance(body, bytes) else b""


def _seen(task: asyncio.Task[Output]) -> None:
    """Look at how the work ended, even if the client did not wait for it."""
    if not task.cancelled():
        task.exception()
