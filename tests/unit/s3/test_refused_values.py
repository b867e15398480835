"""Values that S3 refuses, and we would have taken for something else."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.s3.conftest import Server
from tests.unit.s3.test_boto3 import refused
from tests.unit.s3.test_wire import send


class TestVersionIds:
    @pytest.mark.parametrize("query", ["versionId=", "versionId", "versionId=x", "versionId=..%2F..%2Fa"])
    @pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
    def test_an_id_that_no_version_can_have_is_refused(
        self, server: Server, s3: Any, raw: Path, method: str, query: str
    ) -> None:
        """
        An empty one is most often a variable that was not set: nothing is deleted, and its owner hears of it.
        """
        s3.put_object(Bucket="raw", Key="a", Body=b"x")

        status, _, content = send(server, method, f"/raw/a?{query}")

        assert status == 400
        assert method == "HEAD" or b"<ArgumentName>versionId</ArgumentName>" in content
        assert (raw / "a").exists()

    def test_it_is_refused_of_a_source_and_of_one_of_many(self, s3: Any, raw: Path) -> None:
        """
        Wherever versions are named.
        """
        s3.put_object(Bucket="raw", Key="a", Body=b"x")

        copy = {"Bucket": "raw", "Key": "b", "CopySource": "raw/a?versionId=x"}
        assert refused(s3.copy_object, **copy) == ("InvalidArgument", 400)
        answer = s3.delete_objects(Bucket="raw", Delete={"Objects": [{"Key": "a", "VersionId": "x"}]})
        assert [one["Code"] for one in answer["Errors"]] == ["InvalidArgument"]

    def test_one_that_is_only_not_here_is_not_found(self, s3: Any, raw: Path) -> None:
        """
        An id as S3 makes them may have been deleted since.
        """
        s3.put_object(Bucket="raw", Key="a", Body=b"x")

        assert refused(s3.get_object, Bucket="raw", Key="a", VersionId="0" * 32) == ("NoSuchVersion", 404)


@pytest.mark.parametrize("location", ["foo", "javascript:alert(1)", "ftp://h/", "HTTP"])
def test_a_site_sends_nobody_to_what_is_no_page(s3: Any, raw: Path, location: str) -> None:
    """
    A browser would run a script that is named as a place.
    """
    error = refused(s3.put_object, Bucket="raw", Key="a", Body=b"", WebsiteRedirectLocation=location)

    assert error == ("InvalidRedirectLocation", 400)
    assert not (raw / "a").exists()


@pytest.mark.parametrize("path", ["/raw/%zz", "/raw/a%", "/raw/%2", "/%zz"])
def test_a_percent_sign_that_encodes_nothing_is_refused(server: Server, raw: Path, path: str) -> None:
    """
    Two clients would mean two keys by it.
    """
    status, _, content = send(server, "PUT", path, b"x")

    assert (status, b"<Code>InvalidURI</Code>" in content) == (400, True)


class TestChecksumsOfCopies:
    @pytest.mark.parametrize("algorithm", ["SHA256", "SHA1", "CRC32"])
    def test_a_copy_has_the_checksum_that_is_asked_for(self, s3: Any, raw: Path, algorithm: str) -> None:
        """
        And it is that of the bytes: the same as of the object, had it been put.
        """
        s3.put_object(Bucket="raw", Key="a", Body=b"content")
        put = s3.put_object(Bucket="raw", Key="other", Body=b"content", ChecksumAlgorithm=algorithm)
        member = f"Checksum{algorithm}"

        copied = s3.copy_object(Bucket="raw", Key="b", CopySource="raw/a", ChecksumAlgorithm=algorithm)

        assert copied["CopyObjectResult"][member] == put[member]
        head = s3.head_object(Bucket="raw", Key="b", ChecksumMode="ENABLED")
        assert {name for name in head if name.startswith("Checksum")} == {member, "ChecksumType"}
        assert (head[member], head["ChecksumType"]) == (put[member], "FULL_OBJECT")

    def test_a_dropped_file_gets_one_by_being_copied(self, s3: Any, raw: Path) -> None:
        """
        It has none of its own.
        """
        (raw / "a").write_bytes(b"content")
        put = s3.put_object(Bucket="raw", Key="other", Body=b"content", ChecksumAlgorithm="SHA256")

        s3.copy_object(Bucket="raw", Key="a2", CopySource="raw/a", ChecksumAlgorithm="SHA256")

        head = s3.head_object(Bucket="raw", Key="a2", ChecksumMode="ENABLED")
        assert head["ChecksumSHA256"] == put["ChecksumSHA256"]
