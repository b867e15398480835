"""A bucket is from the beginning what its maker asks for, or is not made."""

from typing import Any

import pytest

from tests.unit.s3.test_boto3 import refused


def test_ownership_is_kept_and_acls_are_taken(s3: Any) -> None:
    """
    Who asks for ACLs puts objects with them next.
    """
    s3.create_bucket(Bucket="raw", ObjectOwnership="ObjectWriter", ACL="public-read")

    rules = s3.get_bucket_ownership_controls(Bucket="raw")["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "ObjectWriter"}]
    s3.put_object(Bucket="raw", Key="a", Body=b"", ACL="public-read")


@pytest.mark.parametrize(
    "asked",
    [{"ACL": "public-read"}, {"ACL": "public-read", "ObjectOwnership": "BucketOwnerEnforced"}, {"GrantRead": "id=1"}],
)
def test_acls_without_ownership_are_refused(s3: Any, asked: dict[str, str]) -> None:
    """
    They would change nothing.
    """
    assert refused(s3.create_bucket, Bucket="raw", **asked) == ("InvalidBucketAclWithObjectOwnership", 400)

    assert s3.list_buckets()["Buckets"] == []


def test_tags_are_kept(s3: Any) -> None:
    """
    As if they had been put.
    """
    tags = [{"Key": "team", "Value": "blue"}]

    s3.create_bucket(Bucket="raw", CreateBucketConfiguration={"Tags": tags})

    assert s3.get_bucket_tagging(Bucket="raw")["TagSet"] == tags


def test_tags_that_are_none_leave_no_bucket(s3: Any) -> None:
    """
    Half of what was asked for is worse than nothing.
    """
    tags = [{"Key": "team", "Value": "blue"}, {"Key": "team", "Value": "red"}]

    assert refused(s3.create_bucket, Bucket="raw", CreateBucketConfiguration={"Tags": tags})[1] == 400

    assert s3.list_buckets()["Buckets"] == []


def test_a_bucket_that_is_there_keeps_its_settings(s3: Any) -> None:
    """
    AWS's first region says yes to whoever makes his own bucket once more; nothing else happens.
    """
    s3.create_bucket(Bucket="raw", ObjectOwnership="ObjectWriter")

    s3.create_bucket(Bucket="raw", ObjectOwnership="BucketOwnerPreferred")

    rules = s3.get_bucket_ownership_controls(Bucket="raw")["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "ObjectWriter"}]


@pytest.mark.parametrize("region", ["us-east-1", "nowhere", "eu-west-1 "])
def test_a_region_that_cannot_be_named_is_refused(s3: Any, region: str) -> None:
    """
    AWS's first region is the one that is named by naming none.
    """
    asked = {"LocationConstraint": region}

    assert refused(s3.create_bucket, Bucket="raw", CreateBucketConfiguration=asked) == (
        "InvalidLocationConstraint",
        400,
    )


@pytest.mark.parametrize("region", ["eu-west-1", "EU", "ap-southeast-7"])
def test_any_other_region_is_taken(s3: Any, region: str) -> None:
    """
    Clients are set up for the region that they will use on AWS.
    """
    s3.create_bucket(Bucket="raw", CreateBucketConfiguration={"LocationConstraint": region})

    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["raw"]


class TestListing:
    def test_only_buckets_of_the_region_are_listed(self, s3: Any) -> None:
        """
        All are in the region of the settings.
        """
        s3.create_bucket(Bucket="raw")

        assert [one["Name"] for one in s3.list_buckets(BucketRegion="us-east-1")["Buckets"]] == ["raw"]
        assert s3.list_buckets(BucketRegion="eu-west-1")["Buckets"] == []

    def test_pages_follow_each_other(self, s3: Any) -> None:
        """
        By a token that says nothing to whoever reads it.
        """
        names = ["aaa", "bbb", "ccc", "ddd", "eee"]
        for name in names:
            s3.create_bucket(Bucket=name)

        pages = list(s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 2}))

        assert [[one["Name"] for one in page["Buckets"]] for page in pages] == [names[:2], names[2:4], names[4:]]
        assert pages[0]["ContinuationToken"] not in names

    def test_a_token_of_somebody_elses_making_is_refused(self, s3: Any) -> None:
        """
        It stands for nothing.
        """
        assert refused(s3.list_buckets, ContinuationToken="%") == ("InvalidArgument", 400)
