"""A key that is written again and again: whoever reads it is never refused, and gets one object whole."""

import hashlib
import http.client
import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from emulator.buckets import Buckets
from tests.unit.s3.conftest import Server

SECONDS = 3.0
ENOUGH = 50
"""So many overwritings, and so many answers to each reader, tell something."""


class Clients:
    """Threads that each do one thing until told to stop; what was answered is counted by what was asked."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self.answers: dict[str, int] = {}
        self.refused: list[str] = []
        self.torn: list[str] = []

    def start(self, name: str, ask: Callable[[http.client.HTTPConnection], None]) -> None:
        thread = threading.Thread(target=self._run, args=(name, ask))
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _run(self, name: str, ask: Callable[[http.client.HTTPConnection], None]) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)) as connection:
            while not self._stopping.is_set():
                ask(connection)
                answer = connection.getresponse()
                body = answer.read()
                self.answers[name] = self.answers.get(name, 0) + 1
                if answer.status != 200:
                    self.refused.append(f"{name}: {answer.status} {body!r}")
                elif name == "get" and f'"{hashlib.md5(body).hexdigest()}"' != answer.headers["ETag"]:
                    self.torn.append(answer.headers["ETag"])


@contextmanager
def running(clients: Clients) -> Iterator[None]:
    try:
        yield
    finally:
        clients.stop()


def putting(size_bytes: int) -> Callable[[http.client.HTTPConnection], None]:
    """Return who overwrites: every content is another."""
    numbers = iter(range(1_000_000))
    return lambda connection: connection.request("PUT", "/raw/key", b"%d " % next(numbers) + bytes(size_bytes))


def asking(method: str, path: str, **headers: str) -> Callable[[http.client.HTTPConnection], None]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda connection: connection.request(method, path, headers=named)


@pytest.mark.parametrize("versioning", ["", "Enabled"])
@pytest.mark.parametrize("size_bytes", [1_000, 2_000_000])
def test_readers_of_a_key_that_is_overwritten_are_never_refused(
    server: Server, buckets: Buckets, size_bytes: int, versioning: str
) -> None:
    """
    In S3 a put is there at once and whole, or not at all; who reads meanwhile gets the object that was there.
    """
    buckets.create_bucket("raw")
    if versioning:
        buckets.set_versioning("raw", versioning)
    clients = Clients(server.port)

    with running(clients):
        clients.start("put", putting(size_bytes))
        while not clients.answers.get("put"):
            time.sleep(0.01)
        clients.start("get", asking("GET", "/raw/key"))
        clients.start("head", asking("HEAD", "/raw/key"))
        clients.start("tags", asking("GET", "/raw/key?tagging"))
        clients.start("copy", asking("PUT", "/raw/copy", x_amz_copy_source="/raw/key"))
        end = time.monotonic() + SECONDS
        while time.monotonic() < end or min(clients.answers.get(name, 0) for name in ("put", "get", "head")) < ENOUGH:
            time.sleep(0.1)

    assert not clients.refused
    assert not clients.torn


def test_a_key_that_is_made_meanwhile_is_there_or_not(server: Server, buckets: Buckets) -> None:
    """
    Its first bytes come into the folder a moment before anybody is told of them.
    """
    buckets.create_bucket("raw")
    stopping, seen = threading.Event(), set[int]()

    def look() -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
            while not stopping.is_set():
                connection.request("GET", "/raw/key")
                answer = connection.getresponse()
                answer.read()
                seen.add(answer.status)

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                for method in ("PUT", "DELETE"):
                    connection.request(method, "/raw/key", b"x" * 1000 if method == "PUT" else None)
                    connection.getresponse().read()
    finally:
        stopping.set()
        for reader in readers:
            reader.join()

    assert seen == {200, 404}


def test_a_put_on_a_condition_beside_others_is_done_or_refused_for_that_condition(
    server: Server, buckets: Buckets
) -> None:
    """
    It looks at the file before it writes, as a reader does.
    """
    buckets.create_bucket("raw")
    buckets.set_versioning("raw", "Enabled")
    large, statuses = putting(2_000_000), set[int]()
    clients = Clients(server.port)

    with running(clients), closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        clients.start("put", large)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            connection.request("PUT", "/raw/key", b"mine", {"If-None-Match": "*"})
            answer = connection.getresponse()
            answer.read()
            statuses.add(answer.status)

    assert statuses <= {200, 412}
    assert not clients.refused


def test_a_version_is_read_while_it_becomes_an_older_one(server: Server, buckets: Buckets) -> None:
    """
    A delete marker, or another version, comes over it; who asks for the version by its id gets that.
    """
    buckets.create_bucket("raw")
    buckets.set_versioning("raw", "Enabled")
    newest = [buckets.objects.put("raw", "key", io.BytesIO(b"first")).version_id]
    stopping, refused = threading.Event(), list[str]()

    def read() -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
            while not stopping.is_set():
                version = newest[-1]
                connection.request("GET", f"/raw/key?versionId={version}")
                answer = connection.getresponse()
                body = answer.read()
                if (answer.status, answer.headers["x-amz-version-id"]) != (200, version):
                    refused.append(f"{answer.status} {body!r}")

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
            end = time.monotonic() + SECONDS
            while time.monotonic() < end or len(newest) < ENOUGH:
                connection.request("PUT", "/raw/key", b"x" * 1000)
                answer = connection.getresponse()
                answer.read()
                newest.append(answer.headers["x-amz-version-id"])
                connection.request("DELETE", "/raw/key")
                connection.getresponse().read()
    finally:
        stopping.set()
        for reader in readers:
            reader.join()

    assert not refused
