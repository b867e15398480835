"""POST /bucket?delete — up to a thousand keys at once, each with an outcome of its own."""

import asyncio

from aiohttp import web

from emulator.errors import EmulatorError
from emulator.http.s3.body import Body
from emulator.http.s3.call import Call
from emulator.http.s3.router import Operation
from emulator.http.s3.xml import Content, malformed, parse, render

_MAX_KEYS = 1000


async def run(call: Call) -> web.StreamResponse:
    document = parse(await Body(call).document())
    keys = [element.findtext("Key") or "" for element in document.findall("Object")]
    if document.tag != "Delete" or not 0 < len(keys) <= _MAX_KEYS:
        raise malformed()
    await asyncio.to_thread(call.buckets.get, call.bucket)
    outcome = await asyncio.to_thread(_delete, call, keys, document.findtext("Quiet") == "true")
    return call.answer(xml=render("DeleteResult", outcome))


def _delete(call: Call, keys: list[str], quiet: bool) -> list[tuple[str, Content]]:
    outcome: list[tuple[str, Content]] = []
    for key in keys:
        try:
            call.buckets.objects.delete(call.bucket, key, origin=call.origin)
        except EmulatorError as error:
            outcome.append(("Error", [("Key", key), ("Code", error.code), ("Message", error.message)]))
        else:
            if not quiet:
                outcome.append(("Deleted", [("Key", key)]))
    return outcome


OPERATION = Operation("DeleteObjects", "POST", "bucket", run, query=("delete",))
