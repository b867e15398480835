"""`cloudlet lambda` beside `aws lambda`: of the same functions, both answer the same."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from awscli.clidriver import create_clidriver  # type: ignore[import-untyped]

from cli.main import run
from tests.unit.http.conftest import Doors
from tests.unit.s3.conftest import ALONE

ARN = "arn:aws:lambda:us-east-1:000000000000:function:hello"
SETUP = [
    "publish-version --function-name hello",
    "create-alias --function-name hello --name live --function-version 1 --description now",
    "put-function-concurrency --function-name hello --reserved-concurrent-executions 3",
    "create-function-url-config --function-name hello --auth-type NONE --cors AllowOrigins=*,MaxAge=3",
    "put-function-event-invoke-config --function-name hello --maximum-retry-attempts 1",
    f"tag-resource --resource {ARN} --tags a=b,c=d",
]
READING = [
    "list-functions",
    "list-functions --max-items 1",
    "get-function --function-name hello",
    "get-function --function-name hello:live",
    "get-function-configuration --function-name hello",
    "list-versions-by-function --function-name hello",
    "list-aliases --function-name hello",
    "get-alias --function-name hello --name live",
    f"list-tags --resource {ARN}",
    "list-layers",
    "get-function-concurrency --function-name hello",
    "get-function-url-config --function-name hello",
    "list-function-url-configs --function-name hello",
    "get-function-event-invoke-config --function-name hello",
    "list-function-event-invoke-configs --function-name hello",
    "list-provisioned-concurrency-configs --function-name hello",
    "get-function-recursion-config --function-name hello",
]
QUERIES = ("", " --query 'Functions[].[FunctionName,Timeout,Nothing]'", " --query 'keys(@)|sort(@)'")


@pytest.fixture
def both(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[[str], tuple[str, str]]:
    """Return what the two commands write to stdout; AWS's writes times as its second version does."""
    config = tmp_path / "aws-config"
    config.write_text("[default]\ncli_timestamp_format = iso8601\n")
    endpoint = f"http://127.0.0.1:{doors.port}"
    environment = {**ALONE, "AWS_CONFIG_FILE": str(config), "AWS_ENDPOINT_URL": endpoint}
    for name, value in {**environment, "CLOUDLET_HOME": str(tmp_path / "home"), "DOCKER_HOST": "unix:///none"}.items():
        monkeypatch.setenv(name, value)
    aws = create_clidriver()

    def call(line: str) -> tuple[str, str]:
        words = ["lambda", *shlex.split(line)]
        capsys.readouterr()
        assert run(words) == 0, capsys.readouterr().err
        ours = capsys.readouterr().out
        assert aws.main(words) == 0, capsys.readouterr().err
        return ours, capsys.readouterr().out

    for line in SETUP:
        assert run(["lambda", *shlex.split(line)]) == 0, capsys.readouterr().err
    return call


def test_answers_are_those_of_aws(both: Callable[[str], tuple[str, str]]) -> None:
    """As json, whose members may come in another order, and as text, to the last tab."""
    different = []
    for line in READING:
        for query in QUERIES:
            ours, theirs = both(f"{line}{query} --output text")
            in_json = both(f"{line}{query} --output json")
            if ours != theirs or len({json.dumps(_loaded(one), sort_keys=True) for one in in_json}) > 1:
                different.append((line, query, ours, theirs, in_json))

    assert different == []


def _loaded(text: str) -> object:
    return json.loads(text) if text else None
