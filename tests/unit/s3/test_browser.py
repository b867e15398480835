"""A real browser, if this machine has one: what CORS rules and the guard come to for a page, and how a site looks."""

import html
import http.server
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from emulator.buckets import Buckets
from emulator.http.s3 import S3Door
from emulator.settings import Settings
from tests.unit.s3.test_cors import GuardedServer, allow

PAGE_HOST = "page.example"
_SCRIPT = """<!doctype html><pre id="out">waiting</pre><script>
const tried = async (method, url, body) => {
  try {
    const answer = await fetch(url, body === null ? {method} : {method, body, headers: {"Content-Type": "text/plain"}});
    return [answer.status, answer.headers.get("etag") !== null, method === "GET" ? await answer.text() : ""];
  } catch (error) { return ["refused", false, ""]; }
};
(async () => {
  const found = [];
  for (const [method, url, body] of REQUESTS) found.push(await tried(method, url, body));
  document.getElementById("out").textContent = JSON.stringify(found);
})();
</script>"""


@pytest.fixture
def browser() -> str:
    """The path of a Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("this machine has no Chromium")
    return found


@pytest.fixture
def server(buckets: Buckets, settings: Settings) -> Iterator[GuardedServer]:
    server = GuardedServer(S3Door(buckets, settings))
    server.start()
    yield server
    server.stop()


def shown(browser: str, url: str, profile: Path) -> str:
    """Return a page's document as it is when all its requests are answered; page.example is this machine."""
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        f"--user-data-dir={profile}",
        f"--host-resolver-rules=MAP {PAGE_HOST} 127.0.0.1",
        "--virtual-time-budget=30000",
        "--dump-dom",
        url,
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


class PageServer:
    """Somebody else's web server, with one page."""

    def __init__(self, page: str) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.port = self._server.server_address[1]

    def __enter__(self) -> "PageServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def outcomes(browser: str, requests: list[tuple[str, str, str | None]], profile: Path) -> list[Any]:
    """Return what a page of page.example is told of each request: status, whether it saw the etag, and what it read."""
    with PageServer(_SCRIPT.replace("REQUESTS", json.dumps(requests))) as page:
        document = shown(browser, f"http://{PAGE_HOST}:{page.port}/", profile)
    found = re.search(r'<pre id="out">(.*?)</pre>', document, re.DOTALL)
    assert found is not None, document
    answers: list[Any] = json.loads(html.unescape(found[1]))
    return answers


def test_a_browser_lets_a_page_do_what_the_rules_allow(
    server: GuardedServer, s3: Any, raw: Path, browser: str, tmp_path: Path
) -> None:
    """
    Puts, also by a presigned URL, and reads; nothing in a bucket without rules, nor by a method that no rule has.
    """
    s3.create_bucket(Bucket="closed")
    s3.put_object(Bucket="closed", Key="a", Body=b"mine")
    allow(s3, AllowedOrigins=[f"http://{PAGE_HOST}:*"], AllowedHeaders=["*"], ExposeHeaders=["ETag"])
    endpoint = f"http://127.0.0.1:{server.port}"
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(signature_version="s3v4"),
    )
    presigned = client.generate_presigned_url("put_object", Params={"Bucket": "raw", "Key": "b"})

    found = outcomes(
        browser,
        [
            ("PUT", f"{endpoint}/raw/a", "from a page"),
            ("GET", f"{endpoint}/raw/a", None),
            ("PUT", presigned, "presigned"),
            ("PUT", f"http://raw.s3.localhost:{server.port}/c", "by host"),
            ("GET", f"{endpoint}/raw/none", None),
            ("DELETE", f"{endpoint}/raw/a", None),
            ("PUT", f"{endpoint}/closed/a", "yours"),
            ("GET", f"{endpoint}/closed/a", None),
        ],
        tmp_path / "profile",
    )

    assert [status for status, _, _ in found] == [200, 200, 200, 200, 404, "refused", "refused", "refused"]
    assert found[0][1] is True
    assert found[1][2] == "from a page"
    assert {path.name: path.read_text() for path in raw.iterdir()} == {
        "a": "from a page",
        "b": "presigned",
        "c": "by host",
    }
    assert s3.get_object(Bucket="closed", Key="a")["Body"].read() == b"mine"


@pytest.mark.parametrize(
    "root", ["http://raw.s3-website.localhost:{port}", "http://127.0.0.1:{port}/_cloudlet/website/raw"]
)
def test_a_browser_shows_a_site_with_its_relative_links(
    server: GuardedServer, s3: Any, raw: Path, browser: str, tmp_path: Path, root: str
) -> None:
    """
    By either address; a folder without its slash, too.
    """
    s3.put_bucket_website(Bucket="raw", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    (raw / "docs").mkdir()
    (raw / "shared").mkdir()
    (raw / "docs" / "index.html").write_text(
        "<p id='a'>plain</p><script src='near.js'></script><script src='../shared/far.js'></script>"
    )
    (raw / "docs" / "near.js").write_text("document.getElementById('a').textContent += ' near';")
    (raw / "shared" / "far.js").write_text("document.getElementById('a').textContent += ' far';")

    document = shown(browser, f"{root.format(port=server.port)}/docs", tmp_path / "profile")

    assert '<p id="a">plain near far</p>' in document
