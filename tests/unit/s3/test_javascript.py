"""AWS's SDK for JavaScript, v3, unmodified but for the endpoint, where every request must be signed."""

import dataclasses
import json
import os
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator.buckets import Buckets
from emulator.settings import Settings
from tests.unit.buckets.conftest import Recorder

# Names under .localhost are this machine, also where the system does not know it.
PRELUDE = """
const { createReadStream } = require("node:fs");
const http = require("node:http");
const { PassThrough, Readable } = require("node:stream");
const sdk = require("@aws-sdk/client-s3");
const { Upload } = require("@aws-sdk/lib-storage");
const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");
const here = [{ address: "127.0.0.1", family: 4 }];
const lookup = (host, options, done) => options.all ? done(null, here) : done(null, here[0].address, 4);
const settings = () => ({ requestHandler: { httpAgent: new http.Agent({ lookup }) } });
const s3 = new sdk.S3Client(settings());
const seen = [];
const note = (next) => (call) => { seen.push(call.request); return next(call); };
s3.middlewareStack.add(note, { step: "finalizeRequest" });
const command = (name, input) => new sdk[`${name}Command`]({ Bucket: "raw", ...input });
const send = (name, input) => s3.send(command(name, input));
const refusal = (promise) => promise.then(() => null, (error) => [error.name, error.$metadata?.httpStatusCode]);
"""
Run = Callable[..., Any]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, require_auth=True)


@pytest.fixture(params=["127.0.0.1", "s3.localhost"], ids=["path", "virtual-host"])
def run(request: pytest.FixtureRequest, endpoint: str, raw: Path, clients: Path) -> Run:
    """Run the body of an async function, which sees *words*, and return what it returns; both styles of address."""
    environment = {
        **os.environ,
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint.replace("127.0.0.1", request.param),
        "NODE_PATH": str(clients / "node_modules"),
    }

    def ran(body: str, *words: str) -> Any:
        program = f"{PRELUDE}(async (...words) => {{ {body} }})(...process.argv.slice(1)).then((answer) =>"
        program += " console.log(JSON.stringify(answer)))"
        done = subprocess.run(
            [str(clients / "bin" / "node"), "-e", program, *words],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ran


def test_an_object_is_put_and_read_whole_and_in_part(run: Run, raw: Path) -> None:
    """
    With the checksum that the SDK sends unasked, and compares when it reads.
    """
    put, host, whole, part = run(
        """
        const Key = "d/é +%&.txt";
        const described = { ContentType: "text/x", Metadata: { who: "me" } };
        const put = await send("PutObject", { Key, Body: "hello world", ...described });
        const { hostname, headers } = seen.at(-1);
        const whole = await send("GetObject", { Key });
        const part = await send("GetObject", { Key, Range: "bytes=6-" });
        return [
          [put.ChecksumCRC32, headers["x-amz-checksum-crc32"]],
          hostname,
          [await whole.Body.transformToString(), whole.ChecksumCRC32, whole.Metadata, whole.ContentType],
          [await part.Body.transformToString(), part.ContentRange],
        ];
        """
    )

    assert put == ["DUoRhQ==", "DUoRhQ=="]
    assert host in ("127.0.0.1", "raw.s3.localhost")
    assert whole == ["hello world", "DUoRhQ==", {"who": "me"}, "text/x"]
    assert part == ["world", "bytes 6-10/11"]
    assert (raw / "d/é +%&.txt").read_text() == "hello world"


def test_streams_go_both_ways_with_any_checksum(run: Run, raw: Path, big: Path) -> None:
    """
    A stream is sent in chunks, and its checksum after it.
    """
    encoding, checksums = run(
        """
        const checksums = {};
        for (const name of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]) {
          await send("PutObject", { Key: name, Body: createReadStream(words[0]), ChecksumAlgorithm: name });
          const got = await send("GetObject", { Key: name, ChecksumMode: "ENABLED" });
          let size = 0;
          for await (const chunk of got.Body) size += chunk.length;
          checksums[name] = [size, typeof got[`Checksum${name}`]];
        }
        return [seen[0].headers["content-encoding"], checksums];
        """,
        str(big),
    )

    size = big.stat().st_size
    assert encoding == "aws-chunked"
    assert checksums == {name: [size, "string"] for name in ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256")}
    assert {path.read_bytes() for path in raw.iterdir()} == {big.read_bytes()}


def test_large_objects_are_uploaded_in_parts(
    run: Run, raw: Path, big: Path, recorder: Recorder, buckets: Buckets
) -> None:
    """
    By lib-storage, from a file and from a stream of unknown length; and one upload is called off.
    """
    etag, part, aborted = run(
        """
        const upload = (Key, Body) =>
          new Upload({ client: s3, partSize: 5 * 2 ** 20, params: { Bucket: "raw", Key, Body } });
        const { ETag } = await upload("file", createReadStream(words[0])).done();
        await upload("stream", createReadStream(words[0]).pipe(new PassThrough())).done();
        const part = await send("GetObject", { Key: "file", PartNumber: 2 });
        const off = upload("off", Readable.from((function* () { while (true) yield Buffer.alloc(2 ** 20); })()));
        off.on("httpUploadProgress", () => off.abort());
        return [ETag, [(await part.Body.transformToByteArray()).length, part.PartsCount], await refusal(off.done())];
        """,
        str(big),
    )

    assert etag.endswith('-5"')
    assert part == [5 * 2**20, 5]
    assert aborted[0] == "AbortError"
    assert (raw / "file").read_bytes() == (raw / "stream").read_bytes() == big.read_bytes()
    assert recorder.seen == [("ObjectCreated:CompleteMultipartUpload", name) for name in ("file", "stream")]
    assert buckets.uploads.page("raw").uploads == ()


def test_objects_are_listed_page_by_page_copied_and_deleted_at_once(run: Run, raw: Path) -> None:
    pages, folders, deleted, left = run(
        """
        for (let number = 0; number < 25; number++)
          await send("PutObject", { Key: `l/${number} é`, Body: `${number}` });
        await send("CopyObject", { Key: "copy", CopySource: `raw/${encodeURIComponent("l/7 é")}` });
        const pages = [];
        const keys = ({ Contents }) => Contents.map(({ Key }) => Key);
        const below = { Bucket: "raw", Prefix: "l/" };
        for await (const page of sdk.paginateListObjectsV2({ client: s3, pageSize: 10 }, below)) pages.push(keys(page));
        const { CommonPrefixes, Contents } = await send("ListObjectsV2", { Delimiter: "/" });
        const Objects = pages.flat().map((Key) => ({ Key }));
        const { Deleted, Errors } = await send("DeleteObjects", { Delete: { Objects } });
        const left = await send("ListObjectsV2");
        return [pages, [CommonPrefixes, Contents.length], [Deleted.length, Errors ?? []], keys(left)];
        """
    )

    assert [len(page) for page in pages] == [10, 10, 5]
    assert [key for page in pages for key in page] == sorted(f"l/{number} é" for number in range(25))
    assert folders == [[{"Prefix": "l/"}], 1]
    assert deleted == [25, []]
    assert left == ["copy"]
    assert (raw / "copy").read_text() == "7"


def test_presigned_urls_are_good_for_whoever_has_them(run: Run, endpoint: str, raw: Path) -> None:
    put, get = run(
        """
        const sign = (name) => getSignedUrl(s3, command(name, { Key: "d/é+" }), { expiresIn: 60 });
        return [await sign("PutObject"), await sign("GetObject")];
        """
    )

    def asks(url: str, method: str, body: bytes | None = None) -> bytes:
        host = url.split("/")[2]
        here = url.replace(f"http://{host}", endpoint)
        request = urllib.request.Request(here, body, {"Host": host}, method=method)
        with urllib.request.urlopen(request) as answer:
            return bytes(answer.read())

    asks(put, "PUT", b"by anybody")
    assert (raw / "d/é+").read_bytes() == b"by anybody" == asks(get, "GET")


def test_refusals_are_the_errors_that_programs_look_for(run: Run, raw: Path) -> None:
    refusals = run(
        """
        await send("PutObject", { Key: "a", Body: "x" });
        const credentials = { accessKeyId: "test", secretAccessKey: "no" };
        const stranger = new sdk.S3Client({ ...settings(), credentials });
        const { state } = await sdk.waitUntilObjectExists({ client: s3, maxWaitTime: 9 }, { Bucket: "raw", Key: "a" });
        return [
          await refusal(send("GetObject", { Key: "none" })),
          await refusal(send("HeadObject", { Key: "none" })),
          await refusal(send("ListObjectsV2", { Bucket: "none" })),
          await refusal(send("PutObject", { Key: "a", Body: "y", IfNoneMatch: "*" })),
          await refusal(send("DeleteBucket")),
          await refusal(stranger.send(new sdk.GetObjectCommand({ Bucket: "raw", Key: "a" }))),
          state,
        ];
        """
    )

    assert refusals == [
        ["NoSuchKey", 404],
        ["NotFound", 404],
        ["NoSuchBucket", 404],
        ["PreconditionFailed", 412],
        ["BucketNotEmpty", 409],
        ["SignatureDoesNotMatch", 403],
        "SUCCESS",
    ]


def test_every_version_is_found_and_deleted(run: Run, raw: Path) -> None:
    """
    Buckets are made and deleted as well.
    """
    kinds, buckets_left = run(
        """
        const Bucket = "other";
        await send("CreateBucket", { Bucket });
        await send("PutBucketVersioning", { Bucket, VersioningConfiguration: { Status: "Enabled" } });
        for (const Body of ["one", "two"]) await send("PutObject", { Bucket, Key: "a", Body });
        await send("DeleteObject", { Bucket, Key: "a" });
        const { Versions, DeleteMarkers } = await send("ListObjectVersions", { Bucket });
        const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
        await send("DeleteObjects", { Bucket, Delete: { Objects } });
        await send("DeleteBucket", { Bucket });
        const { Buckets } = await s3.send(new sdk.ListBucketsCommand());
        return [[Versions.length, DeleteMarkers.length], Buckets.map(({ Name }) => Name)];
        """
    )

    assert kinds == [2, 1]
    assert buckets_left == ["raw"]
