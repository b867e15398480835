"""Whatever a key is, whatever is done in whatever order, whatever bytes come: hypothesis thinks of it, we need not."""

import contextlib
import dataclasses
import http.client
import io
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import hypothesis as h
import pytest
from botocore.config import Config
from hypothesis import stateful
from hypothesis import strategies as st

from emulator.buckets import Buckets
from emulator.buckets.checksums import DEFAULT, Checksum, ChecksumType, UploadChecksum
from emulator.buckets.completion import Completion
from emulator.buckets.records import NULL_VERSION, OURSELVES, Description
from emulator.home import Home
from emulator.settings import Settings
from emulator.state import Database
from tests.unit.buckets.conftest import Recorder
from tests.unit.s3.process import ServerProcess, make_table

EXAMPLES = int(os.environ.get("CLOUDLET_FUZZ_EXAMPLES", "150"))
PATIENT = h.settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[h.HealthCheck.too_slow, h.HealthCheck.data_too_large, h.HealthCheck.filter_too_much],
)

SEGMENTS = st.one_of(
    st.sampled_from(
        [
            "",
            ".",
            "..",
            "a",
            "A",
            "b.part",
            "~",
            ".#x",
            ".cloudlet",
            "a" * 255,
            "é" * 128,
            "e\u0301",
            "\0",
            "\n",
            "%2e%2e",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
KEYS = st.lists(SEGMENTS, min_size=1, max_size=5).map("/".join).filter(lambda key: 0 < len(key.encode()) <= 1024)


def climbs(key: str) -> bool:
    """Tell whether *key*, read as a path, leads above where it begins: AWS refuses that."""
    depth = 0
    for segment in key.split("/"):
        depth += {"..": -1, ".": 0, "": 0}.get(segment, 1)
        if depth < 0:
            return True
    return False


@dataclasses.dataclass
class Target:
    """A server with an empty bucket named raw."""

    server: ServerProcess
    home: Home
    s3: Any

    def ask(self, method: str, key: str, body: bytes = b"") -> tuple[int, bytes]:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)) as connection:
            connection.request(method, f"/raw/{quote(key, safe='/')}", body)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def listed(self) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket="raw", PaginationConfig={"PageSize": 2})
        return [entry["Key"] for page in pages for entry in page.get("Contents", ())]

    def files(self) -> dict[str, bytes]:
        folder = self.home.buckets / "raw"
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def blobs(self) -> list[bytes]:
        return [path.read_bytes() for path in self.home.blobs.rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with serving(tmp_path_factory.mktemp("fuzz"), require_auth=False) as target:
        yield target


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """One that answers nobody who does not sign; there is an object named a."""
    with serving(tmp_path_factory.mktemp("locked"), require_auth=True) as target:
        target.s3.put_object(Bucket="raw", Key="a", Body=b"kept")
        yield target


@contextlib.contextmanager
def serving(folder: Path, *, require_auth: bool) -> Iterator[Target]:
    settings = dataclasses.replace(Settings.from_environment(), home=folder / "home", port=0, require_auth=require_auth)
    database = Database(Home(settings.home).state_file)
    make_table(database)
    database.close()
    with ServerProcess(settings, folder / "log") as server:
        client = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{server.port}",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )
        client.create_bucket(Bucket="raw")
        yield Target(server, Home(settings.home), client)
        client.close()
        assert "Traceback" not in server.said


@h.given(keys=st.lists(KEYS, min_size=1, max_size=6, unique=True))
@PATIENT
def test_any_key_is_put_got_listed_and_deleted(target: Target, keys: list[str]) -> None:
    """
    A file is where the key says, inside its bucket, or there is a blob; and all keys are listed once, in UTF-8 order.
    """
    contents = {key: f"<{number}> {key!r}".encode() for number, key in enumerate(keys) if not climbs(key)}

    for key in keys:
        status, _ = target.ask("PUT", key, contents.get(key, b"none"))
        assert status == (200 if key in contents else 400)

    assert target.listed() == sorted(contents, key=str.encode)
    for key, content in contents.items():
        assert target.ask("GET", key) == (200, content)
    files = target.files()
    assert files.items() <= contents.items()
    assert sorted(target.blobs()) == sorted(content for key, content in contents.items() if key not in files)
    for key in contents:
        assert target.ask("DELETE", key) == (204, b"")
        assert target.ask("GET", key)[0] == 404
    assert (target.listed(), target.files(), target.blobs()) == ([], {}, [])
    assert list((target.home.buckets / "raw").iterdir()) == []
    assert list(target.home.staging.iterdir()) == []


METHODS = st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "X"])
SUBRESOURCES = (
    "acl attributes cors delete encryption legal-hold lifecycle list-type location logging max-keys marker notification"
    " object-lock ownershipControls partNumber policy policyStatus prefix publicAccessBlock replication restore"
    " requestPayment retention response-content-type select start-after tagging torrent uploadId uploads versionId"
    " versioning versions website continuation-token delimiter encoding-type key-marker upload-id-marker"
    " X-Amz-Signature X-Amz-Algorithm X-Amz-Credential X-Amz-Date X-Amz-Expires X-Amz-SignedHeaders"
    " AWSAccessKeyId Signature Expires max-buckets bucket-region"
)
HEADERS = (
    "Range If-Match If-None-Match If-Modified-Since If-Unmodified-Since Content-MD5 Content-Type Content-Encoding"
    " Expect Authorization Date Origin Access-Control-Request-Method Transfer-Encoding Expires Cache-Control"
    " x-amz-date x-amz-acl x-amz-copy-source x-amz-copy-source-range x-amz-copy-source-if-match x-amz-content-sha256"
    " x-amz-decoded-content-length x-amz-trailer x-amz-checksum-crc32 x-amz-checksum-algorithm"
    " x-amz-sdk-checksum-algorithm x-amz-checksum-type x-amz-meta-a x-amz-metadata-directive x-amz-tagging"
    " x-amz-tagging-directive x-amz-storage-class x-amz-server-side-encryption x-amz-object-attributes"
    " x-amz-mp-object-size x-amz-website-redirect-location x-amz-mfa x-amz-bypass-governance-retention"
    " x-amz-object-ownership x-amz-max-parts x-amz-part-number-marker x-amzn-trace-id x-amz-expected-bucket-owner"
    " x-amz-object-lock-mode x-amz-object-lock-legal-hold x-amz-server-side-encryption-customer-algorithm"
    " x-amz-write-offset-bytes x-amz-if-match-size"
)
TAGS = (
    "Delete Object Key VersionId Quiet Tagging TagSet Tag Value CompleteMultipartUpload Part PartNumber ETag"
    " VersioningConfiguration Status CORSConfiguration CORSRule AllowedOrigin AllowedMethod MaxAgeSeconds"
    " LifecycleConfiguration Rule ID Filter Prefix Expiration Days Date NotificationConfiguration QueueConfiguration"
    " CloudFunctionConfiguration CloudFunction Event WebsiteConfiguration IndexDocument Suffix ErrorDocument"
    " RoutingRules RoutingRule Redirect CreateBucketConfiguration LocationConstraint AccessControlPolicy"
    " ServerSideEncryptionConfiguration PublicAccessBlockConfiguration OwnershipControls ObjectOwnership"
)
KNOWN = (
    "|0|1|2|-1|10001|999999999999999999999999999999|bytes=0-|bytes=-0|bytes=5-1|*|aws-chunked|gzip|true|COPY|REPLACE|url"
    "|null|Enabled|STREAMING-UNSIGNED-PAYLOAD-TRAILER|/raw/a|raw/a?versionId=|Thu, 01 Jan 1970 00:00:00 GMT|FULL_OBJECT"
    "|20261126T120000Z|AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=x|AWS4-HMAC-SHA256|a=b&c=d|%|%zz|%ff"
    "|CRC32|crc32|AAAAAA==|http://x"
)
COUNTED = "partNumber max-keys max-parts max-uploads max-buckets part-number-marker"
COUNTING = "x-amz-max-parts x-amz-part-number-marker x-amz-write-offset-bytes x-amz-if-match-size x-amz-mp-object-size"
NUMBERS = st.one_of(st.integers(-3, 3), st.sampled_from([1000, 1001, 10_000, 10_001]), st.integers()).map(str)
VALUES = st.one_of(
    st.sampled_from(KNOWN.split("|")),
    st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=20),
)
DOCUMENTS = st.recursive(
    VALUES.map(lambda text: text.replace("<", "&lt;").replace("&", "&amp;")),
    lambda inner: st.tuples(st.sampled_from(TAGS.split()), st.lists(inner, max_size=4)).map(
        lambda found: f"<{found[0]}>{''.join(found[1])}</{found[0]}>"
    ),
    max_leaves=12,
).map(lambda text: text.encode("utf-8"))
TARGETS = st.builds(
    lambda start, key, query: "/" + start + key + ("?" + "&".join(query) if query else ""),
    st.sampled_from(["", "raw", "raw/a", "raw/", "other/a", "RAW", "%00", "raw//"]),
    st.text(max_size=5).map(quote),
    st.lists(
        st.one_of(
            st.sampled_from(SUBRESOURCES.split()),
            st.builds(lambda name, text: f"{name}={quote(text)}", st.sampled_from(SUBRESOURCES.split()), VALUES),
        ),
        max_size=3,
    ),
)


def answered(target: Target, request: bytes, *, half_closed: bool) -> int:
    """Send *request* and return the status of the answer, 0 for none."""
    with socket.create_connection(("127.0.0.1", target.server.port), timeout=30) as connection:
        answer = b""
        with contextlib.suppress(ConnectionError):
            connection.sendall(request)
            if half_closed:
                connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                answer += chunk
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.") else 0


@h.given(
    method=METHODS,
    path=TARGETS,
    headers=st.lists(st.tuples(st.sampled_from(HEADERS.split()), VALUES), max_size=4),
    body=st.one_of(st.just(b""), st.binary(max_size=200), DOCUMENTS),
)
@h.settings(PATIENT, max_examples=10 * EXAMPLES)
def test_no_request_is_answered_with_a_mistake_of_ours(
    target: Target, method: str, path: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    """
    Names that S3 knows with values that it does not: refused or done, never a 500, never a traceback.
    """
    before = len(target.server.said)
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers]

    status = answered(target, "\r\n".join([*lines, "", ""]).encode("latin-1") + body, half_closed=False)

    assert status < 500 or status == 501
    assert "Traceback" not in target.server.said[before:]


@h.given(
    method=st.sampled_from(["GET", "HEAD", "PUT"]),
    path=st.sampled_from(["/raw/a", "/raw"]),
    parameters=st.dictionaries(st.sampled_from(COUNTED.split()), NUMBERS, min_size=1, max_size=3),
    marks=st.sampled_from([[], [], ["attributes"], ["list-type=2"], ["uploads"], ["uploadId=x"], ["versions"]]),
    headers=st.dictionaries(st.sampled_from(COUNTING.split()), NUMBERS, max_size=2),
)
@PATIENT
def test_no_number_is_one_too_many(
    target: Target, method: str, path: str, parameters: dict[str, str], marks: list[str], headers: dict[str, str]
) -> None:
    """
    Of things that are there: a number below nothing, or beyond all that there is, is no place in a list of ours.
    """
    target.s3.put_object(Bucket="raw", Key="a", Body=b"content")
    before = len(target.server.said)
    query = "&".join([*marks, *(f"{name}={number}" for name, number in parameters.items())])
    lines = [f"{method} {path}?{query} HTTP/1.1", "Host: localhost", "Connection: close", "Content-Length: 0"]
    lines += ["x-amz-object-attributes: ObjectParts", *(f"{name}: {number}" for name, number in headers.items())]

    status = answered(target, "\r\n".join([*lines, "", ""]).encode(), half_closed=False)

    assert status < 500 or status == 501
    assert "Traceback" not in target.server.said[before:]


@h.given(
    method=METHODS,
    path=TARGETS,
    headers=st.lists(st.tuples(st.sampled_from(HEADERS.split()), VALUES), max_size=4),
    body=st.one_of(st.just(b""), DOCUMENTS),
)
@PATIENT
def test_whoever_cannot_sign_changes_and_learns_nothing(
    locked: Target, method: str, path: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    """
    Where signatures are required, none of the shapes that a request may have is a way around them.
    """
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers]

    status = answered(locked, "\r\n".join([*lines, "", ""]).encode("latin-1") + body, half_closed=False)

    assert 400 <= status < 500 or status == 501
    assert locked.files() == {"a": b"kept"}
    assert [bucket["Name"] for bucket in locked.s3.list_buckets()["Buckets"]] == ["raw"]


@h.given(request=st.one_of(st.binary(max_size=500), st.binary(max_size=100).map(lambda rest: b"PUT /raw/a " + rest)))
@PATIENT
def test_bytes_that_are_no_request_end_their_connection(target: Target, request: bytes) -> None:
    before = len(target.server.said)

    status = answered(target, request, half_closed=True)

    assert status < 500
    assert "Traceback" not in target.server.said[before:]


class BucketMachine(stateful.RuleBasedStateMachine):
    """
    A bucket and what it should be: a dict.

    Programs write to its folder while requests come through the API. Whatever came last is what is there; whatever had
    a version id of its own can be had by it.
    """

    NAMES = st.sampled_from(["a", "a/b", "a/b/c", "d/e", "d/f", "g.part", "h//i", "j/"])
    ON_DISK = st.sampled_from(["a", "a/b", "a/b/c", "d/e", "d/f"])
    CONTENTS = st.binary(max_size=20)

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="cloudlet-fuzz-"))
        self.home = Home(self.folder / "home")
        self.home.create()
        self.database = Database(self.home.state_file)
        self.recorder = Recorder()
        settings = dataclasses.replace(Settings.from_environment(), home=self.home.root)
        self.buckets = Buckets(self.database, self.home, settings, on_event=self.recorder)
        self.raw = self.buckets.create_bucket("raw").path
        self.objects: dict[str, bytes] = {}
        self.versions: dict[tuple[str, str], bytes] = {}
        self.ambiguous: set[str] = set()
        """Keys whose last event tells of a version, and so not of what is there."""

    def teardown(self) -> None:
        self.scan_finds_what_is_there()
        self.database.close()
        shutil.rmtree(self.folder)

    @stateful.rule(key=NAMES, content=CONTENTS)
    def put(self, key: str, content: bytes) -> None:
        stored = self.buckets.objects.put("raw", key, io.BytesIO(content))
        self._wrote(key, content, stored.version_id)

    @stateful.rule(key=NAMES, content=CONTENTS)
    def upload(self, key: str, content: bytes) -> None:
        uploads = self.buckets.uploads
        upload = uploads.create(
            "raw", key, Description(), UploadChecksum(DEFAULT, ChecksumType.FULL_OBJECT, asked=False)
        )
        with uploads.stage() as staged:
            staged.write(content)
            checksum = Checksum(DEFAULT)
            checksum.update(content)
            part = uploads.put_part(upload, 1, staged, {DEFAULT.member: checksum.base64()})
        done = uploads.complete("raw", key, upload.id, Completion([{"PartNumber": 1, "ETag": part.etag}], OURSELVES))
        self._wrote(key, content, done.version_id or NULL_VERSION)

    @stateful.rule(key=NAMES, source=NAMES)
    def copy(self, key: str, source: str) -> None:
        if key == source or source not in self.objects:
            return
        with self.buckets.objects.open("raw", source) as opened:
            stored = self.buckets.objects.copy(opened, "raw", key)
        self._wrote(key, self.objects[source], stored.version_id)

    @stateful.rule(key=NAMES)
    def delete(self, key: str) -> None:
        self.buckets.objects.delete("raw", key)
        self.objects.pop(key, None)
        self.ambiguous.discard(key)

    @stateful.rule(number=st.integers(0, 20))
    def delete_version(self, number: int) -> None:
        self.buckets.scan("raw")
        found = self.buckets.objects.versions("raw").versions
        if not found:
            return
        chosen = found[number % len(found)]
        same = [version for version in found if version.key == chosen.key]
        left = [version for version in same if version.stored.sequencer != chosen.stored.sequencer]
        becomes = left[0] if chosen.is_latest and left else None
        content = None
        if becomes is not None and not becomes.is_marker:
            with self.buckets.objects.open("raw", chosen.key, becomes.stored.version_id) as opened:
                content = opened.file.read()
        self.buckets.objects.delete("raw", chosen.key, chosen.stored.version_id)
        self.versions.pop((chosen.key, chosen.stored.version_id), None)
        self.ambiguous.add(chosen.key)
        if chosen.is_latest:
            self.objects.pop(chosen.key, None)
            if content is not None:
                self.objects[chosen.key] = content

    @stateful.rule(status=st.sampled_from(["Enabled", "Suspended"]))
    def set_versioning(self, status: str) -> None:
        self.buckets.set_versioning("raw", status)

    @stateful.rule(key=ON_DISK, content=CONTENTS, aside=st.booleans())
    def write_file(self, key: str, content: bytes, aside: bool) -> None:
        path = self.raw / key
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            if aside:
                beside = path.with_name("beside.part")
                beside.write_bytes(content)
                try:
                    beside.rename(path)
                finally:
                    beside.unlink(missing_ok=True)
            else:
                path.write_bytes(content)
            self.objects[key] = content
            self.ambiguous.discard(key)
            self.buckets.reconcile("raw", key)

    @stateful.rule(key=ON_DISK)
    def remove_file(self, key: str) -> None:
        with contextlib.suppress(OSError):
            (self.raw / key).unlink()
            del self.objects[key]
            self.ambiguous.discard(key)

    @stateful.rule(key=ON_DISK, other=ON_DISK)
    def move_file(self, key: str, other: str) -> None:
        if key == other or not (self.raw / key).is_file():
            return
        with contextlib.suppress(OSError):
            (self.raw / other).parent.mkdir(parents=True, exist_ok=True)
            (self.raw / key).rename(self.raw / other)
            self.objects[other] = self.objects.pop(key)
            self.ambiguous -= {key, other}
            self.buckets.follow(("raw", key), "raw", other)

    @stateful.rule(folder=st.sampled_from(["a", "a/b", "d"]))
    def remove_folder(self, folder: str) -> None:
        path = self.raw / folder
        if path.is_dir():
            for file in [file for file in path.rglob("*") if file.is_file()]:
                self.objects.pop(file.relative_to(self.raw).as_posix(), None)
            shutil.rmtree(path)

    @stateful.rule()
    def scan(self) -> None:
        self.buckets.scan("raw")

    @stateful.rule()
    def scan_finds_what_is_there(self) -> None:
        self.buckets.scan("raw")

        assert [stored.key for stored in self.buckets.objects.all("raw")] == sorted(self.objects, key=str.encode)
        for key, content in self.objects.items():
            with self.buckets.objects.open("raw", key) as opened:
                assert opened.file.read() == content
        for (key, version_id), content in self.versions.items():
            with self.buckets.objects.open("raw", key, version_id) as opened:
                assert opened.file.read() == content
        last = {event.key: event.name for event in self.recorder.events}
        told = {key for key, name in last.items() if name.startswith("ObjectCreated:")}
        assert told - self.ambiguous == self.objects.keys() - self.ambiguous
        assert self.buckets.sweep(0) == 0
        assert list(self.home.staging.iterdir()) == []

    def _wrote(self, key: str, content: bytes, version_id: str) -> None:
        self.objects[key] = content
        self.ambiguous.discard(key)
        if version_id != NULL_VERSION:
            self.versions[key, version_id] = content


TestBucketMachine = BucketMachine.TestCase
TestBucketMachine.settings = h.settings(PATIENT, max_examples=EXAMPLES, stateful_step_count=25)
