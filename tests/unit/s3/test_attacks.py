"""What is sent by those who mean harm, or know no better: refused with the right code, and nothing comes of it.

One server serves them all, in a process of its own with the guard in front, as it is when people run it. After every
attack it must have said nothing that looks like a mistake of its own, hold nothing half-received, and still answer.
"""

import contextlib
import dataclasses
import gzip
import os
import resource
import socket
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from emulator.home import Home
from emulator.http.s3.pace import Pace
from emulator.settings import Settings
from emulator.state import Database
from tests.conftest import wait_for
from tests.unit.s3.process import ServerProcess, make_table

CONNECTIONS = 10_000
PACE = Pace(silent_seconds=2, least_bytes_per_second=1000)
SECRET = "s3cret of another folder"


@dataclasses.dataclass
class Victim:
    """A server with a bucket named raw, in which there is an object named a; beside it is what nobody may touch."""

    server: ServerProcess
    home: Home
    outside: Path

    @property
    def raw(self) -> Path:
        return self.home.buckets / "raw"

    def send(self, request: bytes, *, half_closed: bool = False, seconds: float = 30) -> bytes:
        """Send bytes as they are, and return all that is answered until the server closes."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=seconds) as connection:
            with contextlib.suppress(OSError):  # it may have hung up already, with its answer on the way
                connection.sendall(request)
                if half_closed:
                    connection.shutdown(socket.SHUT_WR)
            return _rest(connection)

    def ask(self, method: str, target: str, body: bytes = b"", *headers: str, host: str = "localhost") -> bytes:
        """Send a request that is one, after which the connection closes, and return the answer."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close", f"Content-Length: {len(body)}"]
        return self.send("\r\n".join([*lines, *headers, "", ""]).encode("latin-1") + body)

    def everything(self) -> dict[str, str]:
        """Return what lies where, in the home and beside it, but for the state, its log, and what is on its way."""
        found = {}
        for folder in (self.home.root, self.outside):
            for path in folder.rglob("*"):
                if (
                    path.is_file()
                    and not path.is_symlink()
                    and not path.name.startswith(("state.db", "log"))
                    and path.parent != self.home.staging
                ):
                    found[str(path)] = path.read_text("latin-1")
        return found


def _rest(connection: socket.socket) -> bytes:
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def status(answer: bytes) -> int:
    """Return the status of an answer, 0 if there is none."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.") else 0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    folder = tmp_path_factory.mktemp("attacks")
    settings = dataclasses.replace(Settings.from_environment(), home=folder / "home", port=0)
    home = Home(settings.home)
    database = Database(home.state_file)
    make_table(database)
    database.close()
    (folder / "outside").mkdir()
    (folder / "outside/secret").write_text(SECRET)
    with ServerProcess(settings, folder / "log", pace=PACE) as server:
        victim = Victim(server, home, folder / "outside")
        assert status(victim.ask("PUT", "/raw")) == 200
        assert status(victim.ask("PUT", "/raw/a", b"kept")) == 200
        yield victim


@pytest.fixture
def victim(running: Victim) -> Iterator[Victim]:
    """The server, which must be as well after the attack as before."""
    before = running.everything()
    said = len(running.server.said)
    yield running
    assert b"kept" in running.ask("GET", "/raw/a")
    wait_for(lambda: not list(running.home.staging.iterdir()))
    new = running.server.said[said:]
    assert "Traceback" not in new, new
    assert "ERROR" not in new, new
    for path, content in before.items():
        assert running.everything().get(path) == content


@pytest.mark.parametrize(
    "target",
    [
        "/raw/../../outside/secret",
        "/raw/%2e%2e/%2e%2e/outside/secret",
        "/raw/%2E%2E%2F%2E%2E%2Foutside%2Fsecret",
        "/raw/..%2f..%2foutside%2fsecret",
        "/raw/..%5c..%5coutside%5csecret",
        "/raw/%252e%252e/%252e%252e/outside/secret",
        "/raw/%c0%ae%c0%ae/outside/secret",
        "/raw/x/../../../outside/secret",
        "/../outside/secret",
        "/%2e%2e/outside/secret",
        "/raw%2f..%2f..%2foutside/secret",
        "/raw//etc/passwd",
        "//etc/passwd",
        "/raw/%00",
        "/raw/a%00.txt",
        "/raw%00/a",
        "/./raw/../../outside/secret",
        "http://localhost/raw/../../outside/secret",
        "http://localhost/../outside/secret",
        "file:///etc/passwd",
        "/raw/.cloudlet/x",
        "/staging/x",
        "/.sqlite",
        "/state.db",
    ],
)
def test_no_address_leads_out_of_a_bucket(victim: Victim, target: str) -> None:
    """
    Neither to read nor to write, copy or delete; the fixture sees to what lies beside.
    """
    answers = [victim.ask(method, target, b"x" * (method == "PUT")) for method in ("GET", "HEAD", "DELETE", "PUT")]
    answers += [victim.ask("PUT", "/raw/copied", b"", f"x-amz-copy-source: {target}")]
    for answer in answers:
        assert status(answer) in (200, 204, 400, 403, 404, 405, 409), answer
        assert SECRET.encode() not in answer
        assert b"root:" not in answer
    victim.ask("DELETE", target)
    victim.ask("DELETE", "/raw/copied")
    assert {path.name for path in victim.raw.rglob("*") if path.is_file()} <= {"a"}


@pytest.mark.parametrize(
    "uri", ["http://evil.example/raw/a", "https://169.254.169.254/latest/meta-data", "ftp://localhost/raw/a", "*", "a"]
)
def test_an_absolute_address_is_no_way_elsewhere(victim: Victim, uri: str) -> None:
    """
    A proxy is what this is not.
    """
    answer = victim.ask("GET", uri)

    assert status(answer) in (200, 400, 403, 404), answer
    assert b"<ListBucketResult" not in answer
    assert b"ami-" not in answer


def test_links_devices_and_pipes_in_a_folder_are_no_objects(victim: Victim) -> None:
    """
    A pipe nobody writes to would have the reader wait for ever, and a device would never end.
    """
    raw = victim.raw
    (raw / "link").symlink_to(victim.outside / "secret")
    (raw / "folder").symlink_to(victim.outside)
    (raw / "loop").symlink_to(raw / "loop")
    os.mkfifo(raw / "pipe")
    with socket.socket(socket.AF_UNIX) as listener, contextlib.chdir(raw):  # a socket's path is short
        listener.bind("socket")
    names = ["link", "folder", "folder/secret", "loop", "pipe", "socket"]
    if os.geteuid() == 0:
        os.mknod(raw / "zero", stat.S_IFCHR | 0o666, os.makedev(1, 5))
        names.append("zero")
    try:
        with ThreadPoolExecutor(len(names)) as threads:
            answers = list(threads.map(lambda name: victim.ask("GET", f"/raw/{name}"), names))
            heads = list(threads.map(lambda name: victim.ask("HEAD", f"/raw/{name}"), names))
        assert [status(answer) for answer in answers + heads] == [404] * 2 * len(names)
        copies = [victim.ask("PUT", "/raw/copied", b"", f"x-amz-copy-source: /raw/{name}") for name in names]
        assert [status(answer) for answer in copies] == [404] * len(names)

        for name in names:
            assert status(victim.ask("PUT", f"/raw/{name}", b"mine")) == 200
            assert victim.ask("GET", f"/raw/{name}").endswith(b"mine")
            assert status(victim.ask("DELETE", f"/raw/{name}")) == 204
        assert sorted(path.name for path in victim.outside.iterdir()) == ["secret"]
    finally:
        for name in names:
            if "/" not in name:
                (raw / name).unlink(missing_ok=True)


BILLION = b'<!DOCTYPE d [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in b"bcdefghij"
)


@pytest.mark.parametrize(
    ("what", "body", "code"),
    [
        ("entities", BILLION + b"]><Delete><Object><Key>&j;</Key></Object></Delete>", b"MalformedXML"),
        ("utf-16", (BILLION.decode() + "]><Delete/>").encode("utf-16"), b"MalformedXML"),
        ("outside", b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Delete>&x;</Delete>', b"MalformedXML"),
        ("parameters", b'<!DOCTYPE d [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x">%x;]><Delete/>', b"MalformedXML"),
        ("depth", b"<Delete>" * 500_000, b"MalformedXML"),
        ("unknown depth", b"<Delete><Object>" + b"<a>" * 500_000, b"MalformedXML"),
        ("attributes", b"<Delete " + b" ".join(b'a%d="x"' % n for n in range(100_000)) + b"/>", b"MalformedXML"),
        ("many", b"<Delete>" + b"<Object><Key>k</Key></Object>" * 20_000 + b"</Delete>", b"MalformedXML"),
        ("size", b"<Delete>" + b" " * (9 << 20) + b"</Delete>", b"MaxMessageLengthExceeded"),
        ("text", b"<Delete><Object><Key>" + b"k" * (4 << 20) + b"</Key></Object></Delete>", b"KeyTooLongError"),
        ("bytes", os.urandom(10_000), b"MalformedXML"),
        ("nothing", b"", b"MissingRequestBodyError"),
        ("unended", b"<Delete><Object><Key>a</Key></Object>", b"MalformedXML"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_document_that_would_blow_up_is_refused(victim: Victim, what: str, body: bytes, code: bytes) -> None:
    """
    At once, and without having deleted anything.
    """
    started = time.monotonic()

    answer = victim.ask("POST", "/raw?delete", body, "Connection: close")

    assert code in answer or (what == "nothing" and b"MalformedXML" in answer), answer[:2000]
    assert status(answer) in (200, 400)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "head",
    [
        b"GET /raw/" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /raw/a?" + b"x" * 1_000_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /raw/a HTTP/1.1\r\nHost: localhost\r\nx-amz-meta-a: " + b"v" * 100_000 + b"\r\n\r\n",
        b"GET /raw/a HTTP/1.1\r\nHost: localhost\r\n" + b"a" * 100_000 + b": v\r\n\r\n",
        b"GET /raw/a HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"h%d: v\r\n" % n for n in range(20_000)) + b"\r\n",
        b"G" * 100_000 + b" /raw/a HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /raw/a HTTP/1.1\r\nHost: " + b"h" * 100_000 + b"\r\n\r\n",
        b"GET /raw/a HTTP/" + b"1" * 10_000 + b"\r\n\r\n",
        b"\r\n" * 100_000 + b"GET",
        b"\0" * 10_000,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\1" * 500,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nA\0B: c\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nA: b\0c\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n: c\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n folded: c\r\n\r\n",
        b"GET /raw/a\tHTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /raw/a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
)
def test_a_head_that_is_none_or_too_long_is_refused(victim: Victim, head: bytes) -> None:
    """
    Before it takes memory: AWS allows some kilobytes, and so do we.
    """
    assert status(victim.send(head, half_closed=True)) in (0, 400, 414, 431)


def test_metadata_that_is_too_large_is_refused(victim: Victim) -> None:
    """
    Two kilobytes are AWS's limit.
    """
    answer = victim.ask("PUT", "/raw/meta", b"x", *(f"x-amz-meta-{n}: {'v' * 500}" for n in range(5)))

    assert (status(answer), b"MetadataTooLarge" in answer) == (400, True)


@pytest.mark.parametrize(
    "length",
    ["-1", "+5", "0x5", "5,5", "5 5", "99999999999999999999999999", "9223372036854775807", "6000000000", "", "five"],
)
def test_a_length_that_is_none_or_too_large_is_refused(victim: Victim, length: str) -> None:
    """
    Without waiting for what will not come.
    """
    head = f"PUT /raw/length HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"

    with socket.create_connection(("127.0.0.1", victim.server.port), timeout=30) as connection:
        connection.sendall(head.encode())
        answer = connection.recv(65536)

    assert status(answer) == 400, answer
    assert not (victim.raw / "length").exists()


@pytest.mark.parametrize("size", [10, 3_000_000])
@pytest.mark.parametrize("half_closed", [True, False])
def test_a_body_that_ends_early_becomes_no_object(victim: Victim, size: int, half_closed: bool) -> None:
    """
    However it ends: the sender says that it is done, or is gone.
    """
    head = b"PUT /raw/short HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % size
    with socket.create_connection(("127.0.0.1", victim.server.port), timeout=30) as connection:
        connection.sendall(head + b"x" * (size // 2))
        if half_closed:
            connection.shutdown(socket.SHUT_WR)
            assert status(_rest(connection)) in (0, 400)

    wait_for(lambda: not list(victim.home.staging.iterdir()))
    assert not (victim.raw / "short").exists()


@pytest.mark.parametrize(
    "chunks",
    [
        b"zz\r\nab\r\n0\r\n\r\n",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhelloXX0\r\n\r\n",
        b"ffffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhel",
        b"\r\n5\r\nhello\r\n0\r\n\r\n",
    ],
)
def test_wrong_chunks_are_refused(victim: Victim, chunks: bytes) -> None:
    """
    HTTP's own, which a sender uses that does not know how much will come.
    """
    head = b"PUT /raw/chunks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"

    answer = victim.send(head + chunks, half_closed=True)

    assert status(answer) in (0, 400), answer
    assert not (victim.raw / "chunks").exists()


@pytest.mark.parametrize(
    "frames",
    [
        b"zz\r\nab\r\n0\r\n\r\n",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhelloXX0\r\n\r\n",
        b"f" * 40 + b"\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhel",
        b"1_0\r\nhellohellohelloo\r\n0\r\n\r\n",
        b" 5\r\nhello\r\n0\r\n\r\n",
        b"0x5\r\nhello\r\n0\r\n\r\n",
        b"5;chunk-signature=" + b"e" * 1_000_000,
        b"5\r\nhello\r\n0\r\n" + b"x-amz-a:b\r\n" * 100_000,
    ],
)
def test_wrong_frames_of_aws_are_refused(victim: Victim, frames: bytes) -> None:
    """
    Those that SDKs put around chunks, within the body.
    """
    answer = victim.ask(
        "PUT",
        "/raw/frames",
        frames,
        "Content-Encoding: aws-chunked",
        "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length: 5",
    )

    assert status(answer) == 400, answer
    assert not (victim.raw / "frames").exists()


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 4\r\nContent-Length: 40",
        "Content-Length: 4\r\nTransfer-Encoding: xchunked",
        "Content-Length: 4\r\nTransfer-Encoding : chunked",
        "Content-Length: 4\r\nTransfer-Encoding:\tchunked",
        "Content-Length: 4\r\n Transfer-Encoding: chunked",
        "Content-Length: 4\r\nTransfer-Encoding: identity, chunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Content-Length: 4\nTransfer-Encoding: chunked",
        "X: y\rContent-Length: 4",
    ],
)
def test_a_request_is_not_smuggled_in_another_one(victim: Victim, head: str) -> None:
    """
    Two readings of one length, of which a proxy may take the one and we the other: refused, not chosen from.
    """
    smuggled = b"PUT /raw/smuggled HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx"

    answer = victim.send(
        f"PUT /raw/carrier HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n0\r\n\r\n".encode() + smuggled, half_closed=True
    )

    assert status(answer) in (0, 400), answer
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert not (victim.raw / "smuggled").exists()
    assert not (victim.raw / "carrier").exists()


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:4566",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "raw.evil.example",
        "[::2]",
        "",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_name_that_was_made_to_lead_here_is_refused(victim: Victim, host: str, method: str) -> None:
    """
    So a web page whose name first led elsewhere, and now to this machine, reads and writes nothing.
    """
    answer = victim.ask(method, "/raw/a", b"", host=host)

    assert status(answer) in (400, 403), answer
    assert b"kept" not in answer


@pytest.mark.parametrize("lines", ["", "Host: localhost\r\nHost: evil.example\r\n"])
def test_one_host_must_be_named(victim: Victim, lines: str) -> None:
    """
    Without it nobody can tell whether a browser was led here.
    """
    answer = victim.send(f"GET /raw/a HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode())

    assert status(answer) == 400, answer
    assert b"kept" not in answer


@pytest.mark.parametrize(
    "headers",
    [
        ("Origin: http://evil.example",),
        ("Origin: null",),
        ("Origin: http://localhost.evil.example",),
        ("Origin: http://raw.s3-website.localhost:4566",),
        ("Sec-Fetch-Site: cross-site",),
        ("Origin: http://evil.example", "Content-Type: text/plain"),
        ("Origin: evil",),
    ],
)
@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("PUT", "/raw/a", b"theirs"),
        ("DELETE", "/raw/a", b""),
        ("POST", "/raw?delete", b"<Delete><Object><Key>a</Key></Object></Delete>"),
        ("PUT", "/theirs", b""),
        ("DELETE", "/raw", b""),
        ("POST", "/raw/a?uploads", b""),
        ("PATCH", "/raw/a", b""),
    ],
)
def test_a_web_page_from_elsewhere_writes_nothing(
    victim: Victim, headers: tuple[str, ...], method: str, target: str, body: bytes
) -> None:
    """
    A browser sends such requests without asking anybody first.
    """
    assert status(victim.ask(method, target, body, *headers)) == 403
    assert not (victim.home.buckets / "theirs").exists()


def test_a_form_on_a_web_page_from_elsewhere_writes_nothing(victim: Victim) -> None:
    """
    Forms may be sent anywhere, by every page.
    """
    form = (
        b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nform\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\ntheirs\r\n--b--\r\n'
    )

    answer = victim.ask(
        "POST", "/raw", form, "Origin: http://evil.example", "Content-Type: multipart/form-data; boundary=b"
    )

    assert status(answer) == 403
    assert not (victim.raw / "form").exists()


def test_what_is_packed_is_stored_packed(victim: Victim) -> None:
    """
    A few kilobytes that unpack to a gigabyte are an object of a few kilobytes.
    """
    bomb = gzip.compress(b"\0" * (64 << 20))

    assert status(victim.ask("PUT", "/raw/bomb", bomb, "Content-Encoding: gzip")) == 200

    assert (victim.raw / "bomb").stat().st_size == len(bomb)
    assert status(victim.ask("POST", "/raw?delete", bomb, "Content-Encoding: gzip")) == 400
    assert status(victim.ask("DELETE", "/raw/bomb")) == 204


SLOW = {
    "nothing": (b"PUT /raw/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n", b""),
    "bytes": (b"PUT /raw/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n", b"x"),
    "large": (b"PUT /raw/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n", b"x"),
    "chunks": (b"PUT /raw/slow HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "document": (b"POST /raw?delete HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n", b" "),
    "frames": (
        (
            b"PUT /raw/slow HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: aws-chunked\r\nContent-Length: 1000\r\n"
            b"x-amz-decoded-content-length: 900\r\n\r\n"
        ),
        b"0",
    ),
    "form": (
        (
            b"POST /raw HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            b'Content-Length: 1000\r\n\r\n--b\r\nContent-Disposition: form-data; name="key"\r\n\r\n'
        ),
        b"k",
    ),
    "file": (
        (
            b"POST /raw HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            b'Content-Length: 9000\r\n\r\n--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nslow\r\n'
            b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n'
        ),
        b"x",
    ),
}


def test_slow_senders_hold_nobody_up_and_are_not_waited_for(victim: Victim) -> None:
    """
    Forty of each kind, that send a byte now and then: others are served meanwhile, and in the end all are told.
    """
    with contextlib.ExitStack() as stack:
        senders: list[tuple[socket.socket, bytes]] = []
        for head, drip in SLOW.values():
            for _ in range(40):
                connection = stack.enter_context(socket.create_connection(("127.0.0.1", victim.server.port), 60))
                connection.sendall(head)
                connection.setblocking(False)
                senders.append((connection, drip))

        answers: dict[socket.socket, bytes] = {}
        deadline = time.monotonic() + 60
        while len(answers) < len(senders) and time.monotonic() < deadline:
            assert b"kept" in victim.ask("GET", "/raw/a")
            for connection, drip in senders:
                if connection in answers:
                    continue
                try:
                    if answer := connection.recv(65536):
                        answers[connection] = answer
                except BlockingIOError:
                    with contextlib.suppress(BlockingIOError):
                        connection.send(drip)
            time.sleep(0.1)

        assert len(answers) == len(senders)
        for answer in answers.values():
            assert (status(answer), b"RequestTimeout" in answer) == (400, True), answer
    assert not (victim.raw / "slow").exists()


def test_a_sender_that_is_fast_enough_may_take_its_time(victim: Victim) -> None:
    """
    The limit is for those who hardly send: this one takes longer than others may be silent.
    """
    with socket.create_connection(("127.0.0.1", victim.server.port), 30) as connection:
        connection.sendall(b"PUT /raw/steady HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n")
        started = time.monotonic()
        for _ in range(30):
            connection.sendall(b"x" * 2000)
            time.sleep(PACE.silent_seconds / 20)
        answer = connection.recv(65536)

    assert time.monotonic() - started > PACE.silent_seconds
    assert status(answer) == 200
    assert status(victim.ask("DELETE", "/raw/steady")) == 204


def test_ten_thousand_open_connections_keep_nobody_out(victim: Victim) -> None:
    """
    Half of them say nothing, half have begun a request; when they are gone, so is what they took.
    """
    _allow_open_files(CONNECTIONS + 500)
    files = Path(f"/proc/{victim.server.pid}/fd")
    before = len(list(files.iterdir()))

    with contextlib.ExitStack() as stack:
        for number in range(CONNECTIONS):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", victim.server.port), 60))
            if number % 2:
                connection.sendall(b"PUT /raw/a HTTP/1.1\r\nHost: local")
        wait_for(lambda: len(list(files.iterdir())) >= before + CONNECTIONS)

        assert b"kept" in victim.ask("GET", "/raw/a")
        assert status(victim.ask("PUT", "/raw/b", b"x" * 3_000_000)) == 200
        assert status(victim.ask("DELETE", "/raw/b")) == 204

    wait_for(lambda: len(list(files.iterdir())) < before + 50)


def test_more_connections_than_a_server_may_have_pass_like_a_crowd(tmp_path: Path, settings: Settings) -> None:
    """
    Those who come too late wait; once the others are gone, all is as before.
    """
    _allow_open_files(2000)
    home = Home(settings.home)
    database = Database(home.state_file)
    make_table(database)
    database.close()
    with ServerProcess(settings, tmp_path / "log", most_files=512) as server:
        victim = Victim(server, home, tmp_path)
        assert status(victim.ask("PUT", "/raw")) == 200
        assert status(victim.ask("PUT", "/raw/a", b"kept")) == 200

        with contextlib.ExitStack() as stack:
            with contextlib.suppress(TimeoutError):  # those behind them are not even let in
                for _ in range(1000):
                    stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 1))
            wait_for(lambda: len(list(Path(f"/proc/{server.pid}/fd").iterdir())) >= 500)

        assert b"kept" in victim.ask("GET", "/raw/a")
        assert status(victim.ask("PUT", "/raw/a", b"x" * 3_000_000)) == 200
        assert server.is_alive
        assert list(home.staging.iterdir()) == []


def _allow_open_files(count: int) -> None:
    """Raise this process's own limit; where that cannot be, skip the test, or fail it in CI."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < count:
        say = pytest.fail if os.environ.get("CLOUDLET_REQUIRE_DOCKER") else pytest.skip
        say(f"this process may open {most} files at most")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(now, count), most))
