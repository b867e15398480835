"""Whether a bucket keeps versions, through boto3."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.s3.test_settings import refused, said


def test_a_bucket_keeps_versions_once_it_is_asked_to(s3: Any, raw: Path) -> None:
    """
    From nothing to Enabled to Suspended; there is no way back to nothing.
    """
    before = said(s3.get_bucket_versioning(Bucket="raw"))

    s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket="raw", Key="a", Body=b"1")["VersionId"]
    second = s3.put_object(Bucket="raw", Key="a", Body=b"2")["VersionId"]
    enabled = said(s3.get_bucket_versioning(Bucket="raw"))
    s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Suspended"})

    assert (before, enabled) == ({}, {"Status": "Enabled"})
    assert said(s3.get_bucket_versioning(Bucket="raw")) == {"Status": "Suspended"}
    assert [s3.get_object(Bucket="raw", Key="a", VersionId=version)["Body"].read() for version in (first, second)] == [
        b"1",
        b"2",
    ]


@pytest.mark.parametrize(
    ("configuration", "code", "status"),
    [
        ({"Status": "Enabled", "MFADelete": "Enabled"}, "AccessDenied", 403),
        ({}, "IllegalVersioningConfigurationException", 400),
        ({"Status": "Sometimes"}, "MalformedXML", 400),
    ],
)
def test_what_aws_refuses_changes_nothing(
    s3: Any, raw: Path, configuration: dict[str, str], code: str, status: int
) -> None:
    """
    Nobody here has the device that MFA delete needs.
    """
    found = refused(s3.put_bucket_versioning, Bucket="raw", VersioningConfiguration=configuration)

    assert found[:2] == (code, status)
    assert said(s3.get_bucket_versioning(Bucket="raw")) == {}


def test_mfa_delete_that_is_not_wanted_is_no_matter(s3: Any, raw: Path) -> None:
    """
    Infrastructure tools write it down.
    """
    s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Enabled", "MFADelete": "Disabled"})

    assert said(s3.get_bucket_versioning(Bucket="raw")) == {"Status": "Enabled"}
