"""CORS: what pages of other origins may do with a bucket, as their browsers ask; and what the guard lets through."""

import asyncio
import http.client
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from aiohttp import web
from botocore.config import Config

from emulator.buckets import Buckets
from emulator.http.guard import guard
from emulator.http.s3 import S3Door
from emulator.settings import Settings
from tests.unit.s3.conftest import Server
from tests.unit.s3.test_settings import refused

PAGE = "http://page.example"
NOT_ALLOWED = (
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method /"
    " Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource&apos;s CORS"
    " spec."
)


class GuardedServer(Server):
    """The door behind the guard, as it is in the server; and another door beside it, which changes things."""

    def __init__(self, door: S3Door) -> None:
        super().__init__(door)
        self.door = door
        self.invoked = 0

    async def _open(self) -> None:
        app = web.Application(middlewares=[guard(set(), self.door.cors.lets_write)])
        app.router.add_post("/2015-03-31/functions/f/invocations", self._invoke)
        self.door.add_to(app)
        self._runner = web.AppRunner(app, access_log=None, auto_decompress=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    async def _invoke(self, request: web.Request) -> web.Response:
        self.invoked += 1
        return web.Response()

    async def _close(self) -> None:
        await self._runner.cleanup()
        await asyncio.get_running_loop().shutdown_default_executor()


@pytest.fixture
def server(buckets: Buckets, settings: Settings) -> Iterator[GuardedServer]:
    server = GuardedServer(S3Door(buckets, settings))
    server.start()
    yield server
    server.stop()


def send(
    server: Server, method: str, target: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> tuple[int, dict[str, str], str]:
    """Return status, the headers that concern CORS (names in lower case) and the body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    given = headers or {}
    connection.putrequest(method, target, skip_host="Host" in given)
    for name, value in {"Content-Length": str(len(body)), **given}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    content = answer.read().decode()
    connection.close()
    found = {name.lower(): value for name, value in answer.getheaders()}
    told = {name: text for name, text in found.items() if name.startswith("access-control-") or name == "vary"}
    return answer.status, told, content


def ask(server: Server, target: str, origin: str | None = PAGE, method: str | None = "PUT", *names: str) -> Any:
    """Send the preflight of a browser."""
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    if names:
        headers["Access-Control-Request-Headers"] = ",".join(names)
    return send(server, "OPTIONS", target, {name: text for name, text in headers.items() if text is not None})


def allow(s3: Any, bucket: str = "raw", **rule: Any) -> None:
    rules = [{"AllowedOrigins": [PAGE], "AllowedMethods": ["GET", "PUT"]} | rule]
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})


VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"


def test_a_preflight_is_answered_by_the_rule_that_fits(server: Server, s3: Any, raw: Path) -> None:
    """
    Headers as AWS has them; the object need not be there.
    """
    allow(s3, AllowedHeaders=["x-amz-*", "Content-Type"], ExposeHeaders=["ETag", "x-amz-request-id"], MaxAgeSeconds=50)

    status, headers, body = ask(server, "/raw/a", PAGE, "PUT", "content-type", "X-Amz-Meta-Who")

    assert (status, body) == (200, "")
    assert headers == {
        "access-control-allow-origin": PAGE,
        "access-control-allow-methods": "GET, PUT",
        "access-control-allow-headers": "content-type, x-amz-meta-who",
        "access-control-expose-headers": "ETag, x-amz-request-id",
        "access-control-allow-credentials": "true",
        "access-control-max-age": "50",
        "vary": VARY,
    }


@pytest.mark.parametrize(
    ("pattern", "origin", "fits"),
    [
        ("*", "http://any.example", True),
        ("*", "null", True),
        ("http://*.example.com", "http://a.example.com", True),
        ("http://*.example.com", "http://a.b.example.com", True),
        ("http://*.example.com", "http://example.com", False),
        ("http://*.example.com", "http://a.example.com.evil", False),
        ("http://*.example.com", "https://a.example.com", False),
        ("start*end", "startend", True),
        ("start*ending", "starting", False),
        ("http://page.example", "http://page.example/", False),
        ("http://page.example", "http://page.example:80", False),
        ("http://page.example", "HTTP://PAGE.EXAMPLE", False),
    ],
)
def test_one_asterisk_stands_for_anything(
    server: Server, s3: Any, raw: Path, pattern: str, origin: str, fits: bool
) -> None:
    """
    At both ends the rest must fit; an answer to anybody is the same for anybody.
    """
    allow(s3, AllowedOrigins=[pattern])

    status, headers, _ = ask(server, "/raw/a", origin)

    assert status == (200 if fits else 403)
    assert headers.get("access-control-allow-origin") == (("*" if pattern == "*" else origin) if fits else None)
    assert ("access-control-allow-credentials" in headers) == (fits and pattern != "*")


@pytest.mark.parametrize(
    ("origin", "method", "names", "status", "code", "message"),
    [
        (None, "PUT", (), 400, "BadRequest", "Insufficient information. Origin request header needed."),
        ("http://other.example", "PUT", (), 403, "AccessForbidden", NOT_ALLOWED),
        (PAGE, "DELETE", (), 403, "AccessForbidden", NOT_ALLOWED),
        (PAGE, "PUT", ("x-amz-acl",), 403, "AccessForbidden", NOT_ALLOWED),
        (PAGE, "PATCH", (), 400, "BadRequest", "Invalid Access-Control-Request-Method: PATCH"),
        (PAGE, None, (), 400, "BadRequest", "Invalid Access-Control-Request-Method: null"),
    ],
)
def test_a_preflight_that_no_rule_fits_has_aws_s_document(
    server: Server,
    s3: Any,
    raw: Path,
    origin: str | None,
    method: str | None,
    names: tuple[str, ...],
    status: int,
    code: str,
    message: str,
) -> None:
    """
    With none of the headers: that is what stops a browser.
    """
    allow(s3)

    found, headers, body = ask(server, "/raw/a", origin, method, *names)

    assert (found, headers) == (status, {})
    assert f"<Code>{code}</Code><Message>{message}</Message>" in body.replace("'", "&apos;")
    if status == 403:
        assert f"<Method>{method}</Method><ResourceType>OBJECT</ResourceType>" in body


def test_what_no_browser_sends_is_refused(server: Server, s3: Any, raw: Path) -> None:
    """
    Bytes that no header can hold are not sent back, whatever the rules say.
    """
    allow(s3, AllowedOrigins=["http://*"], AllowedHeaders=["*"])

    assert ask(server, "/raw/a", "http://é\xff")[:2] == (403, {})
    assert ask(server, "/raw/a", PAGE, "PUT", "\xff")[:2] == (403, {})
    assert send(server, "PUT", "/raw/a", {"Origin": "http://\xff"}, b"x")[:2] == (403, {})


def test_a_bucket_without_rules_says_that_cors_is_not_enabled(server: Server, s3: Any, raw: Path) -> None:
    """
    As does one that is not there, in other words.
    """
    status, headers, body = ask(server, "/raw/a")
    gone = ask(server, "/none/a")

    assert (status, headers) == (403, {})
    assert "<Message>CORSResponse: CORS is not enabled for this bucket.</Message>" in body
    assert "<Method>PUT</Method><ResourceType>BUCKET</ResourceType>" in body
    assert (gone[0], "<Message>CORSResponse: Bucket not found</Message>" in gone[2]) == (403, True)


def test_answers_have_the_headers_too_errors_and_large_ones(server: Server, s3: Any, raw: Path) -> None:
    """
    Without them a page could not even read why; a large object is on its way before its handler ends.
    """
    allow(s3, ExposeHeaders=["ETag"], MaxAgeSeconds=5)
    (raw / "small").write_text("x")
    (raw / "large").write_text("x" * 1_000_000)
    wanted = {
        "access-control-allow-origin": PAGE,
        "access-control-allow-methods": "GET, PUT",
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "ETag",
        "access-control-max-age": "5",
        "vary": VARY,
    }

    for target, status in (("/raw/small", 200), ("/raw/large", 200), ("/raw/none", 404), ("/raw?list-type=2", 200)):
        assert send(server, "GET", target, {"Origin": PAGE})[:2] == (status, wanted)
    assert send(server, "GET", "/raw/small", {"Origin": "http://other.example"})[:2] == (200, {})
    assert send(server, "GET", "/raw/small")[:2] == (200, {})


def test_the_first_rule_that_fits_counts(server: Server, s3: Any, raw: Path) -> None:
    """
    Rules are not added up.
    """
    rules = [
        {"AllowedOrigins": ["http://*.example"], "AllowedMethods": ["GET"], "MaxAgeSeconds": 1},
        {"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "PUT"], "MaxAgeSeconds": 2},
    ]
    s3.put_bucket_cors(Bucket="raw", CORSConfiguration={"CORSRules": rules})

    assert ask(server, "/raw/a", PAGE, "GET")[1]["access-control-max-age"] == "1"
    assert ask(server, "/raw/a", PAGE, "PUT")[1]["access-control-max-age"] == "2"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"AllowedMethods": ["PATCH"]}, "Found unsupported HTTP method in CORS config. Unsupported method is PATCH"),
        ({"AllowedMethods": ["get"]}, "Found unsupported HTTP method in CORS config. Unsupported method is get"),
        ({"AllowedOrigins": ["*.*"]}, 'AllowedOrigin "*.*" can not have more than one wildcard.'),
        ({"AllowedHeaders": ["*-*"]}, 'AllowedHeader "*-*" can not have more than one wildcard.'),
        (
            {"ExposeHeaders": ["x-*"]},
            'ExposeHeader "x-*" contains wildcard. We currently do not support wildcard for ExposeHeader.',
        ),
        ({"ExposeHeaders": ["a\r\nSet-Cookie: b"]}, "An ExposeHeader is not the name of a header."),
    ],
)
def test_a_rule_that_cannot_be_is_refused(s3: Any, raw: Path, rule: dict[str, Any], message: str) -> None:
    """
    With AWS's words; nothing is kept.
    """
    whole = {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]} | rule

    found = refused(s3.put_bucket_cors, Bucket="raw", CORSConfiguration={"CORSRules": [whole]})

    assert found == ("InvalidRequest", 400, message)
    assert refused(s3.get_bucket_cors, Bucket="raw")[0] == "NoSuchCORSConfiguration"


def test_a_hundred_rules_fit_and_none_is_none(s3: Any, raw: Path) -> None:
    """
    AWS's limits.
    """
    rule = {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}

    s3.put_bucket_cors(Bucket="raw", CORSConfiguration={"CORSRules": [rule] * 100})

    assert refused(s3.put_bucket_cors, Bucket="raw", CORSConfiguration={"CORSRules": [rule] * 101})[1] == 400
    assert refused(s3.put_bucket_cors, Bucket="raw", CORSConfiguration={"CORSRules": []})[0] == "MalformedXML"
    assert len(s3.get_bucket_cors(Bucket="raw")["CORSRules"]) == 100


def test_a_page_may_write_where_the_rules_say_so_and_only_there(server: Server, s3: Any, raw: Path) -> None:
    """
    Any page can send a write to this machine without being asked: without a rule for it, nothing happens.
    """
    s3.create_bucket(Bucket="other")
    allow(s3)
    page = {"Origin": PAGE, "Sec-Fetch-Site": "cross-site"}

    allowed = send(server, "PUT", "/raw/a", page, b"x")
    refusals = [
        send(server, "PUT", "/other/a", page, b"x"),
        send(server, "PUT", "/raw/b", {"Origin": "http://other.example"}, b"x"),
        send(server, "DELETE", "/raw/a", page),
        send(server, "POST", "/raw/a?uploads", page),
        send(server, "PUT", "/new", page),
        send(server, "PUT", "/raw/b", {"Sec-Fetch-Site": "cross-site"}, b"x"),
    ]

    assert allowed[:2] == (200, allowed[1] | {"access-control-allow-origin": PAGE})
    assert [status for status, _, _ in refusals] == [403] * 6
    assert [path.name for path in raw.iterdir()] == ["a"]
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["other", "raw"]


def test_a_page_gets_at_no_setting_and_no_other_bucket(server: GuardedServer, s3: Any, raw: Path) -> None:
    """
    Nobody signs here, so what a rule opens ends with the bucket's objects: not its rules, not a copy from elsewhere.
    """
    s3.create_bucket(Bucket="secrets")
    s3.put_object(Bucket="secrets", Key="a", Body=b"s3cret")
    s3.create_bucket(Bucket="2015-03-31")
    for bucket in ("raw", "2015-03-31"):
        allow(s3, bucket, AllowedOrigins=["*"], AllowedMethods=["GET", "PUT", "POST", "DELETE"])
    page = {"Origin": PAGE}

    found = [
        send(server, "PUT", "/raw?policy", page, b"{}"),
        send(server, "DELETE", "/raw?cors", page),
        send(server, "DELETE", "/raw", page),
        send(server, "PUT", "/raw/stolen", page | {"x-amz-copy-source": "/secrets/a"}),
        send(server, "PUT", "/raw/stolen", page | {"x-amz-copy-source": "secrets%2Fa"}),
        send(server, "PUT", "/raw/stolen?X-Amz-Signature=0&X-Amz-Copy-Source=secrets%2Fa", page),
        send(server, "POST", "/2015-03-31/functions/f/invocations", page),
    ]

    assert [status for status, _, _ in found] == [403] * 7
    assert list(raw.iterdir()) == []
    assert server.invoked == 0
    assert send(server, "PUT", "/raw/mine", page | {"x-amz-copy-source": "/raw/none"})[0] == 404


def test_a_page_may_copy_from_where_it_may_read(server: Server, s3: Any, raw: Path) -> None:
    """
    It could have read and written the object itself.
    """
    allow(s3)
    (raw / "a").write_text("x")

    status, _, _ = send(server, "PUT", "/raw/b", {"Origin": PAGE, "x-amz-copy-source": "/raw/a"})

    assert (status, (raw / "b").read_text()) == (200, "x")


def test_a_site_s_page_is_from_elsewhere_unless_a_rule_says_otherwise(server: Server, s3: Any, raw: Path) -> None:
    """
    What a bucket shows may come from strangers; on AWS, too, a site has another origin than the API.
    """
    s3.put_bucket_website(Bucket="raw", WebsiteConfiguration={"IndexDocument": {"Suffix": "i"}})
    origin = f"http://raw.s3-website.localhost:{server.port}"
    before = send(server, "PUT", "/raw/a", {"Origin": origin}, b"x")[0]

    allow(s3, AllowedOrigins=[origin])

    assert before == 403
    assert send(server, "PUT", "/raw/a", {"Origin": origin}, b"x")[0] == 200
    assert ask(server, "/i", PAGE, "GET")[0] == 403


def test_a_foreign_host_is_refused_whatever_rules_say(server: Server, s3: Any, raw: Path) -> None:
    """
    A page whose own name was made to resolve to this machine would need no rule.
    """
    allow(s3, AllowedOrigins=["*"], AllowedMethods=["GET", "PUT"])

    for method in ("GET", "PUT", "OPTIONS"):
        assert send(server, method, "/raw/a", {"Host": "page.example", "Origin": PAGE})[0] == 403
    assert list(raw.iterdir()) == []


def test_bucket_hosts_are_asked_as_paths_are(server: Server, s3: Any, raw: Path) -> None:
    """
    SDKs in browsers use them.
    """
    allow(s3)
    host = {"Host": f"raw.s3.localhost:{server.port}"}

    asked = send(server, "OPTIONS", "/a", host | {"Origin": PAGE, "Access-Control-Request-Method": "PUT"})
    put = send(server, "PUT", "/a", host | {"Origin": PAGE}, b"x")

    assert (asked[0], asked[1]["access-control-allow-origin"]) == (200, PAGE)
    assert (put[0], put[1]["access-control-allow-origin"], (raw / "a").read_text()) == (200, PAGE, "x")


def test_a_page_may_use_a_presigned_url(server: Server, s3: Any, raw: Path) -> None:
    """
    What people have CORS on a bucket for: uploads that go past their own server.
    """
    allow(s3, AllowedHeaders=["*"])
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{server.port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(signature_version="s3v4"),
    )
    url = urllib.parse.urlsplit(client.generate_presigned_url("put_object", Params={"Bucket": "raw", "Key": "a"}))
    target = f"{url.path}?{url.query}"

    assert ask(server, target, PAGE, "PUT", "content-type")[0] == 200
    assert send(server, "PUT", target, {"Origin": PAGE, "Content-Type": "text/plain"}, b"x")[0] == 200
    assert send(server, "PUT", target, {"Origin": "http://other.example"}, b"y")[0] == 403
    assert (raw / "a").read_text() == "x"


def test_a_page_may_post_a_form_where_the_rules_let_it(server: Server, s3: Any, raw: Path) -> None:
    """
    A form is sent without a preflight, so nobody but the rules stands in between.
    """
    form = (
        b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\na\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nx\r\n--b--\r\n'
    )
    headers = {"Origin": PAGE, "Content-Type": "multipart/form-data; boundary=b"}
    allow(s3)
    before = send(server, "POST", "/raw", headers, form)[0]

    allow(s3, AllowedMethods=["POST"])
    status, told, _ = send(server, "POST", "/raw", headers, form)

    assert (before, status, told["access-control-allow-origin"]) == (403, 204, PAGE)
    assert (raw / "a").read_text() == "x"
