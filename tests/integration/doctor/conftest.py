"""Engines with a fault, and a person without rights."""

import http.server
import json
import os
import shutil
import socket
import socketserver
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_NOBODY = 65534


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter, with a path short enough for a socket: pytest's own is neither."""
    folder = Path(tempfile.mkdtemp(prefix="cloudlet-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def engine_of_version(open_folder: Path) -> Iterator[Callable[[str], str]]:
    """Serve an engine that answers /version, as engines of any age do; return its URL."""
    servers: list[socketserver.BaseServer] = []

    def serve(api_version: str) -> str:
        socket_path = open_folder / "old.sock"
        body = json.dumps({"Version": "18.09.1", "ApiVersion": api_version, "MinAPIVersion": "1.12"}).encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.path == "/version" else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Keep the test's output clean."""

            def address_string(self) -> str:
                return "unix"

        server = socketserver.ThreadingUnixStreamServer(str(socket_path), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return f"unix://{socket_path}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def forbidden_engine(open_folder: Path) -> Iterator[str]:
    """Listen on a socket that only root may use; return its URL."""
    path = open_folder / "forbidden.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        path.chmod(0)
        yield f"unix://{path}"


@pytest.fixture
def without_rights() -> Callable[[], object]:
    """Return a context in which this process is no more than an ordinary user, if it was root."""

    @contextmanager
    def as_nobody() -> Iterator[None]:
        was = os.geteuid()
        if was == 0:
            os.seteuid(_NOBODY)
        try:
            yield
        finally:
            os.seteuid(was)

    return as_nobody
