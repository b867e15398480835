"""Payload format 2.0, both ways: what a handler sees of a request, and what a caller gets of its result."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.functions.records import InvocationResult, Outcome
from emulator.functions.urls.event import Caller, HttpRequest, event, payload
from emulator.functions.urls.model import FunctionUrl
from emulator.functions.urls.response import answer

ID = "abcdefghijklmnopqrstuvwxyz012345"
URL = FunctionUrl(ID, "hello", "$LATEST", "NONE", "2026-01-02T03:04:05.000000Z", "2026-01-02T03:04:05.000000Z")
NOW = datetime(2026, 8, 5, 8, 14, 39, 885_000, tzinfo=UTC)


def seen(
    method: str = "GET",
    path: str = "/",
    query: str = "",
    headers: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
    caller: Caller | None = None,
) -> dict[str, Any]:
    return event(URL, HttpRequest(method, path, query, headers, body, "127.0.0.1"), "an-id", NOW, caller)


def got(returned: object) -> tuple[int, dict[str, str], bytes]:
    found = answer(InvocationResult("r", json.dumps(returned).encode()))
    return found.status, dict(found.headers), found.body


def test_a_plain_request_is_exactly_awss_event() -> None:
    """
    Frameworks look at every field, and at those that are not there.
    """
    assert seen(headers=[("Host", f"{ID}.lambda-url.localhost:4566"), ("User-Agent", "agent")]) == {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/",
        "rawQueryString": "",
        "headers": {"host": f"{ID}.lambda-url.localhost:4566", "user-agent": "agent"},
        "requestContext": {
            "accountId": "anonymous",
            "apiId": ID,
            "domainName": f"{ID}.lambda-url.localhost",
            "domainPrefix": ID,
            "http": {
                "method": "GET",
                "path": "/",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "agent",
            },
            "requestId": "an-id",
            "routeKey": "$default",
            "stage": "$default",
            "time": "05/Aug/2026:08:14:39 +0000",
            "timeEpoch": 1785917679885,
        },
        "isBase64Encoded": False,
    }


def test_headers_cookies_and_parameters_that_come_twice_are_joined() -> None:
    """
    Format 2.0 has no lists of values, except for cookies.
    """
    found = seen(
        path="/a%20b/c",
        query="q=1&q=2&empty=&space=a%20b",
        headers=[("X-Twice", "one"), ("x-twice", "two"), ("Cookie", "a=1; b=2"), ("Cookie", "c=3")],
    )

    assert found["headers"] == {"x-twice": "one,two"}
    assert found["cookies"] == ["a=1", "b=2", "c=3"]
    assert found["rawPath"] == "/a%20b/c"
    assert found["rawQueryString"] == "q=1&q=2&empty=&space=a%20b"
    assert found["queryStringParameters"] == {"q": "1,2", "empty": "", "space": "a b"}


@pytest.mark.parametrize(
    ("content_type", "body", "is_encoded"),
    [
        ("application/json", b'{"a": 1}', False),
        ("application/json; charset=utf-8", "ä".encode(), False),
        ("TEXT/Plain", b"text", False),
        ("application/xml", b"<a/>", False),
        ("application/javascript", b"1", False),
        ("text/plain", b"\xff", True),
        ("application/x-www-form-urlencoded", b"a=1", True),
        ("multipart/form-data; boundary=x", b"--x--", True),
        ("application/octet-stream", b"text", True),
        ("", b"text", True),
    ],
)
def test_a_body_is_text_or_base64_by_its_type(content_type: str, body: bytes, is_encoded: bool) -> None:
    """
    As measured on AWS: a form comes in base64, which surprises people once.
    """
    found = seen("POST", headers=[("Content-Type", content_type)] if content_type else [], body=body)

    assert found["isBase64Encoded"] is is_encoded
    assert found["body"] == (base64.b64encode(body).decode() if is_encoded else body.decode())


@given(body=st.binary(min_size=1), kind=st.sampled_from(["text/plain", "application/json", "image/png"]))
def test_no_byte_of_a_body_is_lost(body: bytes, kind: str) -> None:
    """
    Whatever it is, the handler can have it back.
    """
    found = json.loads(payload(seen("POST", headers=[("Content-Type", kind)], body=body)))

    text = found["body"]
    assert (base64.b64decode(text) if found["isBase64Encoded"] else text.encode()) == body


def test_who_signed_is_in_the_event() -> None:
    """
    Handlers of AWS_IAM read it there.
    """
    context = seen(caller=Caller("AKIAEXAMPLE"))["requestContext"]

    assert context["accountId"] == "000000000000"
    assert context["authorizer"]["iam"]["accessKey"] == "AKIAEXAMPLE"


@pytest.mark.parametrize(
    ("returned", "status", "kind", "body"),
    [
        ({"message": "hi"}, 200, "application/json", b'{"message": "hi"}'),
        ("Hello", 200, "application/json", b"Hello"),
        ([1], 200, "application/json", b"[1]"),
        (None, 200, "application/json", b"null"),
        ({"statusCode": 204}, 204, "application/json", b""),
        ({"statusCode": "418", "body": "teapot"}, 418, "application/json", b"teapot"),
        ({"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": "<p>"}, 200, "text/html", b"<p>"),
        ({"statusCode": 200, "body": {"a": 1}}, 200, "application/json", b'{"a": 1}'),
        ({"statusCode": 200, "body": "aGk=", "isBase64Encoded": True}, 200, "application/json", b"hi"),
        ({"statusCode": 200, "headers": None, "cookies": None, "body": "x"}, 200, "application/json", b"x"),
    ],
)
def test_a_result_becomes_an_answer(returned: object, status: int, kind: str, body: bytes) -> None:
    """
    With a statusCode as it says; without one it is guessed, as AWS does.
    """
    assert got(returned) == (status, {"content-type": kind}, body)


def test_cookies_are_headers_of_their_own() -> None:
    """
    Joined by a comma, a browser would read one.
    """
    found = answer(
        InvocationResult("r", b'{"statusCode": 200, "cookies": ["a=1", "b=2"], "headers": {"X-Number": 7}, "body": ""}')
    )

    assert [value for name, value in found.headers if name == "set-cookie"] == ["a=1", "b=2"]
    assert ("x-number", "7") in found.headers


@pytest.mark.parametrize(
    "returned",
    [
        {"statusCode": "abc"},
        {"statusCode": 100},
        {"statusCode": 1000},
        {"statusCode": None},
        {"statusCode": 200, "headers": "x"},
        {"statusCode": 200, "headers": {"X": "a\r\nSet-Cookie: evil=1"}},
        {"statusCode": 200, "cookies": 7},
        {"statusCode": 200, "body": "a", "isBase64Encoded": True},
    ],
)
def test_what_is_no_answer_is_a_502(returned: object) -> None:
    """
    A handler's mistake must not break the connection, nor let its data write headers.
    """
    assert got(returned) == (502, {"content-type": "text/plain"}, b"Internal Server Error")


def test_a_handler_that_failed_is_a_502_and_tells_nothing() -> None:
    """
    Its traceback is for the log.
    """
    found = answer(InvocationResult("r", b'{"errorMessage": "secret"}', Outcome.ERROR))

    assert (found.status, found.body) == (502, b"Internal Server Error")
