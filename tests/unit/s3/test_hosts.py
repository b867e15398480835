"""Who is called by which name, and what those hear who call by another."""

import contextlib
import dataclasses
import http.client
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from emulator.buckets import Buckets
from emulator.http.guard import guard
from emulator.http.s3 import S3Door
from emulator.settings import Settings
from tests.unit.s3.conftest import Server


class NamedServer(Server):
    """The door behind the guard, with the names that the settings allow."""

    def __init__(self, door: S3Door, allowed: frozenset[str]) -> None:
        super().__init__(door)
        self._allowed = allowed

    async def _open(self) -> None:
        app = web.Application(middlewares=[guard(set(self._allowed))])
        app.router.add_get("/other", self._other)
        self._door.add_to(app)
        self._runner = web.AppRunner(app, access_log=None, auto_decompress=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    async def _other(self, _: web.Request) -> web.Response:
        return web.Response()


@pytest.fixture
def server(buckets: Buckets, settings: Settings) -> Iterator[Server]:
    named = Settings.from_environment({"CLOUDLET_HOME": "/h", "CLOUDLET_ALLOWED_HOSTS": "S3.test, mymachine"})
    allowed = dataclasses.replace(settings, allowed_hosts=named.allowed_hosts).allowed_hosts
    server = NamedServer(S3Door(buckets, settings), allowed)
    server.start()
    yield server
    server.stop()


def send(
    server: Server, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Send a request, to another host if *headers* say so; return status, headers (names in lower case) and body."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        connection.request(method, target, body, headers or {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


@pytest.mark.parametrize("host", ["s3.test", "S3.TEST:4566", "mymachine", "localhost", "raw.s3.localhost"])
def test_a_name_that_is_allowed_is_served(server: Server, raw: Path, host: str) -> None:
    """
    Whoever set it knows that it is this machine's.
    """
    assert send(server, "GET", "/raw", headers={"Host": host})[0] in (200, 404)


@pytest.mark.parametrize("host", ["evil.example", "x.s3.test", "s3.test.evil.example"])
def test_any_other_hears_so_in_a_form_that_clients_read(server: Server, raw: Path, host: str) -> None:
    """
    An SDK shows code and message of AWS's document, and nothing of any other.
    """
    status, headers, content = send(server, "GET", "/raw", headers={"Host": host})

    assert (status, headers["content-type"], headers["server"]) == (403, "application/xml", "AmazonS3")
    document = ET.fromstring(content)
    assert (document.findtext("Code"), host in (document.findtext("Message") or "")) == ("AccessDenied", True)


def test_pages_from_elsewhere_hear_it_too(server: Server, raw: Path, s3: Any) -> None:
    """
    A page's SDK is told as any other.
    """
    status, _, content = send(server, "PUT", "/raw/a", b"x", {"Origin": "http://evil.example"})

    assert (status, ET.fromstring(content).findtext("Code")) == (403, "AccessDenied")
    assert not (raw / "a").exists()


def test_a_name_without_end_is_not_repeated(server: Server) -> None:
    """
    What is sent back of a stranger's words is short.
    """
    status, _, content = send(server, "GET", "/raw", headers={"Host": "a" * 3000})

    assert (status, len(content) < 1000) == (403, True)


def test_other_doors_answer_in_their_own_form(server: Server) -> None:
    """
    Only S3 speaks XML.
    """
    status, headers, _ = send(server, "GET", "/other", headers={"Host": "evil.example"})

    assert (status, headers["content-type"].partition(";")[0]) == (403, "text/plain")
