"""`cloudlet events` on rules, and the schedules of `lambda add-trigger`: what scripts for `aws` read and get."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.errors import FAILED, USAGE
from emulator.functions import Function
from emulator.functions.repository import FunctionRepository
from emulator.schedules import Rule, Schedules
from emulator.state import Database
from tests.aws_shapes import misfits
from tests.unit.cli.conftest import Cloudlet

ARN = "arn:aws:lambda:us-east-1:000000000000:function:tidy"
RULE = {
    "Name": "often",
    "Arn": "arn:aws:events:us-east-1:000000000000:rule/often",
    "State": "ENABLED",
    "ScheduleExpression": "rate(5 minutes)",
    "EventBusName": "default",
}
OFTEN = ("--name", "often", "--schedule-expression", "rate(5 minutes)")


@pytest.fixture
def database(cloudlet: Cloudlet, tmp_path: Path) -> Iterator[Database]:
    """The state file of a cloud that has the function `tidy`."""
    assert cloudlet("events", "list-rules").exit_code == 0
    database = Database(tmp_path / "home" / "state.db")
    function = Function("tidy", "python3.11", "app.handler", "c", "s", 1, "r", datetime(2026, 1, 1, tzinfo=UTC))
    FunctionRepository(database, "us-east-1").save(function)
    yield database
    database.close()


@pytest.fixture
def ready(cloudlet: Cloudlet) -> Cloudlet:
    """A cloud with a rule and its target."""
    assert cloudlet("events", "put-rule", *OFTEN).exit_code == 0
    assert cloudlet("events", "put-targets", "--rule", "often", "--targets", f"Id=1,Arn={ARN}").exit_code == 0
    return cloudlet


def answer(cloudlet: Cloudlet, operation: str, *words: str) -> Any:
    """Return what a command answers, which has the shape of AWS's *operation*."""
    done = cloudlet("events", *words, "--output", "json")
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert misfits(operation, document, "events") == []
    return document


def rules(database: Database) -> list[Rule]:
    return Schedules(database, lambda: datetime.now(UTC), lambda _: None).rules()


def test_the_verbs_answer_as_aws_does(ready: Cloudlet) -> None:
    """Key by key, and what is not set is not there."""
    assert answer(ready, "PutRule", "put-rule", *OFTEN) == {"RuleArn": RULE["Arn"]}
    assert answer(ready, "ListRules", "list-rules") == {"Rules": [RULE]}
    assert answer(ready, "ListRules", "list-rules", "--name-prefix", "x") == {"Rules": []}
    assert answer(ready, "DescribeRule", "describe-rule", "--name", "often") == RULE | {"CreatedBy": "000000000000"}
    listed = answer(ready, "ListTargetsByRule", "list-targets-by-rule", "--rule", "often")
    assert listed == {"Targets": [{"Id": "1", "Arn": ARN}]}

    for verb, state in (("disable-rule", "DISABLED"), ("enable-rule", "ENABLED")):
        done = ready("events", verb, "--name", "often", "--output", "json")
        assert (done.exit_code, done.stdout) == (0, "")
        assert answer(ready, "ListRules", "list-rules") == {"Rules": [RULE | {"State": state}]}

    removed = answer(ready, "RemoveTargets", "remove-targets", "--rule", "often", "--ids", "1", "2")
    assert removed["FailedEntryCount"] == 1
    assert removed["FailedEntries"][0]["TargetId"] == "2"
    assert ready("events", "delete-rule", "--name", "often").exit_code == 0
    assert answer(ready, "ListRules", "list-rules") == {"Rules": []}


@pytest.mark.parametrize(
    ("words", "exit_code", "message"),
    [
        (("describe-rule", "--name", "oftn"), FAILED, "Rule oftn does not exist on EventBus default."),
        (("delete-rule", "--name", "often"), FAILED, "Rule can't be deleted since it has targets."),
        (
            ("put-rule", "--name", "x", "--schedule-expression", "rate(5 minute)"),
            USAGE,
            "ScheduleExpression is not valid",
        ),
        (("put-rule", "--name", "x"), USAGE, "EventPattern or ScheduleExpression must be specified"),
        (("put-targets", "--rule", "often", "--targets", "Id=1,Arn=tidy"), USAGE, "Provided Arn is not in correct"),
        (("put-targets", "--rule", "often", "--targets", f"Id=1,Arn={ARN},Input={{no"), USAGE, "is no JSON"),
    ],
)
def test_what_aws_refuses_is_refused(ready: Cloudlet, words: tuple[str, ...], exit_code: int, message: str) -> None:
    """With its words, and a way on."""
    done = ready("events", *words)

    assert done.exit_code == exit_code
    assert message in done.stderr
    assert "hint:" in done.stderr


@pytest.mark.parametrize(
    "written",
    [
        f'Id=1,Arn={ARN},Input={{"a": [1, 2]}}',
        f'Input={{"a": [1, 2]}},Id=1,Arn={ARN}',
        f"""Id=1,Arn={ARN},Input='{{"a": [1, 2]}}'""",
        json.dumps([{"Id": "1", "Arn": ARN, "Input": '{"a": [1, 2]}'}]),
    ],
)
def test_a_payload_of_ones_own_is_written_in_any_way(cloudlet: Cloudlet, written: str) -> None:
    """JSON within shorthand is what people type, whatever the shell left of the quotes."""
    cloudlet("events", "put-rule", *OFTEN)

    answer(cloudlet, "PutTargets", "put-targets", "--rule", "often", "--targets", written)

    listed = answer(cloudlet, "ListTargetsByRule", "list-targets-by-rule", "--rule", "often")
    assert json.loads(listed["Targets"][0]["Input"]) == {"a": [1, 2]}


def test_a_target_that_is_not_there_yet_is_taken_and_said(ready: Cloudlet) -> None:
    """As on AWS; somebody who mistyped the name wants to know."""
    done = ready("events", "put-targets", "--rule", "often", "--targets", f"Id=2,Arn={ARN}y")

    assert done.exit_code == 0
    assert "Function not found" in done.stderr


def test_a_schedule_is_a_trigger_like_any_other(cloudlet: Cloudlet, database: Database) -> None:
    """The short way in and out; saying it again changes nothing."""
    when = ("--schedule", "cron(0 6 ? * MON-FRI *)")
    cloudlet("s3", "mb", "s3://raw")
    assert cloudlet("lambda", "add-trigger", "tidy", "--bucket", "raw").exit_code == 0
    first = cloudlet("lambda", "add-trigger", "tidy", *when, "-q")

    assert cloudlet("lambda", "add-trigger", "tidy", *when, "-q") == first
    listed = json.loads(cloudlet("lambda", "list-triggers", "tidy", "--output", "json").stdout)["Triggers"]
    assert [one.get("ScheduleExpression") for one in listed] == [None, "cron(0 6 ? * MON-FRI *)"]
    assert {one["LambdaFunctionArn"] for one in listed} == {ARN}
    assert len(cloudlet("lambda", "list-triggers").stdout.splitlines()) == 3

    assert cloudlet("lambda", "remove-trigger", first.stdout.strip()).exit_code == 0
    assert rules(database) == []


def test_a_trigger_is_by_a_bucket_or_by_the_clock(cloudlet: Cloudlet, database: Database) -> None:
    """Not by both, nor by neither."""
    for words in (
        (),
        ("--bucket", "raw", "--schedule", "rate(1 hour)"),
        ("--schedule", "rate(1 hour)", "--prefix", "a"),
    ):
        assert cloudlet("lambda", "add-trigger", "tidy", *words).exit_code == USAGE
    assert cloudlet("lambda", "add-trigger", "nobody", "--schedule", "rate(1 hour)").exit_code == FAILED

    assert rules(database) == []


def test_schedules_go_with_their_function(ready: Cloudlet, database: Database) -> None:
    """Those that came to be as triggers; rules that were made by hand stay, and run nothing any more."""
    ready("lambda", "add-trigger", "tidy", "--schedule", "rate(1 hour)")
    assert len(rules(database)) == 2

    done = ready("lambda", "delete-function", "--function-name", "tidy")

    assert done.exit_code == 0, done.stderr
    assert [rule.name for rule in rules(database)] == ["often"]
    assert answer(ready, "ListTargetsByRule", "list-targets-by-rule", "--rule", "often") == {"Targets": []}
