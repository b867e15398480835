"""Our own door, under a path that no bucket can have: is the server up, is everything done, is there news."""

import dataclasses

from aiohttp import web

from emulator.functions.events.event import FailedInvocation
from emulator.functions.events.queue import InvocationQueue
from emulator.pipeline.serving import Pipeline

_LONGEST_WAIT_SECONDS = 7 * 24 * 3600.0


class ControlDoor:
    """Answers `cloudlet status` and `cloudlet wait`, and hears of what other commands queued."""

    def __init__(self, pipeline: Pipeline, queue: InvocationQueue, facts: dict[str, object]) -> None:
        self._pipeline = pipeline
        self._queue = queue
        self._facts = facts

    async def status(self, _: web.Request) -> web.StreamResponse:
        choice = self._pipeline.worker_transport
        now = {
            "worker_transport": dataclasses.asdict(choice) if choice else None,
            "queue": self._queue.counts(),
            "troubles": self._pipeline.troubles,
        }
        return web.json_response(self._facts | now)

    async def wait(self, request: web.Request) -> web.StreamResponse:
        """Answer when nothing is pending any more, or after `timeout` seconds."""
        try:
            seconds = max(0.0, min(float(request.query.get("timeout", "60")), _LONGEST_WAIT_SECONDS))
        except ValueError:
            raise web.HTTPBadRequest(text="timeout is a number of seconds") from None
        in_time = await self._pipeline.settle(seconds)
        if request.transport is None or request.transport.is_closing():
            return web.Response()  # nobody hears it: the failures are for the next who asks
        failed = [_document(row) for row in await self._pipeline.report_failed()]
        retried = [_document(row) | {"NextTrySeconds": row.next_try_seconds} for row in self._queue.retried()]
        pending = self._queue.pending() + self._queue.outbox.pending()
        return web.json_response({"Idle": in_time, "Pending": pending, "Failed": failed, "Retried": retried})

    async def wake(self, _: web.Request) -> web.StreamResponse:
        """Look at the queue at once: another process has put something into it."""
        self._pipeline.wake()
        return web.Response(status=204)


def _document(row: FailedInvocation) -> dict[str, object]:
    return {"RequestId": row.request_id, "FunctionName": row.function, "Source": row.source, "Error": row.error}
