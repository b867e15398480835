"""What `cloudlet s3 presign` and `website` print is of use to others."""

import dataclasses
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from cli.main import run
from emulator.buckets import Buckets
from emulator.http.s3 import S3Door
from emulator.settings import Settings
from tests.unit.s3.conftest import Server

KEYS = ["a.csv", "in/with space", "a+b%20c", "naïve-日本", "new\nline", "~'()*!", "x//y", "q?a=b&c#d"]


@pytest.fixture
def guarded(buckets: Buckets, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that refuses what is not signed with other than the usual credentials."""
    mine = dataclasses.replace(settings, require_auth=True, access_key_id="MINE", secret_access_key="se/cr+et")
    server = Server(S3Door(buckets, mine))
    server.start()
    monkeypatch.setenv("CLOUDLET_ACCESS_KEY_ID", mine.access_key_id)
    monkeypatch.setenv("CLOUDLET_SECRET_ACCESS_KEY", mine.secret_access_key)
    monkeypatch.setenv("CLOUDLET_HOME", str(settings.home))
    monkeypatch.setenv("CLOUDLET_PORT", str(server.port))
    monkeypatch.delenv("CLOUDLET_OUTPUT", raising=False)
    yield server
    server.stop()


def presigned(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert run(["s3", "presign", *words]) == 0
    return capsys.readouterr().out.strip()


@pytest.mark.parametrize("key", KEYS)
def test_a_presigned_url_opens_the_door(
    guarded: Server, buckets: Buckets, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    """For whoever has it, whatever the key is."""
    buckets.create_bucket("raw")
    with buckets.objects.stage("raw", key) as staged:
        staged.write(b"hello")
        buckets.objects.place("raw", key, staged)

    url = presigned(capsys, f"s3://raw/{key}", "--expires-in", "60")

    assert f"/raw/{quote(key, safe='/~')}?" in url
    assert urllib.request.urlopen(url).read() == b"hello"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url.replace("X-Amz-Expires=60", "X-Amz-Expires=61"))


def test_a_presigned_url_is_good_for_so_long(
    guarded: Server, buckets: Buckets, capsys: pytest.CaptureFixture[str]
) -> None:
    """None at all, here."""
    buckets.create_bucket("raw")

    url = presigned(capsys, "raw/a", "--expires-in", "0")

    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url)


def test_a_web_site_is_written_down_as_by_the_api(
    guarded: Server, buckets: Buckets, capsys: pytest.CaptureFixture[str]
) -> None:
    """In AWS's document, and its address is printed."""
    buckets.create_bucket("web")
    capsys.readouterr()

    assert run(["s3", "website", "s3://web/", "--index-document", "index.html", "--error-document", "error.html"]) == 0

    assert capsys.readouterr().out == f"http://web.s3-website.localhost:{guarded.port}/\n"
    assert buckets.bucket_settings.get("web", "BucketWebsite") == {
        "IndexDocument": {"Suffix": "index.html"},
        "ErrorDocument": {"Key": "error.html"},
    }


def test_what_the_command_line_sets_the_api_shows(
    server: Server, s3: Any, buckets: Buckets, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bucket's tags, and its web site, at the address that is printed."""
    monkeypatch.setenv("CLOUDLET_HOME", str(settings.home))
    assert run(["s3", "mb", "s3://web", "--tags", "stage", "test", "--tags", "owner", "me"]) == 0
    assert run(["s3", "website", "s3://web", "--index-document", "index.html"]) == 0
    (buckets.path("web") / "index.html").write_text("<p>hello")
    buckets.scan("web")

    url = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/", headers={"Host": f"web.s3-website.localhost:{server.port}"}
    )
    page = urllib.request.urlopen(url).read()

    assert s3.get_bucket_tagging(Bucket="web")["TagSet"] == [
        {"Key": "stage", "Value": "test"},
        {"Key": "owner", "Value": "me"},
    ]
    assert s3.get_bucket_website(Bucket="web")["IndexDocument"] == {"Suffix": "index.html"}
    assert page == b"<p>hello"
