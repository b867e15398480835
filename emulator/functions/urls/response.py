"""What a handler returned, as an HTTP answer: format 2.0, with AWS's guess where there is no statusCode."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from emulator.functions.records import InvocationResult

_JSON = ("content-type", "application/json")


@dataclass(frozen=True)
class HttpAnswer:
    """An answer to be sent; header names are in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def message(status: int, text: str | None, error_type: str | None = None) -> HttpAnswer:
    """Return an answer of AWS's own, such as `{"Message":"Forbidden"}`."""
    kind = (("x-amzn-errortype", error_type),) if error_type else ()
    return HttpAnswer(status, (_JSON, *kind), json.dumps({"Message": text}, separators=(",", ":")).encode())


def answer(result: InvocationResult) -> HttpAnswer:
    """Return what the caller gets of *result*: a handler that failed, or returned what is no answer, is a 502."""
    if result.function_error:
        return _failed()
    try:
        return _returned(result.payload)
    except (ValueError, TypeError, AttributeError):  # also text that no encoding knows, such as half of an emoji
        return _failed()


def _returned(payload: bytes) -> HttpAnswer:
    try:
        returned = json.loads(payload)
    except ValueError:
        return HttpAnswer(200, (_JSON,), payload)
    if isinstance(returned, dict) and "statusCode" in returned:
        return _described(returned)
    return HttpAnswer(200, (_JSON,), returned.encode() if isinstance(returned, str) else payload)


def _described(returned: dict[str, Any]) -> HttpAnswer:
    status = int(returned["statusCode"])
    if not 200 <= status <= 599:  # what is below 200 is no end of an answer
        return _failed()
    headers = [(str(name).lower(), _text(value)) for name, value in (returned.get("headers") or {}).items()]
    if not any(name == "content-type" for name, _ in headers):
        headers.append(_JSON)
    headers += [("set-cookie", str(cookie)) for cookie in returned.get("cookies") or ()]
    for line in (f"{name}{value}" for name, value in headers):
        line.encode()
        if any(character in line for character in "\r\n\0"):
            return _failed()
    return HttpAnswer(status, tuple(headers), _bytes(returned))


def _bytes(returned: dict[str, Any]) -> bytes:
    body = returned.get("body")
    if body is None:
        return b""
    if returned.get("isBase64Encoded"):
        try:
            return base64.b64decode("".join(str(body).split()), validate=True)
        except binascii.Error as error:
            raise ValueError(str(error)) from error
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _failed() -> HttpAnswer:
    """Return what AWS answers, which is no JSON."""
    return HttpAnswer(502, (("content-type", "text/plain"),), b"Internal Server Error")
