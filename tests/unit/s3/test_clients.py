"""Programs that people have, unmodified but for the endpoint: boto3's transfers, the AWS CLI, s3fs under pandas."""

import base64
import dataclasses
import hashlib
import http.client
import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from awscli.clidriver import create_clidriver  # type: ignore[import-untyped]
from botocore.config import Config

from emulator.buckets import Buckets
from emulator.http.s3 import S3Door
from emulator.settings import Settings
from emulator.units import MIB
from tests.conftest import wait_for
from tests.unit.buckets.conftest import Recorder
from tests.unit.s3.conftest import Server
from tests.unit.s3.test_boto3 import refused

COMPLETE = "ObjectCreated:CompleteMultipartUpload"


def aws(*words: str) -> str:
    """Run the installed `aws` and return what it printed."""
    command = [str(Path(sys.executable).with_name("aws")), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Api:
    """`aws s3api`, as it is, but in this process: thirty starts of Python are half a minute."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._driver = create_clidriver()

    def __call__(self, *words: str) -> Any:
        """Return the document that it prints, None for none."""
        code, out, err = self._run(words)
        assert code == 0, err
        return json.loads(out) if out.strip() else None

    def refused(self, *words: str) -> str:
        """Return what it says on stderr."""
        code, _, err = self._run(words)
        assert code != 0
        return err

    def _run(self, words: tuple[str, ...]) -> tuple[int, str, str]:
        self._capsys.readouterr()
        code = int(self._driver.main(["s3api", *words, "--output", "json"]))
        return code, *self._capsys.readouterr()


@pytest.fixture
def api(endpoint: str, raw: Path, capsys: pytest.CaptureFixture[str]) -> Api:
    return Api(capsys)


def test_the_aws_cli_presigns_urls_that_expire(endpoint: str, raw: Path) -> None:
    """
    With what `cloudlet env` sets, and nothing else: its URLs are of version 2 then.
    """
    (raw / "a").write_bytes(b"content")
    url = aws("s3", "presign", "s3://raw/a", "--expires-in", "60").strip()
    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.read() == b"content"

    late = aws("s3", "presign", "s3://raw/a", "--expires-in", "1").strip()

    def is_refused() -> bool:
        try:
            urllib.request.urlopen(late, timeout=30).close()
        except urllib.error.HTTPError as error:
            return b"Request has expired" in error.read()
        return False

    wait_for(is_refused)


def test_boto3_transfers_files_in_parts_both_ways(
    s3: Any, raw: Path, big: Path, tmp_path: Path, recorder: Recorder, buckets: Buckets
) -> None:
    """
    With several threads, as `upload_file` does from 8 MiB on; copies of large objects are made in parts too.
    """
    extra = {"Metadata": {"who": "me"}, "ContentType": "text/x", "Tagging": "a=1"}

    s3.upload_file(str(big), "raw", "d/big", ExtraArgs=extra)
    s3.download_file("raw", "d/big", str(tmp_path / "down"))

    assert (tmp_path / "down").read_bytes() == big.read_bytes() == (raw / "d/big").read_bytes()
    head = s3.head_object(Bucket="raw", Key="d/big", ChecksumMode="ENABLED")
    assert head["ETag"].endswith('-3"')
    assert (head["Metadata"], head["ContentType"], head["TagCount"]) == ({"who": "me"}, "text/x", 1)
    assert recorder.seen == [(COMPLETE, "d/big")]
    transfer = boto3.s3.transfer.TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
    s3.copy({"Bucket": "raw", "Key": "d/big"}, "raw", "copy", Config=transfer)
    assert (raw / "copy").read_bytes() == big.read_bytes()
    assert s3.head_object(Bucket="raw", Key="copy")["ETag"].endswith('-5"')
    assert not any(path.is_file() for path in (buckets.root.parent / "blobs").rglob("*"))


def test_the_aws_cli_copies_large_files_both_ways(
    endpoint: str, raw: Path, big: Path, tmp_path: Path, recorder: Recorder
) -> None:
    aws("s3", "cp", str(big), "s3://raw/d/big", "--no-progress")
    aws("s3", "cp", "s3://raw/d/big", str(tmp_path / "down"), "--no-progress")
    aws("s3", "cp", "s3://raw/d/big", "s3://raw/again", "--no-progress")

    assert (tmp_path / "down").read_bytes() == big.read_bytes() == (raw / "again").read_bytes()
    assert recorder.seen == [(COMPLETE, "d/big"), (COMPLETE, "again")]


def test_the_aws_cli_syncs_folders_both_ways(endpoint: str, raw: Path, tmp_path: Path) -> None:
    """
    And finds nothing to do the second time: sizes and times are as it left them.
    """
    names = ["a.txt", "d/b c.csv", "d/é+%.bin", "large"]
    for number, name in enumerate(names):
        path = tmp_path / "up" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * (number + 9 * MIB * (name == "large")))
        os.utime(path, (1_700_000_000, 1_700_000_000))

    first = aws("s3", "sync", str(tmp_path / "up"), "s3://raw/in", "--no-progress")
    second = aws("s3", "sync", str(tmp_path / "up"), "s3://raw/in", "--no-progress")
    aws("s3", "sync", "s3://raw/in", str(tmp_path / "down"), "--no-progress")
    (tmp_path / "up/a.txt").unlink()
    removed = aws("s3", "sync", str(tmp_path / "up"), "s3://raw/in", "--delete", "--no-progress")

    assert (len(first.splitlines()), second) == (len(names), "")
    for name in names:
        assert (tmp_path / "down" / name).read_bytes() == b"x" * (names.index(name) + 9 * MIB * (name == "large"))
    assert removed.strip() == "delete: s3://raw/in/a.txt"
    assert not (raw / "in/a.txt").exists()


def test_the_aws_cli_uploads_part_by_part(api: Api, raw: Path, tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"1" * 5 * MIB)
    (raw / "source").write_bytes(b"0123456789")
    there = ("--bucket", "raw", "--key", "d/a b")
    created = api("create-multipart-upload", *there, "--checksum-algorithm", "SHA256", "--metadata", "who=me")
    where = (*there, "--upload-id", created["UploadId"])

    # In a process of its own: it leaves the file open.
    body = ("--body", str(tmp_path / "one"), "--checksum-algorithm", "SHA256", "--output", "json")
    sent = json.loads(aws("s3api", "upload-part", *where, "--part-number", "1", *body))
    source = ("--copy-source", "raw/source", "--copy-source-range", "bytes=3-5")
    copied = api("upload-part-copy", *where, "--part-number", "2", *source)["CopyPartResult"]
    parts = api("list-parts", *where)["Parts"]
    uploads = api("list-multipart-uploads", "--bucket", "raw", "--prefix", "d/")["Uploads"]
    named = [{name: part[name] for name in ("PartNumber", "ETag", "ChecksumSHA256")} for part in parts]
    done = api("complete-multipart-upload", *where, "--multipart-upload", json.dumps({"Parts": named}))

    assert [part["ETag"] for part in parts] == [sent["ETag"], copied["ETag"]]
    assert [upload["Key"] for upload in uploads] == ["d/a b"]
    assert done["ETag"].endswith('-2"')
    assert done["ChecksumSHA256"].endswith("-2")
    assert (raw / "d/a b").read_bytes() == b"1" * 5 * MIB + b"345"
    again = api("create-multipart-upload", *there)["UploadId"]
    api("abort-multipart-upload", *there, "--upload-id", again)
    assert "NoSuchUpload" in api.refused("list-parts", *there, "--upload-id", again)
    assert "Uploads" not in (api("list-multipart-uploads", "--bucket", "raw") or {})


def test_the_aws_cli_tags_objects_and_looks_who_owns_them(api: Api, raw: Path) -> None:
    (raw / "a").write_bytes(b"x")
    there = ("--bucket", "raw", "--key", "a")
    tagging = {"TagSet": [{"Key": "colour", "Value": "rød & blå".replace("&", "+")}]}

    api("put-object-tagging", *there, "--tagging", json.dumps(tagging))

    assert api("get-object-tagging", *there) == tagging
    api("delete-object-tagging", *there)
    assert api("get-object-tagging", *there) == {"TagSet": []}
    acl = api("get-object-acl", *there)
    assert [grant["Permission"] for grant in acl["Grants"]] == ["FULL_CONTROL"]
    api("put-object-acl", *there, "--acl", "bucket-owner-full-control")
    assert "AccessControlListNotSupported" in api.refused("put-object-acl", *there, "--acl", "public-read")
    assert "Bucket is missing Object Lock" in api.refused("get-object-legal-hold", *there)
    assert "Bucket is missing Object Lock" in api.refused("get-object-retention", *there)
    assert "InvalidObjectState" in api.refused("restore-object", *there, "--restore-request", "Days=1")
    assert "MethodNotAllowed" in api.refused("get-object-torrent", *there, os.devnull)


@pytest.fixture
def by_name(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A boto3 client that puts the bucket into the host's name, on a machine that may not know such names."""
    resolve = socket.getaddrinfo

    def resolved(host: Any, *arguments: Any, **more: Any) -> Any:
        is_ours = isinstance(host, str) and host.endswith(".localhost")
        return resolve("127.0.0.1" if is_ours else host, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    client = boto3.client(
        "s3",
        endpoint_url=f"http://s3.localhost:{server.port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(s3={"addressing_style": "virtual"}),
    )
    yield client
    client.close()


def test_the_bucket_may_be_in_the_host_s_name(by_name: Any, raw: Path, big: Path, tmp_path: Path) -> None:
    """
    That is what every SDK does on AWS, unless told otherwise.
    """
    hosts: list[str] = []
    by_name.meta.events.register("before-send.s3", lambda request, **_: hosts.append(urlsplit(request.url).netloc))

    by_name.upload_file(str(big), "raw", "d/é")
    by_name.download_file("raw", "d/é", str(tmp_path / "down"))
    by_name.put_object_tagging(Bucket="raw", Key="d/é", Tagging={"TagSet": [{"Key": "a", "Value": "1"}]})
    by_name.put_object(Bucket="raw", Key="raw/raw", Body=b"x")

    assert (tmp_path / "down").read_bytes() == big.read_bytes()
    assert [entry["Key"] for entry in by_name.list_objects_v2(Bucket="raw")["Contents"]] == ["d/é", "raw/raw"]
    assert by_name.get_object_tagging(Bucket="raw", Key="d/é")["TagSet"] == [{"Key": "a", "Value": "1"}]
    assert {host.partition(":")[0] for host in hosts} == {"raw.s3.localhost"}


def test_a_part_may_be_sent_to_a_presigned_url(s3: Any, raw: Path) -> None:
    """
    So browsers upload large files. What the URL does not say, headers do, however they are written.
    """
    upload_id = s3.create_multipart_upload(Bucket="raw", Key="a")["UploadId"]
    part = {"Bucket": "raw", "Key": "a", "UploadId": upload_id, "PartNumber": 1}
    url = urlsplit(s3.generate_presigned_url("upload_part", Params=part))

    def put(body: bytes, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(url.netloc, timeout=30)
        connection.request("PUT", f"{url.path}?{url.query}", body, headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, answer.headers.get("ETag", "")

    wrong = base64.b64encode(hashlib.md5(b"other").digest()).decode()
    assert put(b"x", **{"Content-MD5": wrong})[0] == 400
    status, etag = put(b"x", **{"Content-MD5": base64.b64encode(hashlib.md5(b"x").digest()).decode()})
    assert status == 200
    s3.complete_multipart_upload(
        Bucket="raw", Key="a", UploadId=upload_id, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]}
    )
    assert (raw / "a").read_bytes() == b"x"


def test_parts_are_signed_where_signatures_are_required(
    buckets: Buckets, raw: Path, settings: Settings, big: Path, tmp_path: Path
) -> None:
    """
    boto3 signs every part; and a client with another secret is not let in.
    """
    server = Server(S3Door(buckets, dataclasses.replace(settings, require_auth=True)))
    server.start()

    def client(secret: str) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{server.port}",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key=secret,
        )

    try:
        client("test").upload_file(str(big), "raw", "a")
        client("test").download_file("raw", "a", str(tmp_path / "down"))
        refusal = refused(client("wrong").create_multipart_upload, Bucket="raw", Key="a")
    finally:
        server.stop()

    assert (tmp_path / "down").read_bytes() == big.read_bytes()
    assert refusal == ("SignatureDoesNotMatch", 403)


PANDAS = """
import sys
import pandas, s3fs
url = sys.argv[1]
options = {"key": "test", "secret": "test", "client_kwargs": {"endpoint_url": url}}
table = pandas.DataFrame({"n": range(400_000), "text": [f"row {number}" for number in range(400_000)]})
table.to_csv("s3://raw/t/all.csv", index=False, storage_options=options)
assert pandas.read_csv("s3://raw/t/all.csv", storage_options=options).equals(table)
files = s3fs.S3FileSystem(**options)
with files.open("raw/t/big", "wb", block_size=5 * 2**20) as file:
    for number in range(3):
        file.write(bytes([number]) * 6 * 2**20)
with files.open("raw/t/big", "rb") as file:
    file.seek(6 * 2**20 - 1)
    assert file.read(2) == bytes([0, 1])
with files.open("raw/t/gone", "wb", block_size=5 * 2**20, autocommit=False) as file:
    file.write(b"x" * 6 * 2**20)
file.discard()
files.copy("raw/t/big", "raw/t/copy")
assert sorted(files.ls("raw/t")) == ["raw/t/all.csv", "raw/t/big", "raw/t/copy"]
assert sorted(files.glob("raw/*/*.csv")) == ["raw/t/all.csv"]
assert files.cat("raw/t/copy") == files.cat("raw/t/big")
assert files.info("raw/t/big")["size"] == 18 * 2**20
files.put_tags("raw/t/big", {"a": "1"})
assert files.get_tags("raw/t/big") == {"a": "1"}
files.rm("raw/t", recursive=True)
assert not files.exists("raw/t/big")
"""


def test_pandas_and_s3fs_work_on_a_bucket(endpoint: str, raw: Path, clients: Path, buckets: Buckets) -> None:
    """
    What people who work with data write: tables, seeks, parts, a write that is called off.
    """
    python = str(clients / "bin" / "python")
    done = subprocess.run([python, "-c", PANDAS, endpoint], capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stderr
    assert list(raw.iterdir()) == []
    assert buckets.uploads.page("raw").uploads == ()
    assert not any(path.is_file() for path in (buckets.root.parent / "blobs").rglob("*"))
