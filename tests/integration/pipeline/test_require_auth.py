"""A server that requires signatures: strangers are refused, whoever signs is served, and handlers sign."""

import urllib.error
import urllib.request

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.integration.pipeline.conftest import House


def test_only_who_signs_is_served(house: House) -> None:
    """
    Handlers too: their environment has what the server asks for.
    """
    house.environment |= {"CLOUDLET_ACCESS_KEY_ID": "AKIAMINE", "CLOUDLET_SECRET_ACCESS_KEY": "s3cret"}
    house.bucket("raw")
    results = house.bucket("results")
    function = house.deploy("objects")
    house.trigger(function, "raw", prefix="in/")
    started = house.run("start", "--require-auth")
    house.server = house.find_server()
    assert house.server is not None, started.stderr
    endpoint = f"http://127.0.0.1:{house.server.port}"
    signing = {"endpoint_url": endpoint, "region_name": "us-east-1", "aws_access_key_id": "AKIAMINE"}
    mine = boto3.client("s3", aws_secret_access_key="s3cret", **signing)
    guess = boto3.client("s3", aws_secret_access_key="guess", **signing)

    mine.put_object(Bucket="raw", Key="in/a.csv", Body=b"a,b\n1,2\n")
    outcome = house.settle()

    assert outcome["Failed"] == []
    assert (results / "in/a.csv").read_text() == "A,B\n1,2\n"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{endpoint}/raw/in/a.csv")
    assert refused.value.code == 403
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        guess.get_object(Bucket="raw", Key="in/a.csv")
