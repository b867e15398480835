"""Whoever asks whether to send a large body hears what is wrong before it is sent."""

import dataclasses
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.buckets import Buckets
from emulator.http.s3 import S3Door
from emulator.settings import Settings
from emulator.units import GIB, MIB
from tests.unit.s3.conftest import Server


def asked(server: Server, target: str, length: int, *headers: str) -> tuple[int, str]:
    """Announce a body of *length* bytes; return the status of the first word, and all that came with it."""
    lines = [f"PUT {target} HTTP/1.1", "Host: localhost", f"Content-Length: {length}", "Expect: 100-continue", *headers]
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        said = connection.recv(65536).decode()
        return int(said.split(" ", 2)[1]), said


def test_a_large_object_for_no_bucket_is_refused_unsent(server: Server, raw: Path) -> None:
    """
    Five gigabytes take a while; the connection is closed, as some senders send them all the same.
    """
    status, said = asked(server, "/nowhere/a", 5 * GIB)

    assert (status, "<Code>NoSuchBucket</Code>" in said, "Connection: close" in said) == (404, True, True)
    assert asked(server, "/raw/a", 5 * GIB)[0] == 100
    assert list(raw.iterdir()) == []


@pytest.mark.parametrize(
    "header", ["x-amz-expected-bucket-owner: 111122223333", "x-amz-write-offset-bytes: 3", "x-amz-storage-class: FOO"]
)
def test_what_its_headers_ask_for_in_vain_is_refused_unsent(server: Server, raw: Path, header: str) -> None:
    """
    They are all here already.
    """
    assert asked(server, "/raw/a", 5 * MIB, header)[0] >= 400


def test_a_small_one_is_sent_without_a_look(server: Server, raw: Path) -> None:
    """
    It is here before anything could be looked up; its answer is the same.
    """
    assert asked(server, "/nowhere/a", 10)[0] == 100


class TestWhereSignaturesAreRequired:
    @pytest.fixture
    def server(self, buckets: Buckets, settings: Settings) -> Iterator[Server]:
        server = Server(S3Door(buckets, dataclasses.replace(settings, require_auth=True)))
        server.start()
        yield server
        server.stop()

    def test_a_stranger_is_refused_unheard(self, server: Server) -> None:
        """
        And learns nothing of which buckets there are.
        """
        assert asked(server, "/nowhere/a", 5 * MIB)[0] == 403
