"""Small documents, and what their senders say of the bytes: a document that was changed on its way does nothing."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.s3.conftest import Server
from tests.unit.s3.test_wire import CHUNKED, crc32, framed, send

DELETING = b"<Delete><Object><Key>a</Key></Object></Delete>"
ANOTHER = b"<Delete><Object><Key>b</Key></Object></Delete>"


def md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content).digest()).decode()


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Content-MD5": md5(ANOTHER)}, "BadDigest"),
        ({"Content-MD5": "zz"}, "InvalidDigest"),
        ({"x-amz-checksum-crc32": crc32(ANOTHER)}, "BadDigest"),
        ({"x-amz-checksum-crc32": "zz"}, "InvalidRequest"),
        ({"x-amz-sdk-checksum-algorithm": "CRC32"}, "InvalidRequest"),
        ({"Content-MD5": md5(DELETING), "x-amz-checksum-crc32": crc32(ANOTHER)}, "BadDigest"),
    ],
)
def test_what_is_not_the_document_that_was_sent_deletes_nothing(
    server: Server, raw: Path, headers: dict[str, str], code: str
) -> None:
    send(server, "PUT", "/raw/a", b"kept")

    status, _, body = send(server, "POST", "/raw?delete", DELETING, headers)

    assert (status, f"<Code>{code}</Code>" in body.decode()) == (400, True)
    assert (raw / "a").read_bytes() == b"kept"


def test_what_is_the_document_that_was_sent_deletes(server: Server, raw: Path) -> None:
    (raw / "a").write_bytes(b"gone")

    status, _, _ = send(
        server,
        "POST",
        "/raw?delete",
        DELETING,
        {"Content-MD5": md5(DELETING), "x-amz-checksum-crc32": crc32(DELETING)},
    )

    assert status == 200
    assert not (raw / "a").exists()


@pytest.mark.parametrize(("summed", "expected"), [(DELETING, (200, False)), (ANOTHER, (400, True))])
def test_a_checksum_that_follows_the_document_counts(
    server: Server, raw: Path, summed: bytes, expected: tuple[int, bool]
) -> None:
    send(server, "PUT", "/raw/a", b"kept")
    body = framed(DELETING, trailer=f"x-amz-checksum-crc32:{crc32(summed)}\r\n")
    headers = CHUNKED | {
        "x-amz-trailer": "x-amz-checksum-crc32",
        "x-amz-decoded-content-length": str(len(DELETING)),
    }

    status, _, _ = send(server, "POST", "/raw?delete", body, headers)

    assert (status, (raw / "a").exists()) == expected


def test_settings_are_compared_too(s3: Any, raw: Path) -> None:
    """
    Through the client that computes a checksum of its own if it is given none.
    """
    tags = {"TagSet": [{"Key": "k", "Value": "v"}]}

    s3.put_bucket_tagging(Bucket="raw", Tagging=tags)
    with pytest.raises(ClientError, match="BadDigest"):
        s3.put_bucket_tagging(Bucket="raw", Tagging={"TagSet": []}, ContentMD5=md5(b"another"))

    assert s3.get_bucket_tagging(Bucket="raw")["TagSet"] == tags["TagSet"]


def test_the_checksum_of_a_completion_is_the_objects(s3: Any, raw: Path) -> None:
    """
    Only Content-MD5 is of its document.
    """
    upload = s3.create_multipart_upload(Bucket="raw", Key="a", ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")
    named = {"Bucket": "raw", "Key": "a", "UploadId": upload["UploadId"]}
    part = s3.upload_part(**named, PartNumber=1, Body=b"bytes", ChecksumAlgorithm="CRC32")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}

    s3.complete_multipart_upload(**named, MultipartUpload=parts, ChecksumCRC32=crc32(b"bytes"))

    assert (raw / "a").read_bytes() == b"bytes"
