"""Our own door, under a path that no bucket can have: is the server up, is everything done."""

from aiohttp import web

from emulator.functions.events.queue import FailedInvocation, InvocationQueue
from emulator.pipeline.serving import Pipeline

STATUS_PATH = "/_cloudlet/status"
WAIT_PATH = "/_cloudlet/wait"
_LONGEST_WAIT_SECONDS = 7 * 24 * 3600.0


class ControlDoor:
    """Answers `cloudlet status` and `cloudlet wait`."""

    def __init__(self, pipeline: Pipeline, queue: InvocationQueue, facts: dict[str, object]) -> None:
        self._pipeline = pipeline
        self._queue = queue
        self._facts = facts

    async def status(self, _: web.Request) -> web.StreamResponse:
        return web.json_response(self._facts | {"queue": self._queue.counts()})

    async def wait(self, request: web.Request) -> web.StreamResponse:
        """Answer when nothing is pending any more, or after `timeout` seconds."""
        try:
            seconds = max(0.0, min(float(request.query.get("timeout", "60")), _LONGEST_WAIT_SECONDS))
        except ValueError:
            raise web.HTTPBadRequest(text="timeout is a number of seconds") from None
        in_time = await self._pipeline.settle(seconds)
        if request.transport is None or request.transport.is_closing():
            return web.Response()  # nobody hears it: the failures are for the next who asks
        failed = [_document(row) for row in self._queue.report_failed()]
        retried = [_document(row) | {"NextTrySeconds": row.next_try_seconds} for row in self._queue.retried()]
        return web.json_response(
            {"Idle": in_time, "Pending": self._queue.pending(), "Failed": failed, "Retried": retried}
        )


def _document(row: FailedInvocation) -> dict[str, object]:
    return {"RequestId": row.request_id, "FunctionName": row.function, "Source": row.source, "Error": row.error}
