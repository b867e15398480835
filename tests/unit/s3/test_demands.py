"""What a caller asks for so that nothing is lost: done, or refused; never taken and forgotten."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.s3.conftest import Server
from tests.unit.s3.test_boto3 import refused
from tests.unit.s3.test_wire import send

STRANGER = "111122223333"
SECRET = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}


class TestConditionalDeletes:
    @pytest.mark.parametrize("versioned", [False, True])
    def test_an_object_that_changed_is_not_deleted(self, s3: Any, raw: Path, versioned: bool) -> None:
        """
        Somebody wrote it anew since the caller looked: 412, and it stays.
        """
        if versioned:
            s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Enabled"})
        seen = s3.put_object(Bucket="raw", Key="a", Body=b"first")["ETag"]
        newer = s3.put_object(Bucket="raw", Key="a", Body=b"second")["ETag"]

        assert refused(s3.delete_object, Bucket="raw", Key="a", IfMatch=seen) == ("PreconditionFailed", 412)

        assert s3.get_object(Bucket="raw", Key="a")["Body"].read() == b"second"
        s3.delete_object(Bucket="raw", Key="a", IfMatch=newer)
        assert not (raw / "a").exists()

    def test_a_file_that_was_changed_by_hand_is_not_deleted(self, s3: Any, raw: Path) -> None:
        """
        What lies in the folder now is what counts, not what was last put.
        """
        seen = s3.put_object(Bucket="raw", Key="a", Body=b"first")["ETag"]
        (raw / "a").write_bytes(b"by hand")

        assert refused(s3.delete_object, Bucket="raw", Key="a", IfMatch=seen) == ("PreconditionFailed", 412)

        assert (raw / "a").read_bytes() == b"by hand"

    def test_any_etag_asks_for_an_object_at_all(self, s3: Any, raw: Path) -> None:
        """
        Without the condition, deleting nothing is a success.
        """
        s3.put_object(Bucket="raw", Key="a", Body=b"")

        s3.delete_object(Bucket="raw", Key="a", IfMatch="*")

        assert refused(s3.delete_object, Bucket="raw", Key="a", IfMatch="*") == ("NoSuchKey", 404)
        s3.delete_object(Bucket="raw", Key="a")

    def test_of_many_only_those_that_changed_stay(self, s3: Any, raw: Path) -> None:
        """
        Each entry has a condition of its own, and what became of it is told of each.
        """
        etags = {key: s3.put_object(Bucket="raw", Key=key, Body=key.encode())["ETag"] for key in "abc"}
        objects = [
            {"Key": "a", "ETag": etags["a"]},
            {"Key": "b", "ETag": etags["a"]},
            {"Key": "c"},
            {"Key": "d", "ETag": "*"},
        ]

        answer = s3.delete_objects(Bucket="raw", Delete={"Objects": objects})

        assert [one["Key"] for one in answer["Deleted"]] == ["a", "c"]
        assert {one["Key"]: one["Code"] for one in answer["Errors"]} == {"b": "PreconditionFailed", "d": "NoSuchKey"}
        assert [path.name for path in raw.iterdir() if path.is_file()] == ["b"]

    def test_conditions_of_directory_buckets_are_refused(self, s3: Any, raw: Path) -> None:
        """
        Size and time decide there; here they would be overlooked.
        """
        s3.put_object(Bucket="raw", Key="a", Body=b"x")

        assert refused(s3.delete_object, Bucket="raw", Key="a", IfMatchSize=1) == ("NotImplemented", 501)
        answer = s3.delete_objects(Bucket="raw", Delete={"Objects": [{"Key": "a", "Size": 2}]})

        assert [one["Code"] for one in answer["Errors"]] == ["NotImplemented"]
        assert (raw / "a").exists()


class TestAnotherAccount:
    def test_a_bucket_of_somebody_else_is_left_alone(self, s3: Any, raw: Path) -> None:
        """
        Scripts name the owner so as not to write into a stranger's bucket of the same name.
        """
        s3.put_object(Bucket="raw", Key="a", Body=b"x", ExpectedBucketOwner="000000000000")
        named = {"Bucket": "raw", "Key": "a", "ExpectedBucketOwner": STRANGER}

        assert refused(s3.delete_object, **named) == ("AccessDenied", 403)
        assert refused(s3.put_object, **named, Body=b"y") == ("AccessDenied", 403)
        assert refused(s3.get_object, **named) == ("AccessDenied", 403)
        assert refused(s3.delete_bucket, Bucket="raw", ExpectedBucketOwner=STRANGER) == ("AccessDenied", 403)
        assert refused(s3.head_object, **named)[1] == 403

        assert (raw / "a").read_bytes() == b"x"

    def test_nothing_is_copied_from_it(self, s3: Any, raw: Path) -> None:
        """
        Its owner is named apart.
        """
        s3.put_object(Bucket="raw", Key="a", Body=b"x")
        copy = {"Bucket": "raw", "Key": "b", "CopySource": "raw/a", "ExpectedSourceBucketOwner": STRANGER}

        assert refused(s3.copy_object, **copy) == ("AccessDenied", 403)


class TestLocks:
    @pytest.mark.parametrize(
        "lock",
        [
            {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": datetime.now(UTC) + timedelta(days=1)},
            {"ObjectLockLegalHoldStatus": "ON"},
        ],
    )
    def test_an_object_that_is_to_be_locked_is_refused(self, s3: Any, raw: Path, lock: dict[str, Any]) -> None:
        """
        Or its owner would believe that nobody can delete it.
        """
        s3.put_object(Bucket="raw", Key="source", Body=b"x")

        assert refused(s3.put_object, Bucket="raw", Key="a", Body=b"x", **lock) == ("InvalidRequest", 400)
        copy = {"Bucket": "raw", "Key": "a", "CopySource": "raw/source"}
        assert refused(s3.copy_object, **copy, **lock) == ("InvalidRequest", 400)
        assert refused(s3.create_multipart_upload, Bucket="raw", Key="a", **lock) == ("InvalidRequest", 400)

        assert not (raw / "a").exists()

    def test_a_form_cannot_lock_either(self, s3: Any, raw: Path, server: Server) -> None:
        """
        A browser's fields are what a put has for headers.
        """
        fields = {"key": "a", "x-amz-object-lock-legal-hold": "ON", "file": "x"}
        parts = [
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields.items()
        ]
        body = "".join(parts).encode() + b"--b--\r\n"

        status, _, content = send(server, "POST", "/raw", body, {"Content-Type": "multipart/form-data; boundary=b"})

        assert (status, b"Object Lock" in content) == (400, True)

    def test_a_bucket_with_locks_is_not_made(self, s3: Any) -> None:
        """
        Everything in it would be said to be safe.
        """
        assert refused(s3.create_bucket, Bucket="locked", ObjectLockEnabledForBucket=True) == ("NotImplemented", 501)

        assert s3.list_buckets()["Buckets"] == []


class TestKeysOfTheCustomer:
    def test_nothing_is_stored_that_was_to_be_encrypted(self, s3: Any, raw: Path) -> None:
        """
        It would lie in the folder for everybody to read.
        """
        assert refused(s3.put_object, Bucket="raw", Key="a", Body=b"x", **SECRET) == ("NotImplemented", 501)
        assert refused(s3.create_multipart_upload, Bucket="raw", Key="a", **SECRET) == ("NotImplemented", 501)

        assert not (raw / "a").exists()

    def test_nothing_is_read_that_was_never_encrypted(self, s3: Any, raw: Path) -> None:
        """
        As on S3, where a key is of no use to an object without one.
        """
        s3.put_object(Bucket="raw", Key="a", Body=b"x")
        of_source = {f"CopySource{name}": value for name, value in SECRET.items()}

        assert refused(s3.get_object, Bucket="raw", Key="a", **SECRET) == ("InvalidRequest", 400)
        assert refused(s3.head_object, Bucket="raw", Key="a", **SECRET)[1] == 400
        copy = {"Bucket": "raw", "Key": "b", "CopySource": "raw/a"}
        assert refused(s3.copy_object, **copy, **of_source) == ("InvalidRequest", 400)

    def test_the_key_alone_is_enough_to_refuse(self, server: Server, raw: Path) -> None:
        """
        A client that leaves out the algorithm did not want the object in the clear, either.
        """
        md5 = base64.b64encode(hashlib.md5(b"k" * 32, usedforsecurity=False).digest()).decode()
        headers = {"x-amz-server-side-encryption-customer-key-MD5": md5}

        assert send(server, "PUT", "/raw/a", b"x", headers)[0] == 501


def test_an_append_is_refused(s3: Any, raw: Path) -> None:
    """
    Taken as a put, it would replace all that is there by its end.
    """
    s3.put_object(Bucket="raw", Key="a", Body=b"new")

    assert refused(s3.put_object, Bucket="raw", Key="a", Body=b"X", WriteOffsetBytes=3) == ("NotImplemented", 501)

    assert (raw / "a").read_bytes() == b"new"
