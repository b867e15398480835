"""What is for a service of AWS that is not on this endpoint: told in its own form, before S3 takes it for a bucket.

Lambda's operations that are not here are `lambda_.refusal`'s: they show by their paths, these by a header.
"""

import json
from collections.abc import Awaitable, Callable

from aiohttp import web

_TARGET = "X-Amz-Target"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def refuse_other_services(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer the JSON protocol, which `aws events` and `aws logs` speak; S3 and Lambda have no such header."""
    target = request.headers.get(_TARGET)
    if target is None:
        return await handler(request)
    service, _, operation = target.partition(".")
    document = {
        "__type": "UnknownOperationException",
        "message": f"{operation or service} of {service} is not on this endpoint: it has Lambda and S3",
        "Hint": "the commands of cloudlet have it, if anything has: cloudlet --help",
    }
    body = json.dumps(document).encode()
    return web.Response(status=400, body=body, content_type="application/x-amz-json-1.1")
