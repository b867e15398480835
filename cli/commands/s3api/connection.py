"""The way to S3's door: to the running server, or to the same door in this process. Every request is signed."""

import http.client
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from cli.commands.s3api.answer import Answered
from cli.commands.s3api.request import Request
from cli.options import open_cloud
from cli.server import find_server
from emulator.errors import InvalidRequestError, ServerUnavailableError
from emulator.home import Home
from emulator.settings import Settings
from emulator.signatures import Credentials, authorization_of
from emulator.units import utc_now

_ADDRESS = "127.0.0.1"


@dataclass(frozen=True)
class Connection:
    """Takes one request after the other."""

    _http: http.client.HTTPConnection
    _settings: Settings

    @contextmanager
    def answer(self, request: Request) -> Iterator[Answered]:
        """Send *request* and yield its answer, whose content is still to be read."""
        target = f"{request.path}?{request.query}" if request.query else request.path
        headers = {**request.headers, "host": f"{_ADDRESS}:{self._http.port}"}
        headers |= authorization_of(
            request.method,
            target,
            headers,
            Credentials(self._settings.access_key_id, self._settings.secret_access_key),
            region=self._settings.region,
            now=utc_now(),
        )
        if request.length or request.method in ("PUT", "POST"):
            headers["content-length"] = str(request.length)
        _check(headers)
        try:
            self._http.request(request.method, target, request.body or None, headers)
            reply = self._http.getresponse()
            yield Answered(reply.status, reply.reason, reply.getheaders(), reply)
            reply.read()
        except (ConnectionError, http.client.HTTPException) as error:
            raise ServerUnavailableError(
                f"the server on port {self._http.port} stopped answering ({error})",
                hint="see it with `cloudlet status`",
            ) from error


def _check(headers: Mapping[str, str]) -> None:
    for name, text in headers.items():
        if not text.isprintable():
            raise InvalidRequestError(f"{text!r} cannot be sent: {name} is one line of text")


@contextmanager
def connected() -> Iterator[Connection]:
    """Yield the way to this home's buckets."""
    settings = Settings.from_environment()
    server = find_server(Home(settings.home))
    if server is not None:
        connection = http.client.HTTPConnection(_ADDRESS, server.port)
        try:
            yield Connection(connection, settings)
        finally:
            connection.close()
        return
    from emulator.http.s3.alone import one_connection

    with open_cloud(quiet=True) as cloud, one_connection(cloud.buckets, settings) as socket:
        connection = http.client.HTTPConnection(_ADDRESS, settings.port)
        connection.sock = socket
        yield Connection(connection, settings)
