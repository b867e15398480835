"""The metadata service as the AWS SDK for Python uses it: its own code, told only where to ask."""

import dataclasses
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from botocore.utils import IMDSFetcher, InstanceMetadataFetcher, InstanceMetadataRegionFetcher

from tests.unit.metadata.conftest import Program
from tests.unit.metadata.facts import FACTS, FULL, with_options

_WHO = """
import boto3, json
session = boto3.Session()
keys = session.get_credentials().get_frozen_credentials()
print(json.dumps([session.get_credentials().method, *keys]))
"""


@pytest.fixture(params=["optional", "required"])
def with_role(program: Program, request: pytest.FixtureRequest) -> Program:
    """An instance with a role, with tokens and without need of them."""
    program.knows(with_options(FULL, http_tokens=request.param))
    return program


def test_boto3_finds_the_credentials_of_the_role(with_role: Program) -> None:
    """In a process that has no others."""
    environment = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": with_role.endpoint, "HOME": "/nonexistent"}
    result = subprocess.run([sys.executable, "-c", _WHO], env=environment, capture_output=True, timeout=60, check=True)

    method, access_key, secret_key, token, *_ = json.loads(result.stdout)

    assert method == "iam-role"
    answer = with_role.get(
        "/latest/meta-data/iam/security-credentials/reader", X_aws_ec2_metadata_token=with_role.token()
    )
    assert {"AccessKeyId": access_key, "SecretAccessKey": secret_key, "Token": token}.items() <= json.loads(
        answer.text
    ).items()
    assert access_key.startswith("ASIA")
    assert (len(access_key), len(secret_key)) == (20, 40)


def test_botocore_finds_role_expiry_and_region(with_role: Program) -> None:
    """The fetchers under boto3, one by one."""
    where = {"base_url": f"{with_role.endpoint}/"}

    role = InstanceMetadataFetcher(timeout=5, num_attempts=1, **where).retrieve_iam_role_credentials()
    region = InstanceMetadataRegionFetcher(
        timeout=5, num_attempts=1, config={"ec2_metadata_service_endpoint": with_role.endpoint}
    ).retrieve_region()

    assert role["role_name"] == "reader"
    assert datetime.fromisoformat(role["expiry_time"]) > datetime.now(UTC) + timedelta(hours=5)
    assert region == "us-east-1"


def test_botocore_finds_no_credentials_without_a_role(program: Program) -> None:
    """It says so by an empty answer, not by an error."""
    fetcher = InstanceMetadataFetcher(timeout=5, num_attempts=1, base_url=f"{program.endpoint}/")

    assert fetcher.retrieve_iam_role_credentials() == {}


def test_botocore_gets_a_token_first(program: Program) -> None:
    """With a time to live of six hours, the longest there is."""
    fetcher = IMDSFetcher(timeout=5, num_attempts=1, base_url=f"{program.endpoint}/")

    token = fetcher._fetch_metadata_token()

    assert token is not None
    assert program.get("/latest/meta-data/ami-id", X_aws_ec2_metadata_token=token).text == FACTS.image_id


def test_the_profile_is_told_beside_the_role(with_role: Program) -> None:
    """Some programs learn their account from it."""
    token = with_role.token()

    answer = with_role.get("/latest/meta-data/iam/info", X_aws_ec2_metadata_token=token)
    names = with_role.get("/latest/meta-data/iam/security-credentials/", X_aws_ec2_metadata_token=token)

    info = json.loads(answer.text)
    assert info["Code"] == "Success"
    assert info["InstanceProfileArn"] == "arn:aws:iam::000000000000:instance-profile/reader"
    assert info["InstanceProfileId"].startswith("AIPA")
    assert names.text == "reader"


def test_credentials_are_the_same_for_a_while_and_say_since_when(program: Program) -> None:
    """Renewed by the hour, always good for several more; those of another role are others."""
    program.knows(FULL)
    path = "/latest/meta-data/iam/security-credentials/"

    first, second = (json.loads(program.get(f"{path}reader").text) for _ in range(2))
    program.knows(dataclasses.replace(FULL, role="writer"))
    other = json.loads(program.get(f"{path}writer").text)

    since = datetime.fromisoformat(first["LastUpdated"])
    assert first["Type"] == "AWS-HMAC"
    assert first == second or second["LastUpdated"] > first["LastUpdated"]
    assert timedelta() <= datetime.now(UTC) - since < timedelta(hours=1, minutes=1)
    assert datetime.fromisoformat(first["Expiration"]) - since > timedelta(hours=6)
    assert other["AccessKeyId"] != first["AccessKeyId"]
    assert program.get(f"{path}reader").status == 404
