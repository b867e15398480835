"""Objects through HTTP, beside other local S3 servers: small ones, large ones, and pages of keys."""

import http.client
import re
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.bench import bench
from benchmarks.figures import Figure, Samples, in_turns, since
from benchmarks.idle_server import resident_bytes
from benchmarks.peers import MINISTACK, MOTO, serving, wrk
from emulator.units import GIB, MIB

_OURS = "cloudlet"
_BUCKET = "bench"
_KEYS = 1000
_CONNECTIONS = 8
_SECONDS = 3
_ROUNDS = 2
_LARGE_BYTES = 64 * MIB
_LARGE_ROUNDS = 4
_HUGE_BYTES = GIB
_MOST_GROWTH_MIB = 16.0

# moto wants to see a signature, whatever it says.
_SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
_GET = (
    f'wrk.headers["Authorization"] = "{_SIGNED}";'
    ' request = function() return wrk.format("GET", "/bench/key-000500") end'
)
_PUT = """
local count, body, run = 0, string.rep("x", 1024), "%s"
local headers = {["Content-Type"] = "text/plain", ["Authorization"] = "%s"}
request = function()
  count = count + 1
  return wrk.format("PUT", "/bench/put/" .. run .. "-" .. count, headers, body)
end
"""
_LIST = (
    f'wrk.headers["Authorization"] = "{_SIGNED}";'
    ' request = function() return wrk.format("GET", "/bench?list-type=2&prefix=key-") end'
)


def measure() -> Iterator[Figure]:
    """Run all servers at once, of which one at a time is asked."""
    with bench() as at, at.server() as pid, ExitStack() as stack:
        ports = {_OURS: at.cloud.settings.port}
        ports |= {peer.name: stack.enter_context(serving(peer)) for peer in (MINISTACK, MOTO)}
        for port in ports.values():
            _fill(port)
        yield from _small(ports)
        yield from _through_boto3(ports)
        yield from _large(ports, at.folder)
        yield from _huge(ports[_OURS], pid, at.folder)


def _small(ports: Mapping[str, int]) -> Iterator[Figure]:
    runs = iter(range(1000))
    for name, script, least in (
        ("get of 1 KiB", lambda: _GET, 1.3),
        ("put of 1 KiB", lambda: _PUT % (f"{time.time_ns()}-{next(runs)}", _SIGNED), 1.0),
        (f"list of {_KEYS} keys", lambda: _LIST, 2.0),
    ):
        things = {peer: _load(port, script) for peer, port in ports.items()}
        rates = in_turns(things, _ROUNDS)
        yield _rate(f"{name}, {_CONNECTIONS} connections", rates, least)


def _through_boto3(ports: Mapping[str, int]) -> Iterator[Figure]:
    clients = {peer: _client(port) for peer, port in ports.items()}
    numbers = iter(range(10**9))

    def put(client: Any) -> None:
        client.put_object(Bucket=_BUCKET, Key=f"boto/{next(numbers)}", Body=b"x" * 1024)

    def get(client: Any) -> None:
        client.get_object(Bucket=_BUCKET, Key="key-000500")["Body"].read()

    def page(client: Any) -> None:
        client.list_objects_v2(Bucket=_BUCKET, Prefix="key-")

    for name, call in (("get of 1 KiB", get), ("put of 1 KiB", put), (f"list of {_KEYS} keys", page)):
        rates = in_turns({peer: _threads(client, call) for peer, client in clients.items()}, _ROUNDS)
        yield _rate(f"{name}, boto3 in {_CONNECTIONS} threads", rates, 1.0)


def _large(ports: Mapping[str, int], folder: Path) -> Iterator[Figure]:
    file = folder / "large"
    file.write_bytes(bytes(_LARGE_BYTES))
    for port in ports.values():
        _upload(port, "large", file)
    size = f"{_LARGE_BYTES // MIB} MiB"
    puts = in_turns({peer: _timed(_upload, port, "large", file) for peer, port in ports.items()}, _LARGE_ROUNDS)
    yield _faster(f"put of {size}", puts, 1.0)
    gets = in_turns({peer: _timed(_download, port, "large") for peer, port in ports.items()}, _LARGE_ROUNDS)
    yield _faster(f"get of {size}", gets, 1.5)


def _huge(port: int, pid: int, folder: Path) -> Iterator[Figure]:
    file = folder / "huge"
    with file.open("wb") as sparse:
        sparse.truncate(_HUGE_BYTES)
    before, seen, ended = resident_bytes(pid), [0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            seen.append(resident_bytes(pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    _upload(port, "huge", file)
    _download(port, "huge")
    ended.set()
    watcher.join()
    growth = (max(seen) - before) / MIB
    yield Figure(
        "server while 1 GiB is put and got: memory (RSS)",
        f"{growth:.1f} MiB more at most",
        f"{before / MIB:.1f} MiB before",
        f"≤ {_MOST_GROWTH_MIB:g} MiB more",
        growth <= _MOST_GROWTH_MIB,
        len(seen),
    )


def _rate(name: str, rates: Mapping[str, Samples], least: float) -> Figure:
    ours, best = rates[_OURS].median, max(rates[peer].median for peer in rates if peer != _OURS)
    others = ", ".join(f"{peer} {rates[peer].median:.0f}" for peer in rates if peer != _OURS)
    return Figure(
        name,
        f"{ours:.0f} a second",
        f"{ours / best:.2f} × the best of {others}",
        f"≥ {least:g} ×",
        ours / best >= least,
        _ROUNDS,
    )


def _faster(name: str, taken: Mapping[str, Samples], least: float) -> Figure:
    ours, best = taken[_OURS].median, min(taken[peer].median for peer in taken if peer != _OURS)
    others = ", ".join(f"{peer} {taken[peer].median:.0f} ms" for peer in taken if peer != _OURS)
    return Figure(
        name,
        f"{ours:.0f} ms",
        f"{best / ours:.2f} × as fast as the best of {others}",
        f"≥ {least:g} ×",
        best / ours >= least,
        _LARGE_ROUNDS,
    )


def _fill(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for target in (f"/{_BUCKET}", *(f"/{_BUCKET}/key-{number:06}" for number in range(_KEYS))):
        body = b"" if target == f"/{_BUCKET}" else b"x" * 1024
        connection.request("PUT", target, body, {"Authorization": _SIGNED})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"port {port}: PUT {target} gave {answer.status}")
    connection.close()


def _load(port: int, script: Callable[[], str]) -> Callable[[], float]:
    """Return what asks a server for some seconds and tells how many good answers it gave in one."""

    def run() -> float:
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
            file.write(script())
            file.flush()
            done = subprocess.run(
                [wrk(), "-t1", f"-c{_CONNECTIONS}", f"-d{_SECONDS}s", "-s", file.name, f"http://127.0.0.1:{port}"],
                capture_output=True,
                text=True,
                check=True,
            )
        answered, failed = _number(r"(\d+) requests in", done.stdout), _number(r"Non-2xx.*: (\d+)", done.stdout)
        return (answered - failed) / _SECONDS

    return run


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found[1]) if found else 0


def _threads(client: Any, call: Callable[[Any], None]) -> Callable[[], float]:
    def run() -> float:
        end, counts = time.monotonic() + _SECONDS, [0] * _CONNECTIONS

        def work(number: int) -> None:
            while time.monotonic() < end:
                call(client)
                counts[number] += 1

        threads = [threading.Thread(target=work, args=(number,)) for number in range(_CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts) / _SECONDS

    return run


def _client(port: int) -> Any:
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - what people set for an emulator
        config=Config(max_pool_connections=_CONNECTIONS),
    )


def _timed(transfer: Callable[..., None], *arguments: object) -> Callable[[], float]:
    def run() -> float:
        started = time.perf_counter()
        transfer(*arguments)
        return since(started)

    return run


def _upload(port: int, key: str, file: Path) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection, file.open("rb") as source:
        head = (
            f"PUT /{_BUCKET}/{key} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: {_SIGNED}\r\n"
            f"Content-Length: {file.stat().st_size}\r\n\r\n"
        )
        connection.sendall(head.encode())
        connection.sendfile(source)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"port {port}: put gave {answer.status}")


def _download(port: int, key: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", f"/{_BUCKET}/{key}", headers={"Authorization": _SIGNED})
    answer, room = connection.getresponse(), bytearray(4 * MIB)
    while answer.readinto(room):
        pass
    connection.close()
