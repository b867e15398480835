"""The floor of a warm invocation: a worker's container that is given its events by a socket and next to no code."""

import dataclasses
import os
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.bench import Bench
from benchmarks.figures import Samples, since
from emulator.engine import Kind
from emulator.functions import Function
from emulator.functions.workers.environment import surroundings_of, worker_environment
from emulator.functions.workers.sandbox import CPU_PERIOD_US, worker_spec

_EVENT = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
    b"Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\nLambda-Runtime-Deadline-Ms: %d\r\n"
    b"Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:bare\r\n\r\n{}"
)
_TAKEN = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
_FAR_MS = 4_000_000_000_000


class _BareRuntimeApi:
    """Listens for one runtime client, and reads no more of a request than where it ends."""

    def __init__(self, address: str) -> None:
        self._listener = socket.create_server((address, 0))
        self._readers = selectors.DefaultSelector()
        self._readers.register(self._listener, selectors.EVENT_READ)
        host, port = self._listener.getsockname()
        self.place = f"{host}:{port}"

    def often(self, times: int) -> Samples:
        """Have *times* events handled, one after the other; the first, which fills caches, does not count."""
        taken = []
        for _ in range(times + 1):
            started = time.perf_counter()
            self._request().sendall(_EVENT % _FAR_MS)
            answer = self._request()
            taken.append(since(started))
            answer.sendall(_TAKEN)
        return Samples(tuple(taken[1:]))

    def wait(self) -> None:
        """Return when the client has loaded its handler and asks for work."""
        while not any(key.fileobj is not self._listener for key, _ in self._readers.select()):
            self._accept()

    def close(self) -> None:
        for key in list(self._readers.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]  # sockets all
        self._readers.close()

    def _request(self) -> socket.socket:
        """Return the connection that the next whole request came on."""
        while True:
            for key, _ in self._readers.select():
                if key.fileobj is self._listener:
                    self._accept()
                elif self._read(key.fileobj):  # type: ignore[arg-type]
                    return key.fileobj  # type: ignore[return-value]

    def _accept(self) -> None:
        self._readers.register(self._listener.accept()[0], selectors.EVENT_READ)

    def _read(self, connection: socket.socket) -> bool:
        """Read to the end of a request; tell whether there was one, or the client hung up."""
        got = connection.recv(65_536)
        if not got:
            self._readers.unregister(connection)
            connection.close()
            return False
        while b"\r\n\r\n" not in got:
            got += connection.recv(65_536)
        head, _, body = got.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        while len(body) < length:
            body += connection.recv(65_536)
        return True


@contextmanager
def bare_runtime_api(at: Bench, function: Function, holder_id: str) -> Iterator[_BareRuntimeApi]:
    """Yield what has a worker of *function* handle events: the same container, without us."""
    containers = at.cloud.engine.containers
    pipe = at.folder / f"bare-{function.name}"
    os.mkfifo(pipe)
    pipe.chmod(0o666)
    reader = os.open(pipe, os.O_RDWR)
    api = _BareRuntimeApi(at.cloud.engine.networks.gateway())
    spec = worker_spec(
        function,
        image=at.cloud.functions.runtime_image(function),
        code=at.cloud.functions.mounted_code(function),
        holder_id=holder_id,
        pipe=pipe,
        environment=worker_environment(function, surroundings_of(at.cloud.settings, ""), api.place, "bare"),
    )
    container_id = containers.run(dataclasses.replace(spec, kind=Kind.BUILD))
    try:
        api.wait()
        containers.set_cpus(container_id, function.cpus, CPU_PERIOD_US)
        yield api
    finally:
        containers.remove(container_id)
        api.close()
        os.close(reader)
