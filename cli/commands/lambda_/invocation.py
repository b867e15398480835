"""`lambda invoke` as HTTP: to the server, or to one that lives for this call alone."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from cli import errors
from cli.output import Answer, note, write_bytes
from cli.server import Reply, any_server
from emulator.errors import EmulatorError, InvalidRequestError, NotFoundError
from emulator.functions.references import parse_reference
from emulator.settings import Settings

_QUEUED = 202


@dataclass(frozen=True)
class Call:
    """One invocation to make."""

    function: str
    payload: bytes
    kind: str
    log_type: str
    qualifier: str | None = None
    client_context: str | None = None
    """In base64, as AWS's command takes it."""


def run(settings: Settings, call: Call) -> Reply:
    """Make *call* and return the answer."""
    if call.kind not in ("RequestResponse", "Event", "DryRun"):
        raise InvalidRequestError(f"{call.kind!r} is no invocation type: RequestResponse, Event or DryRun")
    headers = {"X-Amz-Invocation-Type": call.kind, "X-Amz-Log-Type": call.log_type}
    if call.client_context:
        if not (call.client_context.isascii() and call.client_context.isprintable()):
            raise InvalidRequestError("Client context must be a valid Base64-encoded JSON object.")
        headers["X-Amz-Client-Context"] = call.client_context
    asked = parse_reference(call.function, call.qualifier)
    path = f"/2015-03-31/functions/{asked.name}/invocations"
    if asked.qualifier:
        path += f"?Qualifier={quote(asked.qualifier)}"
    with any_server(settings) as server:
        return server.request("POST", path, call.payload, headers)


def answer_of(call: Call, reply: Reply, outfile: Path | None, *, fail: bool) -> Answer:
    """Write the payload where it belongs and return the rest as AWS's command does."""
    if reply.status >= 300:
        raise _error(reply)
    if log := reply.headers.get("x-amz-log-result"):
        note(base64.b64decode(log).decode("utf-8", "replace").rstrip().replace("\r", "\n"))
    failed = reply.headers.get("x-amz-function-error")
    document: dict[str, object] = {"StatusCode": reply.status}
    if failed:
        document["FunctionError"] = failed
    if "x-amz-executed-version" in reply.headers:
        document["ExecutedVersion"] = reply.headers["x-amz-executed-version"]
    exit_code = errors.FUNCTION_FAILED if failed and fail else 0
    if reply.status == _QUEUED:
        return _queued(document, reply.headers.get("x-amzn-requestid", ""), outfile)
    if outfile is not None:
        outfile.write_bytes(reply.body)
        return Answer(document, columns=tuple(document), rows=[tuple(document.values())], exit_code=exit_code)
    write_bytes(reply.body + (b"\n" if reply.body else b""))
    hint = f"the handler failed ({failed}); see `cloudlet lambda logs {call.function}`" if failed else None
    return Answer(None, text="", hint=hint, exit_code=exit_code)


def _queued(document: dict[str, object], request_id: str, outfile: Path | None) -> Answer:
    """Return the answer to an event, which has no result: its request id is what one asks by later."""
    if outfile is not None:
        outfile.write_bytes(b"")
    hint = f"it is queued for the server; what became of it: cloudlet events show {request_id}"
    return Answer(document, columns=("STATUS", "REQUEST ID"), rows=[(_QUEUED, request_id)], ids=[request_id], hint=hint)


def _error(reply: Reply) -> EmulatorError:
    code = reply.headers.get("x-amzn-errortype", "ServiceException")
    try:
        body = json.loads(reply.body)
    except ValueError:
        body = {"Message": reply.body.decode("utf-8", "replace")}
    kind = {400: InvalidRequestError, 413: InvalidRequestError, 404: NotFoundError}.get(reply.status, EmulatorError)
    return kind(str(body.get("Message") or body.get("message")), code=code, hint=body.get("Hint"))
