"""Multipart uploads through the door, by boto3 and by hand."""

import base64
import hashlib
import http.client
import os
import re
import socket
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError

from emulator.buckets import Buckets
from emulator.buckets.checksums import Algorithm, Checksum
from emulator.units import MIB
from tests.conftest import wait_for
from tests.unit.buckets.conftest import Recorder
from tests.unit.s3.conftest import Server
from tests.unit.s3.test_boto3 import refused
from tests.unit.s3.test_wire import send

LARGE = os.urandom(5 * MIB)
OBJECT = {"Bucket": "raw", "Key": "d/big é"}


def created(s3: Any, **more: Any) -> str:
    return str(s3.create_multipart_upload(**OBJECT, **more)["UploadId"])


def sent(s3: Any, upload_id: str, number: int, body: bytes, **more: Any) -> dict[str, Any]:
    """Send a part, and return it as CompleteMultipartUpload names it."""
    answer = s3.upload_part(**OBJECT, UploadId=upload_id, PartNumber=number, Body=body, **more)
    checksums = {name: text for name, text in answer.items() if name.startswith("Checksum")}
    return {"PartNumber": number, "ETag": answer["ETag"], **checksums}


def completed(s3: Any, upload_id: str, *parts: dict[str, Any], **more: Any) -> Any:
    return s3.complete_multipart_upload(**OBJECT, UploadId=upload_id, MultipartUpload={"Parts": list(parts)}, **more)


def leftovers(buckets: Buckets) -> list[Path]:
    home = buckets.root.parent
    return [path for name in ("blobs", "staging") for path in (home / name).rglob("*") if path.is_file()]


def failure(call: Callable[..., Any], **arguments: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error: dict[str, Any] = caught.value.response["Error"]
    return error


def test_an_object_in_parts_is_told_from_one_that_was_put(
    s3: Any, raw: Path, recorder: Recorder, buckets: Buckets
) -> None:
    """
    By its etag, by its event, and by the parts that can be got one by one.
    """
    upload_id = created(s3, ContentType="text/x", Metadata={"who": "me"}, Tagging="a=1", StorageClass="STANDARD_IA")
    second, first = sent(s3, upload_id, 2, b"tail"), sent(s3, upload_id, 1, LARGE)

    done = completed(s3, upload_id, first, second)

    digest = hashlib.md5(hashlib.md5(LARGE).digest() + hashlib.md5(b"tail").digest()).hexdigest()
    assert (done["ETag"], done["Bucket"], done["Key"]) == (f'"{digest}-2"', *OBJECT.values())
    assert done["Location"].endswith("/raw/" + quote(OBJECT["Key"], safe=""))
    assert done["ServerSideEncryption"] == "AES256"
    got = s3.get_object(**OBJECT)
    assert got["Body"].read() == LARGE + b"tail" == (raw / OBJECT["Key"]).read_bytes()
    assert (got["ContentType"], got["Metadata"], got["TagCount"]) == ("text/x", {"who": "me"}, 1)
    assert (got["StorageClass"], got["ETag"]) == ("STANDARD_IA", done["ETag"])
    assert s3.get_object(**OBJECT, PartNumber=2)["Body"].read() == b"tail"
    assert s3.head_object(**OBJECT, PartNumber=1)["PartsCount"] == 2
    attributes = s3.get_object_attributes(**OBJECT, ObjectAttributes=["ObjectParts", "Checksum"])
    assert [part["Size"] for part in attributes["ObjectParts"]["Parts"]] == [len(LARGE), 4]
    (event,) = recorder.events
    assert (event.name, event.etag) == ("ObjectCreated:CompleteMultipartUpload", f"{digest}-2")
    assert leftovers(buckets) == []


@pytest.mark.parametrize("algorithm", [algorithm.value for algorithm in Algorithm])
def test_every_algorithm_makes_a_checksum_of_the_whole(server: Server, s3: Any, raw: Path, algorithm: str) -> None:
    """
    By hand, since boto3 knows how to calculate only some of them.
    """
    named = Algorithm(algorithm)
    target = "/raw/a"
    kinds = {
        "CRC64NVME": ["FULL_OBJECT"],
        "CRC32": ["COMPOSITE", "FULL_OBJECT"],
        "CRC32C": ["COMPOSITE", "FULL_OBJECT"],
    }
    for kind in kinds.get(algorithm, ["COMPOSITE"]):
        creation = {"x-amz-checksum-algorithm": algorithm, "x-amz-checksum-type": kind}
        _, headers, content = send(server, "POST", f"{target}?uploads", b"", creation)
        assert (headers["x-amz-checksum-algorithm"], headers["x-amz-checksum-type"]) == (algorithm, kind)
        (upload_id,) = re.findall(r"<UploadId>(.*)</UploadId>", content.decode())
        document, whole = "", Checksum(named)
        for number, body in ((1, LARGE), (2, b"tail")):
            digest = Checksum(named)
            digest.update(body)
            whole.update(digest.digest() if kind == "COMPOSITE" else body)
            part = f"{target}?uploadId={upload_id}&partNumber={number}"
            wrong = base64.b64encode(b"\0" * named.digest_bytes).decode()
            status, _, content = send(server, "PUT", part, body, {named.header: wrong})
            assert (status, b"BadDigest" in content) == (400, True)
            status, headers, _ = send(server, "PUT", part, body, {named.header: digest.base64()})
            assert (status, headers[named.header]) == (200, digest.base64())
            document += (
                f"<Part><PartNumber>{number}</PartNumber><ETag>{headers['etag']}</ETag>"
                f"<{named.member}>{digest.base64()}</{named.member}></Part>"
            )
        document = f"<CompleteMultipartUpload>{document}</CompleteMultipartUpload>"
        expected = whole.base64() + ("-2" if kind == "COMPOSITE" else "")

        status, _, content = send(
            server, "POST", f"{target}?uploadId={upload_id}", document.encode(), {"x-amz-checksum-type": kind}
        )

        assert status == 200
        assert f"<{named.member}>{expected}</{named.member}><ChecksumType>{kind}<" in content.decode()
        _, headers, _ = send(server, "HEAD", target, headers={"x-amz-checksum-mode": "ENABLED"})
        assert (headers[named.header], headers["x-amz-checksum-type"]) == (expected, kind)


def test_a_part_may_have_another_checksum_where_none_was_asked_for(server: Server, s3: Any, raw: Path) -> None:
    """
    S3's own choice binds nobody: the part is verified by the sender's, and the whole gets S3's.
    """
    _, _, content = send(server, "POST", "/raw/a?uploads")
    (upload_id,) = re.findall(r"<UploadId>(.*)</UploadId>", content.decode())
    part, crc = f"/raw/a?uploadId={upload_id}&partNumber=1", base64.b64encode(zlib.crc32(b"x").to_bytes(4)).decode()

    assert send(server, "PUT", part, b"y", {"x-amz-checksum-crc32": crc})[0] == 400
    status, headers, _ = send(server, "PUT", part, b"x", {"x-amz-checksum-crc32": crc})

    assert status == 200
    document = f"<Part><PartNumber>1</PartNumber><ETag>{headers['etag']}</ETag></Part>"
    document = f"<CompleteMultipartUpload>{document}</CompleteMultipartUpload>"
    whole = Checksum(Algorithm.CRC64NVME)
    whole.update(b"x")
    status, _, content = send(server, "POST", f"/raw/a?uploadId={upload_id}", document.encode())
    assert status == 200
    assert f"<ChecksumCRC64NVME>{whole.base64()}</ChecksumCRC64NVME>" in content.decode()


def test_a_completion_gives_the_checksum_that_s3_chose_or_another_that_nobody_compares(s3: Any, raw: Path) -> None:
    """
    S3 has no other of the whole: only that one tells whether it is what was meant.
    """
    named = {"Bucket": "raw", "Key": "a"}
    named["UploadId"] = s3.create_multipart_upload(**named)["UploadId"]
    etag = s3.upload_part(**named, PartNumber=1, Body=b"x")["ETag"]
    part = {"PartNumber": 1, "ETag": etag}

    def complete(part: dict[str, Any], **whole: str) -> Any:
        return s3.complete_multipart_upload(**named, MultipartUpload={"Parts": [part]}, **whole)

    assert refused(complete, part=part, ChecksumCRC64NVME="AAAAAAAAAAA=") == ("BadDigest", 400)
    assert refused(complete, part={**part, "ChecksumCRC32": "AAAAAA=="}) == ("InvalidPart", 400)
    assert refused(complete, part={**part, "ChecksumCRC64NVME": "AAAAAAAAAAA="}) == ("InvalidPart", 400)
    done = complete(part, ChecksumCRC32="AAAAAA==")

    assert "ChecksumCRC32" not in done
    assert (raw / "a").read_bytes() == b"x"


def test_parts_come_with_the_checksum_that_was_asked_for(s3: Any, raw: Path, server: Server) -> None:
    """
    boto3 sends a CRC32 unless it is told otherwise, and AWS does not take it for a SHA256.
    """
    upload_id = created(s3, ChecksumAlgorithm="SHA256")
    target = f"/raw/{quote(OBJECT['Key'])}?uploadId={upload_id}&partNumber=1"

    error = failure(s3.upload_part, **OBJECT, UploadId=upload_id, PartNumber=1, Body=b"x")
    status, _, content = send(server, "PUT", target, b"x")

    words = "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type:"
    assert (error["Code"], error["Message"]) == ("InvalidRequest", f"{words} crc32")
    assert (status, f"{words} null".encode() in content) == (400, True)


def test_parts_are_copied_from_objects(s3: Any, raw: Path, buckets: Buckets) -> None:
    """
    Whole, or a range; of a version; and only if the source is what the caller thinks.
    """
    buckets.set_versioning("raw", "Enabled")
    old = s3.put_object(Bucket="raw", Key="from é", Body=LARGE)
    s3.put_object(Bucket="raw", Key="from é", Body=b"0123456789")
    upload_id = created(s3, ChecksumAlgorithm="SHA256")
    copy = {**OBJECT, "UploadId": upload_id}
    source = {"Bucket": "raw", "Key": "from é"}

    first = s3.upload_part_copy(
        **copy, PartNumber=1, CopySource={**source, "VersionId": old["VersionId"]}, CopySourceIfMatch=old["ETag"]
    )
    second = s3.upload_part_copy(**copy, PartNumber=2, CopySource=source, CopySourceRange="bytes=2-4")

    assert first["CopySourceVersionId"] == old["VersionId"]
    result = second["CopyPartResult"]
    assert result["ETag"] == f'"{hashlib.md5(b"234").hexdigest()}"'
    assert result["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"234").digest()).decode()
    parts = [
        {"PartNumber": number, **{name: answer["CopyPartResult"][name] for name in ("ETag", "ChecksumSHA256")}}
        for number, answer in ((1, first), (2, second))
    ]
    assert completed(s3, upload_id, *parts)["VersionId"] == s3.head_object(**OBJECT)["VersionId"]
    assert s3.get_object(**OBJECT)["Body"].read() == LARGE + b"234"


def test_a_part_that_cannot_be_copied_is_refused(s3: Any, raw: Path, buckets: Buckets) -> None:
    s3.put_object(Bucket="raw", Key="a", Body=b"0123456789")
    upload_id = created(s3)
    copy = {**OBJECT, "UploadId": upload_id, "PartNumber": 1, "CopySource": "raw/a"}

    for bad in ("bytes=2-", "bytes=-2", "2-4", "bytes=4-2", "bytes=0-1,3-4"):
        error = failure(s3.upload_part_copy, **copy, CopySourceRange=bad)
        assert (error["Code"], error["ArgumentValue"]) == ("InvalidArgument", bad)
    error = failure(s3.upload_part_copy, **copy, CopySourceRange="bytes=0-10")
    assert error["Message"] == "Range specified is not valid for source object of size: 10"
    assert refused(s3.upload_part_copy, **copy, CopySourceIfMatch='"other"') == ("PreconditionFailed", 412)
    assert refused(s3.upload_part_copy, **copy | {"CopySource": "raw/none"}) == ("NoSuchKey", 404)
    assert refused(s3.upload_part_copy, **copy | {"UploadId": "none"}) == ("NoSuchUpload", 404)
    assert leftovers(buckets) == []


def test_what_a_list_of_parts_can_do_wrong(s3: Any, server: Server, raw: Path) -> None:
    """
    Each with AWS's code, and the parts stay: what is mended can be sent again.
    """
    upload_id = created(s3, ChecksumAlgorithm="CRC32")
    small, last = sent(s3, upload_id, 1, b"small"), sent(s3, upload_id, 2, b"last")
    where = {**OBJECT, "UploadId": upload_id}

    error = failure(s3.complete_multipart_upload, **where, MultipartUpload={"Parts": [small, last]})
    assert (error["Code"], error["ProposedSize"], error["MinSizeAllowed"]) == ("EntityTooSmall", "5", "5242880")
    assert (error["PartNumber"], error["ETag"]) == ("1", small["ETag"].strip('"'))
    error = failure(s3.complete_multipart_upload, **where, MultipartUpload={"Parts": [last, small]})
    assert error["Code"] == "InvalidPartOrder"
    error = failure(s3.complete_multipart_upload, **where, MultipartUpload={"Parts": [last | {"PartNumber": 3}]})
    assert (error["Code"], error["UploadId"], error["PartNumber"]) == ("InvalidPart", upload_id, "3")
    empty: list[dict[str, Any]] = [{}, {"MultipartUpload": {"Parts": []}}, {"MultipartUpload": {}}]
    for nothing in empty:
        error = failure(s3.complete_multipart_upload, **where, **nothing)
        assert (error["Code"], error["Message"]) == ("InvalidRequest", "You must specify at least one part")
    bare = {"PartNumber": 2, "ETag": last["ETag"]}
    error = failure(s3.complete_multipart_upload, **where, MultipartUpload={"Parts": [bare]})
    assert "It was missing for part 2 in the request." in error["Message"]
    for bad in ({"PartNumber": 2}, {"ETag": '"x"'}):
        answer = refused(s3.complete_multipart_upload, **where, MultipartUpload={"Parts": [bad]})
        assert answer == ("MalformedXML", 400)
    error = failure(s3.complete_multipart_upload, **where, MultipartUpload={"Parts": [last | {"PartNumber": 0}]})
    assert error["Code"] == "InvalidArgument"
    assert refused(s3.complete_multipart_upload, **where, MultipartUpload={"Parts": [last]}, MpuObjectSize=5) == (
        "InvalidRequest",
        400,
    )
    assert completed(s3, upload_id, last, MpuObjectSize=4)["ETag"].endswith('-1"')


def test_ten_thousand_parts_fit_and_one_more_does_not(s3: Any, server: Server, raw: Path) -> None:
    """
    The longest list that there can be is larger than documents usually are.
    """
    upload_id = created(s3)
    parts = "".join(
        f'<Part><PartNumber>{number}</PartNumber><ETag>"{"0" * 32}"</ETag><ChecksumSHA512>{"A" * 86}==</ChecksumSHA512>'
        "</Part>\n"
        for number in range(1, 10_002)
    )
    target = f"/raw/{quote(OBJECT['Key'])}?uploadId={upload_id}"
    longest = parts[: parts.rindex("<Part>")]

    for text, code in ((longest, b"<Code>InvalidPart</Code>"), (parts, b"<Code>MalformedXML</Code>")):
        document = f"<CompleteMultipartUpload>{text}</CompleteMultipartUpload>"
        status, _, content = send(server, "POST", target, document.encode())
        assert (status, code in content) == (400, True)


@pytest.mark.parametrize("number", [0, 10_001, -1])
def test_a_part_has_a_number_between_1_and_10000(s3: Any, raw: Path, number: int) -> None:
    upload_id = created(s3)

    error = failure(s3.upload_part, **OBJECT, UploadId=upload_id, PartNumber=number, Body=b"")

    assert (error["Code"], error["ArgumentName"], error["ArgumentValue"]) == (
        "InvalidArgument",
        "partNumber",
        str(number),
    )


def test_who_asks_for_what_is_over_is_told_so(s3: Any, raw: Path) -> None:
    """
    SDKs abort what failed, and must not mistake one upload for another.
    """
    upload_id = created(s3)
    where = {**OBJECT, "UploadId": upload_id}
    s3.abort_multipart_upload(**where)

    part = {"PartNumber": 1, "ETag": '"x"'}
    assert refused(s3.abort_multipart_upload, **where) == ("NoSuchUpload", 404)
    assert refused(s3.list_parts, **where) == ("NoSuchUpload", 404)
    assert refused(s3.upload_part, **where, PartNumber=1, Body=b"") == ("NoSuchUpload", 404)
    assert refused(s3.complete_multipart_upload, **where, MultipartUpload={"Parts": [part]}) == ("NoSuchUpload", 404)
    other = {"Bucket": "raw", "Key": "other", "UploadId": created(s3)}
    assert refused(s3.abort_multipart_upload, **other) == ("NoSuchUpload", 404)
    assert refused(s3.create_multipart_upload, Bucket="none", Key="a") == ("NoSuchBucket", 404)
    assert refused(s3.create_multipart_upload, Bucket="raw", Key="k" * 1025) == ("KeyTooLongError", 400)
    assert refused(s3.create_multipart_upload, **OBJECT, ChecksumAlgorithm="SHA1", ChecksumType="FULL_OBJECT") == (
        "InvalidRequest",
        400,
    )


def test_a_completion_may_depend_on_what_is_there(s3: Any, raw: Path) -> None:
    s3.put_object(**OBJECT, Body=b"first")
    etag = s3.head_object(**OBJECT)["ETag"]
    upload_id = created(s3)
    part = sent(s3, upload_id, 1, b"second")
    where = {**OBJECT, "UploadId": upload_id, "MultipartUpload": {"Parts": [part]}}

    assert refused(s3.complete_multipart_upload, **where, IfNoneMatch="*") == ("PreconditionFailed", 412)
    assert refused(s3.complete_multipart_upload, **where, IfMatch='"x"') == ("PreconditionFailed", 412)
    s3.complete_multipart_upload(**where, IfMatch=etag)

    assert s3.get_object(**OBJECT)["Body"].read() == b"second"


def test_a_completion_that_is_repeated_is_answered_again(s3: Any, raw: Path, recorder: Recorder) -> None:
    """
    A client whose connection broke asks once more.
    """
    upload_id = created(s3, ChecksumAlgorithm="CRC32")
    part = sent(s3, upload_id, 1, b"x")

    first = completed(s3, upload_id, part, IfNoneMatch="*")
    again = completed(s3, upload_id, part, IfNoneMatch="*")

    told = ("ETag", "Key", "Location", "ChecksumCRC32", "ChecksumType")
    assert [again[name] for name in told] == [first[name] for name in told]
    assert len(recorder.events) == 1


def test_parts_are_listed_page_by_page(s3: Any, raw: Path) -> None:
    upload_id = created(s3, ChecksumAlgorithm="CRC32", StorageClass="GLACIER_IR")
    for number in (1, 2, 5, 9, 10_000):
        sent(s3, upload_id, number, b"x" * number)

    pages = list(
        s3.get_paginator("list_parts").paginate(**OBJECT, UploadId=upload_id, PaginationConfig={"PageSize": 2})
    )

    assert [[part["PartNumber"] for part in page["Parts"]] for page in pages] == [[1, 2], [5, 9], [10_000]]
    assert [page["IsTruncated"] for page in pages] == [True, True, False]
    assert [page["NextPartNumberMarker"] for page in pages] == [2, 9, 10_000]
    first = pages[0]["Parts"][0]
    assert (first["Size"], first["ETag"]) == (1, f'"{hashlib.md5(b"x").hexdigest()}"')
    assert first["ChecksumCRC32"] == base64.b64encode(zlib.crc32(b"x").to_bytes(4)).decode()
    assert (pages[0]["StorageClass"], pages[0]["ChecksumAlgorithm"]) == ("GLACIER_IR", "CRC32")
    assert "ID" in pages[0]["Owner"]
    assert "ID" in pages[0]["Initiator"]
    nothing = s3.list_parts(**OBJECT, UploadId=upload_id, PartNumberMarker=10_000)
    assert (nothing.get("Parts", []), nothing["IsTruncated"]) == ([], False)


def test_uploads_are_listed_page_by_page(s3: Any, raw: Path) -> None:
    """
    By key, then by time; with common prefixes; in an encoding that any key survives.
    """
    keys = ["a", "a", "d/1 é+", "d/2", "e\n", "z"]
    for key in reversed(keys):
        s3.create_multipart_upload(Bucket="raw", Key=key)
    paginator = s3.get_paginator("list_multipart_uploads")

    pages = list(paginator.paginate(Bucket="raw", PaginationConfig={"PageSize": 2}))
    rolled = list(paginator.paginate(Bucket="raw", Delimiter="/", PaginationConfig={"PageSize": 3}))
    under = s3.list_multipart_uploads(Bucket="raw", Prefix="d/", KeyMarker="d/1 é+", EncodingType="url")

    assert [upload["Key"] for page in pages for upload in page["Uploads"]] == keys
    assert len({upload["UploadId"] for page in pages for upload in page["Uploads"]}) == 6
    assert [page["IsTruncated"] for page in pages] == [True, True, False]
    assert [upload["Key"] for page in rolled for upload in page.get("Uploads", ())] == ["a", "a", "e\n", "z"]
    assert [entry["Prefix"] for page in rolled for entry in page.get("CommonPrefixes", ())] == ["d/"]
    assert [upload["Key"] for upload in under["Uploads"]] == ["d/2"]
    assert (under["Prefix"], under["KeyMarker"], under["EncodingType"]) == ("d/", "d/1%20%C3%A9%2B", "url")
    assert refused(s3.list_multipart_uploads, Bucket="none") == ("NoSuchBucket", 404)


def test_parts_are_never_in_memory(server: Server, s3: Any, raw: Path) -> None:
    """
    However large they are: what is sent, copied and put together passes through in blocks.
    """
    upload_id, blocks = created(s3), 64
    target = f"/raw/{quote(OBJECT['Key'])}?uploadId={upload_id}&partNumber=1"
    block = os.urandom(MIB)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    tracemalloc.start()
    try:
        connection.request("PUT", target, iter([block] * blocks), {"Content-Length": str(blocks * MIB)})
        answer = connection.getresponse()
        answer.read()
        part = {"PartNumber": 1, "ETag": answer.headers["ETag"]}
        completed(s3, upload_id, part)
        again = created(s3)
        source = {"Bucket": "raw", "Key": OBJECT["Key"]}
        s3.upload_part_copy(**OBJECT, UploadId=again, PartNumber=1, CopySource=source)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        connection.close()

    assert (raw / OBJECT["Key"]).stat().st_size == blocks * MIB
    assert peak_bytes < blocks * MIB / 4


def test_a_sender_that_goes_away_leaves_no_part(server: Server, s3: Any, raw: Path, buckets: Buckets) -> None:
    upload_id = created(s3)
    target = f"/raw/{quote(OBJECT['Key'])}?uploadId={upload_id}&partNumber=1"
    head = f"PUT {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head.encode() + b"\r\n" + b"x" * 2_000_000)
        wait_for(lambda: leftovers(buckets))

    wait_for(lambda: not leftovers(buckets))
    assert s3.list_parts(**OBJECT, UploadId=upload_id).get("Parts", []) == []


def test_a_rule_that_aborts_uploads_is_told_of(s3: Any, raw: Path) -> None:
    rule = {
        "ID": "stale",
        "Status": "Enabled",
        "Filter": {},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3},
    }
    s3.put_bucket_lifecycle_configuration(Bucket="raw", LifecycleConfiguration={"Rules": [rule]})

    answer = s3.create_multipart_upload(**OBJECT)

    listed = s3.list_parts(**OBJECT, UploadId=answer["UploadId"])
    assert (answer["AbortRuleId"], listed["AbortRuleId"]) == ("stale", "stale")
    assert answer["AbortDate"] == listed["AbortDate"]


def test_uploads_are_no_objects_yet(s3: Any, raw: Path) -> None:
    upload_id = created(s3)
    sent(s3, upload_id, 1, LARGE)

    assert refused(s3.head_object, **OBJECT) == ("404", 404)
    assert "Contents" not in s3.list_objects_v2(Bucket="raw")
    assert list(raw.iterdir()) == []
