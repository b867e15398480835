"""boto3's and awscli's own `lambda` client against a running server: the control plane over HTTP."""

import dataclasses
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from emulator.cloud import Cloud
from emulator.settings import Settings
from tests.conftest import wait_for
from tests.integration.pipeline.conftest import House, open_house

ROLE = "arn:aws:iam::000000000000:role/mine"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:resize"
APP = """
def handler(event, context):
    return {"said": "%s", "version": context.function_version, "arn": context.invoked_function_arn}
"""


def zipped(said: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("app.py", APP % said)
    return content.getvalue()


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory, images: None) -> Iterator[House]:
    """One server for all of these tests: each leaves it without functions."""
    settings = dataclasses.replace(Settings.from_environment(), home=tmp_path_factory.mktemp("api") / "home", port=0)
    with Cloud(settings) as cloud:
        try:
            with open_house(cloud) as house:
                house.start()
                yield house
        finally:
            cloud.engine.containers.remove_all()


@pytest.fixture
def house(shared_house: House) -> Iterator[House]:
    yield shared_house
    for function in shared_house.cloud.functions.list():
        shared_house.cloud.triggers.delete_function(function.name)


@pytest.fixture
def client(house: House) -> Any:
    assert house.server is not None
    return boto3.client(
        "lambda",
        endpoint_url=f"http://127.0.0.1:{house.server.port}",
        aws_access_key_id="cloudlet",
        aws_secret_access_key="cloudlet",
        region_name="us-east-1",
    )


def create(client: Any, **parameters: Any) -> Any:
    return client.create_function(
        FunctionName="resize",
        Runtime="python3.11",
        Role=ROLE,
        Handler="app.handler",
        Code={"ZipFile": zipped("one")},
        **parameters,
    )


def words(line: str) -> list[str]:
    return line.split()


def invoke(client: Any, **parameters: Any) -> Any:
    return json.loads(client.invoke(FunctionName="resize", **parameters)["Payload"].read())


def test_a_function_lives_through_all_its_changes(client: Any) -> None:
    """Created, run, changed, published, named, run by name, deleted: as a deployment script does it."""
    created = create(client, Tags={"stage": "test"}, Environment={"Variables": {"AB": "c"}})
    assert created["ResponseMetadata"]["HTTPStatusCode"] == 201
    client.get_waiter("function_active_v2").wait(FunctionName="resize")
    assert invoke(client) == {"said": "one", "version": "$LATEST", "arn": ARN}
    assert client.publish_version(FunctionName="resize", Description="first")["Version"] == "1"

    client.update_function_code(FunctionName="resize", ZipFile=zipped("two"))
    client.get_waiter("function_updated_v2").wait(FunctionName="resize")
    changed = client.update_function_configuration(FunctionName="resize", MemorySize=256, Environment={"Variables": {}})
    client.create_alias(FunctionName="resize", Name="live", FunctionVersion="1")

    assert invoke(client)["said"] == "two"
    assert invoke(client, Qualifier="live") == {"said": "one", "version": "1", "arn": f"{ARN}:live"}
    assert (changed["MemorySize"], "Environment" in changed) == (256, False)
    assert client.get_function(FunctionName=ARN)["Tags"] == {"stage": "test"}
    assert client.get_function(FunctionName="resize", Qualifier="1")["Configuration"]["FunctionArn"] == f"{ARN}:1"

    with pytest.raises(client.exceptions.ResourceConflictException, match=r"reference it: \[live\]"):
        client.delete_function(FunctionName="resize", Qualifier="1")
    client.delete_alias(FunctionName="resize", Name="live")
    client.delete_function(FunctionName="resize", Qualifier="1")
    client.delete_function(FunctionName="resize")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function(FunctionName="resize")


def test_what_is_set_for_a_function_is_kept(client: Any, house: House) -> None:
    """One call of each kind, and its answer as boto3 reads it."""
    house.bucket("failed")
    create(client, Publish=True)
    name = {"FunctionName": "resize"}

    client.put_function_concurrency(**name, ReservedConcurrentExecutions=3)
    client.put_function_event_invoke_config(**name, MaximumRetryAttempts=0)
    client.update_function_event_invoke_config(
        **name, DestinationConfig={"OnFailure": {"Destination": "arn:aws:s3:::failed"}}
    )
    client.put_provisioned_concurrency_config(**name, Qualifier="1", ProvisionedConcurrentExecutions=1)
    client.tag_resource(Resource=ARN, Tags={"a": "b", "c": "d", "e": "f"})
    client.untag_resource(Resource=ARN, TagKeys=["a", "c"])
    client.put_function_recursion_config(**name, RecursiveLoop="Allow")

    config = client.get_function_event_invoke_config(**name)
    assert client.get_function_concurrency(**name)["ReservedConcurrentExecutions"] == 3
    assert config["MaximumRetryAttempts"] == 0
    assert isinstance(config["LastModified"], datetime)
    assert config["DestinationConfig"]["OnFailure"] == {"Destination": "arn:aws:s3:::failed"}
    assert len(client.list_function_event_invoke_configs(**name)["FunctionEventInvokeConfigs"]) == 1
    assert client.list_tags(Resource=ARN)["Tags"] == {"e": "f"}
    assert client.get_function_recursion_config(**name)["RecursiveLoop"] == "Allow"
    assert client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"] == 997
    (listed,) = client.list_provisioned_concurrency_configs(**name)["ProvisionedConcurrencyConfigs"]
    assert (listed["FunctionArn"], listed["RequestedProvisionedConcurrentExecutions"]) == (f"{ARN}:1", 1)
    client.delete_provisioned_concurrency_config(**name, Qualifier="1")
    client.delete_function_concurrency(**name)
    client.delete_function_event_invoke_config(**name)
    assert "ReservedConcurrentExecutions" not in client.get_function_concurrency(**name)


def test_errors_are_the_classes_that_boto3_has_for_them(client: Any) -> None:
    """By code and by status: programs catch them."""
    create(client)
    errors = client.exceptions

    with pytest.raises(errors.ResourceConflictException, match="Function already exist: resize"):
        create(client)
    with pytest.raises(errors.PreconditionFailedException) as caught:
        client.update_function_code(FunctionName="resize", ZipFile=zipped("two"), RevisionId="old")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    with pytest.raises(errors.InvalidParameterValueException, match="constraint: Member must satisfy enum value set"):
        client.update_function_configuration(FunctionName="resize", Runtime="python2.7")
    with pytest.raises(errors.ProvisionedConcurrencyConfigNotFoundException):
        client.publish_version(FunctionName="resize")
        client.get_provisioned_concurrency_config(FunctionName="resize", Qualifier="1")
    with pytest.raises(errors.ClientError, match=r"\(ValidationException\).*at 'role'"):
        client.update_function_configuration(FunctionName="resize", Role="arn:aws:iam::1:role/short")


def test_lists_come_in_pages(client: Any) -> None:
    """boto3 asks for the next until there is none."""
    create(client, Publish=True)
    for size in (256, 512):
        client.update_function_configuration(FunctionName="resize", MemorySize=size)
        client.publish_version(FunctionName="resize")

    pages = [*client.get_paginator("list_versions_by_function").paginate(FunctionName="resize", MaxItems=10)]
    first = client.list_versions_by_function(FunctionName="resize", MaxItems=3)
    rest = client.list_versions_by_function(FunctionName="resize", Marker=first["NextMarker"])

    assert [one["Version"] for page in pages for one in page["Versions"]] == ["$LATEST", "1", "2", "3"]
    assert [one["Version"] for one in rest["Versions"]] == ["3"]
    assert "NextMarker" not in rest


def test_code_comes_from_a_bucket(house: House, client: Any) -> None:
    house.bucket("code")
    house.s3().put_object(Bucket="code", Key="resize.zip", Body=zipped("stored"))

    client.create_function(
        FunctionName="resize",
        Runtime="python3.11",
        Role=ROLE,
        Handler="app.handler",
        Code={"S3Bucket": "code", "S3Key": "resize.zip"},
    )

    assert invoke(client)["said"] == "stored"


def test_the_aws_command_makes_a_function_and_ours_runs_it(house: House, tmp_path: Path) -> None:
    """`aws --endpoint-url` and `cloudlet` are two doors to one house."""
    (tmp_path / "code.zip").write_bytes(zipped("aws"))
    assert house.server is not None
    aws = [sys.executable, "-m", "awscli", "--endpoint-url", f"http://127.0.0.1:{house.server.port}", "lambda"]
    environment = os.environ | {
        "AWS_ACCESS_KEY_ID": "cloudlet",
        "AWS_SECRET_ACCESS_KEY": "cloudlet",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
    }
    create = f"create-function --function-name resize --runtime python3.11 --role {ROLE} --handler app.handler"

    made = subprocess.run(
        [*aws, *words(create), "--zip-file", f"fileb://{tmp_path}/code.zip"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    ran = house.run("lambda", "invoke", "--function-name", "resize:$LATEST", "--cli-binary-format", "raw-in-base64-out")

    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["State"] == "Active"
    assert json.loads(ran.stdout)["said"] == "aws", ran.stderr


def test_our_command_creates_updates_and_invokes_a_version(house: House, tmp_path: Path) -> None:
    """The same verbs, the same words: `create-function --zip-file`, `update-function-code`, `invoke --qualifier`."""
    for said in ("one", "two"):
        (tmp_path / f"{said}.zip").write_bytes(zipped(said))
    created = house.run(
        *words("lambda create-function --function-name resize --runtime python3.11 --handler app.handler --publish"),
        *("--zip-file", f"fileb://{tmp_path}/one.zip", "--query", "Version"),
    )
    updated = house.run(
        *words("lambda update-function-code --function-name resize --query Version"),
        *("--zip-file", f"fileb://{tmp_path}/two.zip"),
    )

    first = house.run("lambda", "invoke", "--function-name", "resize", "--qualifier", "1")
    latest = house.run("lambda", "invoke", "--function-name", "resize")

    assert (json.loads(created.stdout), json.loads(updated.stdout)) == ("1", "$LATEST"), created.stderr
    assert (json.loads(first.stdout)["said"], json.loads(latest.stdout)["said"]) == ("one", "two")


def test_a_client_context_reaches_the_handler(house: House, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as archive:
        archive.writestr("app.py", "def handler(event, context): return context.client_context.custom")
    house.run(
        *words("lambda create-function --function-name resize --runtime python3.11 --handler app.handler"),
        *("--zip-file", f"fileb://{tmp_path}/code.zip"),
    )

    ran = house.run("lambda", "invoke", "--function-name", "resize", "--client-context", "eyJjdXN0b20iOiB7ImEiOiAxfX0=")
    refused = house.run("lambda", "invoke", "--function-name", "resize", "--client-context", "no json")

    assert json.loads(ran.stdout) == {"a": 1}, ran.stderr
    assert (refused.returncode, "Client context must be a valid Base64-encoded JSON" in refused.stderr) == (2, True)


def test_a_function_is_made_of_a_container_image(house: House, client: Any) -> None:
    """One of the local store; AWS says so of one that is not there."""
    image = house.cloud.functions.build_runtime("python3.11")
    client.create_function(FunctionName="resize", Role=ROLE, PackageType="Image", Code={"ImageUri": image})

    found = client.get_function(FunctionName="resize")

    assert found["Code"]["ImageUri"] == image
    assert "Runtime" not in found["Configuration"]
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="Source image nobody:1 does not exist"):
        client.update_function_code(FunctionName="resize", ImageUri="nobody:1")


def test_workers_that_are_kept_ready_are_counted(house: House, client: Any) -> None:
    """READY is what a script waits for before it sends users there."""
    create(client, Publish=True)
    asked = {"FunctionName": "resize", "Qualifier": "1"}

    client.put_provisioned_concurrency_config(**asked, ProvisionedConcurrentExecutions=1)

    wait_for(lambda: client.get_provisioned_concurrency_config(**asked)["Status"] == "READY")
    shown = house.run("lambda", "get-provisioned-concurrency-config", "--function-name", "resize", "--qualifier", "1")
    assert "READY" in shown.stdout
