"""How the program gets on with its clients, whatever they send, and with its files, whatever is in them."""

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import wait_for
from tests.unit.metadata.conftest import Program
from tests.unit.metadata.facts import FACTS, FULL

_GET = b"GET /latest/meta-data/instance-id HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n"
_ID = FACTS.instance_id.encode()


def _all_of(program: Program, *parts: bytes) -> bytes:
    """Send *parts* one after the other and return all that comes until the other side ends."""
    with program.connect() as client:
        for part in parts:
            client.sendall(part)
            time.sleep(0.02)
        received = b""
        while more := client.recv(65_536):
            received += more
    return received


def test_a_connection_serves_many_requests(program: Program) -> None:
    """HTTP/1.1 keeps it unless told otherwise."""
    with program.connect() as client:
        for _ in range(3):
            client.sendall(_GET)
            answer = client.recv(4096)
            assert answer.endswith(b"Connection: keep-alive\r\n\r\n" + _ID)


def test_requests_that_come_at_once_are_answered_in_turn(program: Program) -> None:
    last = b"GET /latest/meta-data/ami-id HTTP/1.1\r\nConnection: close\r\n\r\n"

    received = _all_of(program, _GET * 50 + last)

    assert received.count(_ID) == 50
    assert received.endswith(FACTS.image_id.encode())


def test_a_request_may_come_in_pieces(program: Program) -> None:
    request = _GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")

    received = _all_of(program, request[:5], request[5:46], request[46:-1], request[-1:])

    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert received.endswith(_ID)


@pytest.mark.parametrize("end", [b"HTTP/1.0\r\n\r\n", b"HTTP/1.1\r\nConnection: close\r\n\r\n", b"HTTP/1.0\n\n"])
def test_a_connection_ends_when_its_client_wants_only_one_answer(program: Program, end: bytes) -> None:
    """HTTP/1.0 does so by its nature; a bare new line is what people type."""
    received = _all_of(program, b"GET /latest/meta-data/instance-id " + end)

    assert b"Connection: close\r\n" in received
    assert received.endswith(_ID)


def test_a_connection_of_http_1_0_is_kept_on_request(program: Program) -> None:
    with program.connect() as client:
        for _ in range(2):
            client.sendall(b"GET /latest/meta-data/ami-id HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
            assert b"Connection: keep-alive\r\n" in client.recv(4096)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"hello\r\n\r\n",
        b"GET latest HTTP/1.1\r\n\r\n",
        b"GET / HTTP/2\r\n\r\n",
        b"GET /a b HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: y\r\n folded: z\r\n\r\n",
        b"PUT /latest/api/token HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"PUT /latest/api/token HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 9000,
        b"GET /" + b"x" * 100_000,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 900,
    ],
)
def test_what_is_no_request_is_refused_and_no_more_is_read(program: Program, request_bytes: bytes) -> None:
    """Nor is more kept than a request may have."""
    received = _all_of(program, request_bytes)

    assert received.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"Connection: close\r\n" in received
    assert program.get("/").status == 200


def test_a_body_is_read_over(program: Program) -> None:
    """Some clients send one with everything, and it is not the next request."""
    put = b"PUT /latest/api/token HTTP/1.1\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\nContent-Length: 65536\r\n\r\n"
    last = b"GET /latest/meta-data/ami-id HTTP/1.1\r\nConnection: close\r\n\r\n"

    received = _all_of(program, put, b"x" * 40_000, b"y" * 25_536 + last)

    assert received.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert received.endswith(FACTS.image_id.encode())


def test_a_body_in_chunks_is_answered_and_ends_the_connection(program: Program) -> None:
    """`curl --upload-file -` sends one."""
    received = _all_of(
        program,
        b"PUT /latest/api/token HTTP/1.1\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n",
        b"5\r\nhello\r\n0\r\n\r\n",
    )

    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Connection: close\r\n" in received


def test_clients_that_say_nothing_hold_up_nobody(program: Program) -> None:
    """More of them than are kept: the oldest go."""
    with contextlib.ExitStack() as silent:
        for index in range(400):
            client = silent.enter_context(program.connect())
            if index % 2:
                client.sendall(b"GET /latest/meta-data/inst")

        began = time.monotonic()
        answer = program.get("/latest/meta-data/instance-id")

    assert answer.body == _ID
    assert time.monotonic() - began < 5


def test_a_client_that_does_not_read_holds_up_nobody(program: Program) -> None:
    """It asked for more than the kernel keeps for it."""
    program.knows(FULL)
    with program.connect() as client:
        client.settimeout(0.2)
        with contextlib.suppress(TimeoutError):
            for _ in range(100):
                client.sendall(b"GET /latest/meta-data/ HTTP/1.1\r\n\r\n" * 2000)

        assert program.get("/latest/meta-data/instance-id").body == _ID


def test_many_clients_at_once_get_each_their_own_answer(program: Program) -> None:
    """And a document that is replaced all the while is never seen half."""
    program.knows(FULL)
    wrong: list[object] = []
    paths = {
        "/latest/meta-data/instance-id": FACTS.instance_id,
        "/latest/meta-data/ami-id": FACTS.image_id,
        "/latest/meta-data/public-keys/": "0=my-key",
        "/latest/meta-data/mac": FACTS.mac,
    }

    def ask(path: str, text: str) -> None:
        for _ in range(50):
            answer = program.get(path)
            if (answer.status, answer.text) != (200, text):
                wrong.append(answer)

    clients = [threading.Thread(target=ask, args=item) for item in paths.items() for _ in range(4)]
    for client in clients:
        client.start()
    while any(client.is_alive() for client in clients):
        program.knows(FULL)
    for client in clients:
        client.join()

    assert wrong == []


def test_without_a_document_there_is_nothing_to_tell_yet(start: Callable[..., Program]) -> None:
    """Temporarily: SDKs try again."""
    program = start(facts=None)

    assert program.get("/").status == 503
    program.knows(FACTS)
    assert program.get("/latest/meta-data/instance-id").body == _ID


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b"null", b'{"options": {}}', b"\xff", b'{"options": 1}'])
def test_of_a_broken_document_the_last_good_one_is_told(program: Program, broken: bytes) -> None:
    assert program.get("/latest/meta-data/instance-id").body == _ID

    (program.folder / "metadata.json").write_bytes(broken)
    assert program.get("/latest/meta-data/instance-id").body == _ID
    (program.folder / "metadata.json").unlink()
    assert program.get("/latest/meta-data/instance-id").body == _ID

    program.knows(FULL)
    assert program.get("/latest/meta-data/public-ipv4").body == b"127.0.0.1"
    assert program.process.poll() is None


def test_it_ends_when_asked_to(program: Program) -> None:
    """Also while a client is connected."""
    with program.connect():
        assert program.end() == 0


def test_a_client_that_went_away_is_forgotten(program: Program) -> None:
    """Its file is closed: with a thousand of them open, nobody could connect any more."""
    before = _sockets(program)

    for _ in range(30):
        with program.connect() as client:
            client.sendall(_GET[:20])

    wait_for(lambda: _sockets(program) <= before)


def _sockets(program: Program) -> int:
    return sum(_target(file).startswith("socket:") for file in Path(f"/proc/{program.process.pid}/fd").iterdir())


def _target(file: Path) -> str:
    try:
        return str(file.readlink())
    except FileNotFoundError:  # closed while it was looked at
        return ""
