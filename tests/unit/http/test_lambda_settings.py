"""Layers and function URLs by boto3, as a script that deploys to AWS has them."""

import io
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.http.conftest import Doors

ARN = "arn:aws:lambda:us-east-1:000000000000"


def zipped(text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("python/library.py", text)
    return content.getvalue()


def code_of(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


def without_metadata(answer: Any) -> Any:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def test_a_layer_is_published_listed_and_deleted(doors: Doors) -> None:
    client = doors.client()
    about = {"Description": "mine", "LicenseInfo": "MIT", "CompatibleRuntimes": ["python3.11"]}

    first = client.publish_layer_version(LayerName="libraries", Content={"ZipFile": zipped("a = 1")}, **about)
    doors.cloud.buckets.create_bucket("code").path.joinpath("layer.zip").write_bytes(zipped("a = 2"))
    stored = {"S3Bucket": "code", "S3Key": "layer.zip"}
    second = client.publish_layer_version(LayerName=f"{ARN}:layer:libraries", Content=stored)

    assert (first["Version"], second["Version"]) == (1, 2)
    assert first["LayerVersionArn"] == f"{ARN}:layer:libraries:1"
    assert {name: first[name] for name in about} == about
    got = client.get_layer_version(LayerName="libraries", VersionNumber=1)
    assert without_metadata(got) == without_metadata(first)
    by_arn = client.get_layer_version_by_arn(Arn=first["LayerVersionArn"])
    assert without_metadata(by_arn) == without_metadata(first)
    assert [one["LatestMatchingVersion"]["Version"] for one in client.list_layers()["Layers"]] == [2]
    assert client.list_layers(CompatibleRuntime="nodejs20.x")["Layers"] == []
    pages = client.get_paginator("list_layer_versions").paginate(
        LayerName="libraries", PaginationConfig={"PageSize": 1}
    )
    assert [one["Version"] for page in pages for one in page["LayerVersions"]] == [2, 1]

    client.delete_layer_version(LayerName="libraries", VersionNumber=1)

    with pytest.raises(ClientError) as caught:
        client.get_layer_version(LayerName="libraries", VersionNumber=1)
    assert code_of(caught) == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({}, "InvalidParameterValueException"),
        ({"ZipFile": b"no zip"}, "InvalidParameterValueException"),
        ({"ZipFile": zipped(""), "S3Bucket": "code", "S3Key": "k"}, "InvalidParameterValueException"),
        ({"S3Bucket": "nobody", "S3Key": "k"}, "InvalidParameterValueException"),
    ],
)
def test_what_is_no_layer_is_refused(doors: Doors, content: dict[str, Any], code: str) -> None:
    client = doors.client()

    with pytest.raises(ClientError) as caught:
        client.publish_layer_version(LayerName="libraries", Content=content)

    assert code_of(caught) == code
    assert client.list_layers()["Layers"] == []


def test_a_function_url_is_configured(doors: Doors) -> None:
    client = doors.client()
    cors = {"AllowOrigins": ["https://example.org"], "AllowMethods": ["GET"], "MaxAge": 60, "AllowCredentials": True}

    made = client.create_function_url_config(FunctionName="hello", AuthType="NONE", Cors=cors)

    assert made["FunctionArn"] == f"{ARN}:function:hello"
    assert made["Cors"] == cors
    assert made["FunctionUrl"].endswith(".lambda-url.localhost:4566/")
    with pytest.raises(ClientError) as caught:
        client.create_function_url_config(FunctionName="hello", AuthType="NONE")
    assert code_of(caught) == "ResourceConflictException"
    kept = client.update_function_url_config(FunctionName="hello", AuthType="AWS_IAM")
    assert (kept["AuthType"], kept["Cors"], kept["FunctionUrl"]) == ("AWS_IAM", cors, made["FunctionUrl"])
    assert "Cors" not in client.update_function_url_config(FunctionName="hello", Cors={})
    got = client.get_function_url_config(FunctionName="hello")
    listed = client.list_function_url_configs(FunctionName="hello")["FunctionUrlConfigs"]
    assert listed == [without_metadata(got)]

    client.delete_function_url_config(FunctionName="hello")

    with pytest.raises(ClientError) as caught:
        client.get_function_url_config(FunctionName="hello")
    assert code_of(caught) == "ResourceNotFoundException"


def test_an_alias_has_a_url_of_its_own_which_goes_with_it(doors: Doors) -> None:
    client = doors.client()
    client.create_alias(FunctionName="hello", Name="live", FunctionVersion="$LATEST")
    made = client.create_function_url_config(FunctionName="hello", Qualifier="live", AuthType="NONE")
    assert made["FunctionArn"] == f"{ARN}:function:hello:live"

    client.delete_alias(FunctionName="hello", Name="live")

    assert client.list_function_url_configs(FunctionName="hello")["FunctionUrlConfigs"] == []
