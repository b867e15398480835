"""The S3 door on a real server and a free port, and the clients that people have."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from aiohttp import web
from botocore.config import Config

from emulator.buckets import Buckets
from emulator.home import Home
from emulator.http.s3 import S3Door
from emulator.settings import Settings
from emulator.state import Database
from emulator.units import MIB
from tests.conftest import cannot_run
from tests.unit.buckets.conftest import Recorder

ALONE = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
"""The environment of a client that knows nothing of the AWS account of whoever runs the tests."""

_DUCKDB = """
import json, sys
from importlib.resources import files
import duckdb
statements, home = json.load(sys.stdin)
database = duckdb.connect(config={"extension_directory": home, "autoinstall_known_extensions": False})
database.execute("SET enable_progress_bar = false")
(extension,) = (files("duckdb_extension_httpfs") / "extensions").glob("*/httpfs.duckdb_extension")
database.execute(f"INSTALL '{extension}'")
answers = []
for statement in statements:
    try:
        answers.append(database.execute(statement).fetchall())
    except duckdb.Error as error:
        answers.append(str(error))
json.dump(answers, sys.stdout)
"""
"""Statements from stdin, one session, each answer as JSON."""

Ask = Callable[..., list[Any]]


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def buckets(settings: Settings, recorder: Recorder) -> Iterator[Buckets]:
    home = Home(settings.home)
    home.create()
    database = Database(home.state_file)
    yield Buckets(database, home, settings, on_event=recorder)
    database.close()


class Server:
    """An event loop in a thread, with nothing in it but the door."""

    def __init__(self, door: S3Door) -> None:
        self._door = door
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self.port = 0

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(30)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> None:
        app = web.Application()
        self._door.add_to(app)
        self._runner = web.AppRunner(app, access_log=None, auto_decompress=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        await self._runner.cleanup()
        await self._loop.shutdown_default_executor()


@pytest.fixture
def server(buckets: Buckets, settings: Settings) -> Iterator[Server]:
    server = Server(S3Door(buckets, settings))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def s3(server: Server) -> Iterator[Any]:
    """A boto3 client as people have it, but for the endpoint."""
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{server.port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 1}),
    )
    yield client
    client.close()


@pytest.fixture
def raw(s3: Any, buckets: Buckets) -> Path:
    """The folder of a bucket named raw."""
    s3.create_bucket(Bucket="raw")
    return buckets.path("raw")


@pytest.fixture
def endpoint(server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """The endpoint, which the environment names too."""
    url = f"http://127.0.0.1:{server.port}"
    for name, value in {**ALONE, "AWS_ENDPOINT_URL": url}.items():
        monkeypatch.setenv(name, value)
    return url


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """A file that clients send in parts."""
    path = tmp_path / "big"
    path.write_bytes(os.urandom(20 * MIB + 3))
    return path


@pytest.fixture
def clients() -> Path:
    """The environment of the clients that cannot be in this one: s3fs wants an older botocore than the AWS CLI does."""
    folder = Path(sys.prefix) / "clients"
    if not (folder / ".installed").exists():
        cannot_run("s3fs, DuckDB and AWS's SDK for JavaScript are not here; `make test` installs them")
    return folder


@pytest.fixture
def ask(endpoint: str, raw: Path, clients: Path, tmp_path: Path) -> Ask:
    """Run statements in one session, in which HOST is the endpoint; return the rows of each, or why it was refused."""

    def asked(*statements: str) -> list[Any]:
        here = [statement.replace("HOST", endpoint.removeprefix("http://")) for statement in statements]
        done = subprocess.run(
            [str(clients / "bin" / "python"), "-c", _DUCKDB],
            input=json.dumps([here, str(tmp_path / "extensions")]),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return list(json.loads(done.stdout))

    return asked
