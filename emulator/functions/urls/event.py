"""An HTTP request as a handler sees it: payload format 2.0."""

import base64
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from emulator.functions.urls.model import FunctionUrl
from emulator.settings import ACCOUNT_ID

_TEXT = re.compile(r"text/.*|application/(json|xml|javascript)")
"""All else comes in base64, also a form and what says nothing of itself."""


@dataclass(frozen=True)
class HttpRequest:
    """A request as it came in; *path* and *query* are not decoded. A header may come several times."""

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    source_ip: str
    protocol: str = "HTTP/1.1"


@dataclass(frozen=True)
class Caller:
    """Who signed a request: the access key, as it says itself."""

    access_key: str


def event(
    url: FunctionUrl, request: HttpRequest, request_id: str, moment: datetime, caller: Caller | None
) -> dict[str, Any]:
    """Return the event; like AWS, without the cookies, the parameters or the body that there are not."""
    headers = _joined((name.lower(), value) for name, value in request.headers)
    cookies = headers.pop("cookie", "")
    domain = f"{url.id}.lambda-url.localhost"
    found: dict[str, Any] = {"version": "2.0", "routeKey": "$default", "rawPath": request.path}
    found["rawQueryString"] = request.query
    if cookies:
        found["cookies"] = [cookie.strip() for cookie in re.split("[;,]", cookies)]
    found["headers"] = headers
    if request.query:
        found["queryStringParameters"] = _joined(parse_qsl(request.query, keep_blank_values=True))
    found["requestContext"] = _context(url, request, request_id, moment, caller) | {
        "domainName": domain,
        "domainPrefix": url.id,
    }
    return found | _body(request, headers.get("content-type", ""))


def payload(found: dict[str, Any]) -> bytes:
    return json.dumps(found, ensure_ascii=False).encode()


def _context(
    url: FunctionUrl, request: HttpRequest, request_id: str, moment: datetime, caller: Caller | None
) -> dict[str, Any]:
    context: dict[str, Any] = {
        "accountId": ACCOUNT_ID if caller else "anonymous",
        "apiId": url.id,
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": dict(_joined((name.lower(), value) for name, value in request.headers)).get("user-agent", ""),
        },
        "requestId": request_id,
        "routeKey": "$default",
        "stage": "$default",
        "time": moment.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(moment.timestamp() * 1000),
    }
    if caller:
        context["authorizer"] = {"iam": _identity(caller)}
    return context


def _identity(caller: Caller) -> dict[str, str | None]:
    return {
        "accessKey": caller.access_key,
        "accountId": ACCOUNT_ID,
        "callerId": caller.access_key,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": f"arn:aws:iam::{ACCOUNT_ID}:root",
        "userId": caller.access_key,
    }


def _body(request: HttpRequest, content_type: str) -> dict[str, Any]:
    if not request.body:
        return {"isBase64Encoded": False}
    if _TEXT.fullmatch(content_type.partition(";")[0].strip().lower()):
        try:
            return {"body": request.body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the pairs with the values of one name joined by commas."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined
