"""The verbs of `lambda` that need no engine: AWS's shapes, exit codes, words. Functions are put into the state file."""

import dataclasses
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.commands.lambda_ import Lambda
from cli.main import run
from emulator.functions.definition import Function, ImageConfig, LoggingConfig, VpcConfig
from emulator.functions.document import configuration
from emulator.functions.document import function as function_document
from emulator.functions.repository import FunctionRepository
from emulator.functions.start_failures import StartFailures
from emulator.state import Database
from tests.aws_shapes import misfits
from tests.unit.cli.conftest import Cloudlet

ARN = "arn:aws:lambda:us-east-1:000000000000:function:resize"
RESIZE = Function("resize", "python3.11", "app.handler", "c", "s", 1, "r", datetime(2026, 1, 1, tzinfo=UTC))
IMAGE = dataclasses.replace(
    RESIZE,
    name="framed",
    runtime="",
    handler="",
    package_type="Image",
    image_uri="framed:latest",
    image_config=ImageConfig(("sh",), ("-c", "x"), "/work"),
)
FULL = dataclasses.replace(
    RESIZE,
    environment={"AB": "c"},
    layers=("arn:aws:lambda:us-east-1:000000000000:layer:a:1",),
    vpc=VpcConfig(("subnet-1",), ("sg-1",)),
    logging=LoggingConfig("JSON", "DEBUG", "WARN", "/mine"),
    dead_letter_arn="arn:aws:s3:::dead",
)

ANSWERS = {
    "list-functions": "ListFunctions",
    "get-function --function-name resize": "GetFunction",
    "get-function --function-name framed": "GetFunction",
    "get-function-configuration --function-name resize --qualifier live": "GetFunctionConfiguration",
    "update-function-configuration --function-name resize --memory-size 256": "UpdateFunctionConfiguration",
    "publish-version --function-name resize": "PublishVersion",
    "list-versions-by-function --function-name resize": "ListVersionsByFunction",
    "create-alias --function-name resize --name new --function-version 1": "CreateAlias",
    "update-alias --function-name resize --name live --description mine": "UpdateAlias",
    "get-alias --function-name resize --name live": "GetAlias",
    "list-aliases --function-name resize": "ListAliases",
    "put-function-concurrency --function-name resize --reserved-concurrent-executions 2": "PutFunctionConcurrency",
    "get-function-concurrency --function-name resize": "GetFunctionConcurrency",
    "get-account-settings": "GetAccountSettings",
    "put-provisioned-concurrency-config --function-name resize --qualifier 2 --provisioned-concurrent-executions 1": (
        "PutProvisionedConcurrencyConfig"
    ),
    "get-provisioned-concurrency-config --function-name resize --qualifier live": "GetProvisionedConcurrencyConfig",
    "list-provisioned-concurrency-configs --function-name resize": "ListProvisionedConcurrencyConfigs",
    "put-function-event-invoke-config --function-name resize --maximum-retry-attempts 0": (
        "PutFunctionEventInvokeConfig"
    ),
    "update-function-event-invoke-config --function-name resize --maximum-retry-attempts 0": (
        "UpdateFunctionEventInvokeConfig"
    ),
    "get-function-event-invoke-config --function-name resize": "GetFunctionEventInvokeConfig",
    "list-function-event-invoke-configs --function-name resize": "ListFunctionEventInvokeConfigs",
    f"list-tags --resource {ARN}": "ListTags",
    "put-function-recursion-config --function-name resize --recursive-loop Allow": "PutFunctionRecursionConfig",
    "get-function-recursion-config --function-name resize": "GetFunctionRecursionConfig",
}
SILENT = {
    "delete-function --function-name resize",
    "delete-alias --function-name resize --name live",
    "delete-function-concurrency --function-name resize",
    "delete-provisioned-concurrency-config --function-name resize --qualifier live",
    "delete-function-event-invoke-config --function-name resize",
    f"tag-resource --resource {ARN} --tags a=b",
    f"untag-resource --resource {ARN} --tag-keys stage",
}
_WEIGHTS = "AdditionalVersionWeights={2=0.1}"
_READY = "--provisioned-concurrent-executions 1"
_DESTINATIONS = (
    f"OnFailure={{Destination=arn:aws:s3:::failed}},OnSuccess={{Destination={ARN.replace('resize', 'framed')}}}"
)
WITH_ENGINE = {"create-function", "update-function-code", "invoke"}
"""Tested with one."""


_FILLING = (
    "publish-version --function-name resize",
    "update-function-configuration --function-name resize --timeout 9",
    "publish-version --function-name resize",
    f"create-alias --function-name resize --name live --function-version 1 --routing-config {_WEIGHTS}",
    "put-function-concurrency --function-name resize --reserved-concurrent-executions 4",
    f"put-provisioned-concurrency-config --function-name resize --qualifier live {_READY}",
    f"put-function-event-invoke-config --function-name resize --destination-config {_DESTINATIONS}",
    f"tag-resource --resource {ARN} --tags stage=test,owner=me",
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which nothing of functions is empty."""
    home = tmp_path_factory.mktemp("template") / "home"
    database = Database(home / "state.db")
    for one in (RESIZE, IMAGE):
        FunctionRepository(database, "us-east-1").save(one)
    database.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLOUDLET_HOME", str(home))
        patch.setenv("DOCKER_HOST", f"unix://{home}/no-engine.sock")
        assert run(["s3", "mb", "s3://failed"]) == 0
        for line in _FILLING:
            assert run(["lambda", *line.split()]) == 0, line
    return home


@pytest.fixture
def filled(template: Path, tmp_path: Path, cloudlet: Cloudlet) -> Cloudlet:
    shutil.copytree(template, tmp_path / "home")
    return cloudlet


@pytest.mark.parametrize("command", ANSWERS)
def test_a_command_answers_in_awss_shape(filled: Cloudlet, command: str) -> None:
    """boto3's own list of keys: what is not in it, no script that runs on AWS asks for."""
    outcome = filled("lambda", *command.split(), "--output", "json")

    assert outcome.exit_code == 0, outcome.stderr
    answer = json.loads(outcome.stdout)
    assert answer
    assert [] not in answer.values()
    assert misfits(ANSWERS[command], answer, "lambda") == []


@pytest.mark.parametrize("command", [*ANSWERS])
def test_a_person_is_shown_something(filled: Cloudlet, command: str) -> None:
    outcome = filled("lambda", *command.split())

    assert (outcome.exit_code, outcome.stdout.count("\n") >= 2) == (0, True), outcome.stderr


@pytest.mark.parametrize("command", sorted(SILENT))
def test_where_aws_answers_nothing_nothing_is_written(filled: Cloudlet, command: str) -> None:
    outcome = filled("lambda", *command.split())

    assert (outcome.exit_code, outcome.stdout) == (0, ""), outcome.stderr


def test_no_verb_of_awss_control_plane_is_left_out() -> None:
    """Verbs of ours, of layers and of URLs have tests of their own."""
    checked = {command.split()[0] for command in (*ANSWERS, *SILENT)} | WITH_ENGINE
    others = {name for name in Lambda.modules if "layer" in name or "url" in name or "trigger" in name}

    assert {*Lambda.modules} - others - {"deploy", "list-runtimes", "logs"} == checked


@pytest.mark.parametrize("one", [RESIZE, IMAGE, FULL], ids=["plain", "image", "full"])
@pytest.mark.parametrize("failure", [None, "there is no such image"])
def test_a_document_has_awss_shape(one: Function, failure: str | None) -> None:
    """Every part of it."""
    document = configuration(one, "us-east-1", failure=failure)

    assert misfits("GetFunctionConfiguration", document, "lambda") == []
    assert misfits("GetFunction", function_document(one, document, "file:///code"), "lambda") == []


def test_a_fresh_function_has_exactly_awss_keys() -> None:
    """What is not set is not there: scripts ask whether a key is."""
    keys = (
        "Architectures CodeSha256 CodeSize Description EphemeralStorage FunctionArn FunctionName Handler LastModified "
        "LastUpdateStatus LoggingConfig MemorySize PackageType RevisionId Role Runtime RuntimeVersionConfig SnapStart "
        "State Timeout TracingConfig Version"
    )

    document = configuration(RESIZE, "us-east-1")

    assert sorted(document) == keys.split()
    assert document["LastModified"] == "2026-01-01T00:00:00.000+0000"


def test_why_a_function_cannot_run_is_told(filled: Cloudlet, tmp_path: Path) -> None:
    """By the state that `aws lambda wait function-active` looks at."""
    database = Database(tmp_path / "home" / "state.db")
    StartFailures(database).note("resize", "$LATEST", "the image python3.11 is gone")
    database.close()

    outcome = filled(
        "lambda", "get-function", "--function-name", "resize", "--query", "Configuration.[State,StateReason]"
    )

    assert json.loads(outcome.stdout) == ["Failed", "the image python3.11 is gone"]
    assert "it cannot run: the image python3.11 is gone" in outcome.stderr


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        ("get-function --function-name nobody", 1, "Function not found: "),
        ("get-function --function-name resize --qualifier 9", 1, f"Function not found: {ARN}:9"),
        ("get-alias --function-name resize --name nobody", 1, f"Cannot find alias arn: {ARN}:nobody"),
        ("update-function-configuration --function-name resize --timeout 901", 2, "(ValidationException)"),
        ("update-function-configuration --function-name resize --revision-id x", 1, "(PreconditionFailedException)"),
        ("update-function-configuration --function-name resize --vpc-config Subnets=a", 2, "Unknown parameter"),
        ("update-function-configuration --function-name resize --ephemeral-storage Size=big", 2, "valid types: int"),
        ("update-function-configuration --function-name resize --environment Variables=a", 2, "valid types: map"),
        ("create-alias --function-name resize --name live --function-version 1", 1, "(ResourceConflictException)"),
        (f"tag-resource --resource {ARN} --tags a=b,c", 2, "valid types: map of str"),
        ("update-function-code --function-name resize --zip-file code.zip", 2, "with the fileb:// prefix"),
        (
            "update-function-code --function-name resize:1 --zip-file fileb:///dev/null",
            2,
            "Aliases and versions do not",
        ),
        ("update-function-configuration --function-name resize --memory-size 1 --timeout 0", 2, "2 validation errors"),
        ("list-functions --function-version 1", 2, "[ALL]"),
        ("create-function --function-name resize", 2, "Runtime and Handler are mandatory"),
        ("create-function --function-name new --package-type Image", 2, "Please provide ImageUri"),
        ("create-function --function-name new --code S3Key=a", 2, "Please provide S3Bucket"),
        ("put-function-concurrency --function-name resize --reserved-concurrent-executions 901", 2, "[100]."),
        ("put-function-recursion-config --function-name resize --recursive-loop Never", 2, "[Allow, Terminate]"),
        ("delete-function --function-name resize --qualifier 1", 1, "Unable to delete version"),
        ("invoke --function-name resize --qualifier nobody", 1, f"Function not found: {ARN}:nobody"),
    ],
)
def test_what_cannot_be_done_is_said_in_awss_words(filled: Cloudlet, command: str, code: int, says: str) -> None:
    outcome = filled("lambda", *command.split())

    assert (outcome.exit_code, outcome.stdout) == (code, ""), outcome.stderr
    assert says in outcome.stderr


@pytest.mark.parametrize("nothing", [("--environment", "Variables={}"), ("--environment", "{}")])
def test_an_environment_can_be_taken_away(filled: Cloudlet, nothing: tuple[str, str]) -> None:
    update = ("lambda", "update-function-configuration", "--function-name", "resize", "--query", "Environment")

    given = filled(*update, "--environment", "Variables={AB=http://x/y?z=1,CD='a, b'}")
    taken = filled(*update, *nothing)

    assert json.loads(given.stdout) == {"Variables": {"AB": "http://x/y?z=1", "CD": "a, b"}}
    assert json.loads(taken.stdout) is None


@pytest.mark.parametrize("nothing", ["[]", ""])
def test_layers_can_be_taken_away(filled: Cloudlet, tmp_path: Path, nothing: str) -> None:
    """As `aws` writes an empty list."""
    database = Database(tmp_path / "home" / "state.db")
    FunctionRepository(database, "us-east-1").save(FULL)
    database.close()
    update = ("lambda", "update-function-configuration", "--function-name", "resize", "--layers", nothing)

    outcome = filled(*update, "--query", "[Layers, VpcConfig.SubnetIds]")

    assert json.loads(outcome.stdout) == [None, ["subnet-1"]], outcome.stderr


def test_a_function_takes_all_that_is_its_own_along(filled: Cloudlet) -> None:
    """One that is created after it begins from nothing, its triggers included."""
    assert filled("s3", "mb", "s3://raw").exit_code == 0
    assert filled("lambda", "add-trigger", "resize:live", "--bucket", "raw").exit_code == 0

    filled("lambda", "delete-function", "--function-name", "resize")

    assert filled("lambda", "list-triggers", "--output", "json", "--query", "Triggers").stdout.strip() == "[]"
    missing = filled("lambda", "list-tags", "--resource", ARN)
    assert (missing.exit_code, "Function not found" in missing.stderr) == (1, True)


def test_a_trigger_keeps_its_alias_and_goes_with_it(filled: Cloudlet) -> None:
    """What the alias stands for is asked at each event."""
    filled("s3", "mb", "s3://raw")
    filled("lambda", "add-trigger", "resize:live", "--bucket", "raw", "--prefix", "a/")
    filled("lambda", "add-trigger", "resize", "--bucket", "raw", "--prefix", "b/")
    query = ("--query", "Triggers[].LambdaFunctionArn")

    both = json.loads(filled("lambda", "list-triggers", "resize", *query).stdout)
    of_the_alias = json.loads(filled("lambda", "list-triggers", "resize:live", *query).stdout)
    filled("lambda", "delete-alias", "--function-name", "resize", "--name", "live")
    left = json.loads(filled("lambda", "list-triggers", *query).stdout)

    assert (both, of_the_alias, left) == ([f"{ARN}:live", ARN], [f"{ARN}:live"], [ARN])


def test_tags_of_functions_are_none_of_ec2(filled: Cloudlet) -> None:
    """They are in one table, and `describe-tags` is of EC2's resources."""
    assert json.loads(filled("ec2", "describe-tags", "--output", "json").stdout) == {"Tags": []}


def test_all_versions_are_listed_if_that_is_asked_for(filled: Cloudlet) -> None:
    """As HTTP has it."""
    versions = filled("lambda", "list-functions", "--function-version", "ALL", "--query", "Functions[].FunctionArn")

    assert json.loads(versions.stdout) == [
        f"{ARN.replace('resize', 'framed')}:$LATEST",
        f"{ARN}:$LATEST",
        f"{ARN}:1",
        f"{ARN}:2",
    ]
