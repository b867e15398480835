"""`cloudlet logs` without an engine: files are all that it needs."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from emulator.functions.definition import LoggingConfig
from emulator.functions.logs.stream import LogStream
from emulator.home import Home
from emulator.units import utc_now
from tests.unit.cli.conftest import Cloudlet
from tests.unit.functions.logs.conftest import Shelf, a_function

GROUP = "/aws/lambda/resize"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(Home(tmp_path / "home").logs)
    shelf.now = utc_now().replace(microsecond=123_000) - timedelta(minutes=20)
    return shelf


@pytest.fixture
def stream(shelf: Shelf) -> LogStream:
    """An old event, and three new ones, of which one is JSON and one has several lines."""
    stream = shelf.stream()
    stream.write(b"old\n")
    shelf.later(minutes=19)
    stream.write(b'plain ERROR\n{"level": "ERROR", "took": 7}\n')
    shelf.later(seconds=1)
    stream.write(b"[ERROR] no\rTraceback\r\xc2\xa0below\n")
    stream.close()
    return stream


def _lines(cloudlet: Cloudlet, *words: str) -> list[str]:
    outcome = cloudlet("logs", *words)
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    return outcome.stdout.splitlines()


def test_tail_shows_the_last_ten_minutes(cloudlet: Cloudlet, stream: LogStream) -> None:
    """In the form that AWS's command has by default."""
    lines = _lines(cloudlet, "tail", GROUP)

    assert re.fullmatch(
        rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.123000\+00:00 {re.escape(stream.name)} plain ERROR", lines[0]
    )
    assert [line.split()[-1] for line in lines[2:]] == ["no", "Traceback", "below"]
    assert len(lines) == 5


def test_tail_has_the_flags_of_aws(cloudlet: Cloudlet, stream: LogStream, shelf: Shelf) -> None:
    short = _lines(cloudlet, "tail", GROUP, "--format", "short", "--since", "1h")
    assert [line[20:] for line in short[:4]] == ["old", "plain ERROR", '{"level": "ERROR", "took": 7}', "[ERROR] no"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d old", short[0])

    spread = _lines(cloudlet, "tail", GROUP, "--format", "json", "--filter-pattern", "{ $.took < 10 }")
    assert spread[1:] == ["{", '    "level": "ERROR",', '    "took": 7', "}"]

    since = f"{datetime.fromisoformat(shelf.now.isoformat()):%Y-%m-%dT%H:%M:%S}"
    assert len(_lines(cloudlet, "tail", GROUP, "--since", since)) == 3
    assert len(_lines(cloudlet, "tail", GROUP, "--log-stream-names", stream.name, "--filter-pattern", "plain")) == 1
    assert _lines(cloudlet, "tail", GROUP, "--log-stream-name-prefix", "1999/") == []


@pytest.mark.parametrize(
    ("words", "exit_code", "message"),
    [
        (["tail", "/aws/lambda/none"], 1, "error: The specified log group does not exist. (ResourceNotFoundException)"),
        (["tail", GROUP, "--format", "fancy"], 2, "error: 'fancy' is no format of a log"),
        (["tail", GROUP, "--since", "yesterday"], 2, "error: 'yesterday' is no moment"),
        (["tail", GROUP, "--filter-pattern", "a.b"], 2, "error: Invalid character(s) in term 'a.b'"),
        (["tail", GROUP, "--log-stream-names", "x"], 1, "error: The specified log stream does not exist."),
        (["tail", GROUP, "--region", "eu-west-9"], 2, "error: --region 'eu-west-9'"),
        (["tail", "../../etc"], 1, "error: The specified log group does not exist."),
        (["put-retention-policy", "--log-group-name", GROUP, "--retention-in-days", "8"], 2, "error: 1 validation"),
        (["get-log-events", "--log-group-name", GROUP, "--log-stream-name", "x"], 1, "error: The specified log str"),
    ],
)
def test_what_cannot_be_is_said(
    cloudlet: Cloudlet, stream: LogStream, words: list[str], exit_code: int, message: str
) -> None:
    outcome = cloudlet("logs", *words)

    assert (outcome.exit_code, outcome.stdout) == (exit_code, "")
    assert outcome.stderr.startswith(message)


def _answers(cloudlet: Cloudlet, stream: LogStream) -> dict[str, Any]:
    group = ("--log-group-name", GROUP)
    calls = {
        "DescribeLogGroups": ("describe-log-groups",),
        "DescribeLogStreams": ("describe-log-streams", *group),
        "FilterLogEvents": ("filter-log-events", *group, "--limit", "2"),
        "GetLogEvents": ("get-log-events", *group, "--log-stream-name", stream.name, "--limit", "3"),
    }
    return {name: json.loads(cloudlet("logs", *words, "--output", "json").stdout) for name, words in calls.items()}


def test_answers_have_awss_shape(cloudlet: Cloudlet, stream: LogStream) -> None:
    """Checked against the model that boto3 has."""
    model = botocore.session.Session().get_service_model("logs")

    for name, answer in _answers(cloudlet, stream).items():
        report = ParamValidator().validate(answer, model.operation_model(name).output_shape)
        assert not report.has_errors(), report.generate_report()
        known = model.operation_model(name).output_shape.members
        assert answer.keys() <= known.keys()
        for key, value in answer.items():
            for one in value if isinstance(value, list) else ():
                assert one.keys() <= known[key].member.members.keys()


def test_answers_say_what_is_there(cloudlet: Cloudlet, stream: LogStream) -> None:
    answers = _answers(cloudlet, stream)

    assert answers["DescribeLogGroups"]["logGroups"][0]["logGroupName"] == GROUP
    assert answers["DescribeLogStreams"]["logStreams"][0]["logStreamName"] == stream.name
    filtered, got = answers["FilterLogEvents"], answers["GetLogEvents"]
    assert [event["message"] for event in filtered["events"]] == ["old\n", "plain ERROR\n"]
    assert [event["message"] for event in got["events"]][-1] == "[ERROR] no\nTraceback\n\xa0below\n"
    assert len(got["events"]) == 3

    words = ("--log-group-name", GROUP, "--next-token", filtered["nextToken"], "--output", "json")
    rest = json.loads("\n".join(_lines(cloudlet, "filter-log-events", *words)))
    assert len(rest["events"]) == 2
    assert "nextToken" not in rest
    ids = [event["eventId"] for event in (*filtered["events"], *rest["events"])]
    assert ids == sorted(set(ids))
    assert {len(one) for one in ids} == {56}


def test_groups_and_streams_are_removed_and_bounded(cloudlet: Cloudlet, stream: LogStream, shelf: Shelf) -> None:
    group = ("--log-group-name", GROUP)

    assert cloudlet("logs", "put-retention-policy", *group, "--retention-in-days", "7").exit_code == 0
    assert "7 days" in _lines(cloudlet, "describe-log-groups")[1]
    assert cloudlet("logs", "delete-retention-policy", *group).exit_code == 0
    assert _lines(cloudlet, "describe-log-streams", *group, "-q") == [stream.name]
    assert cloudlet("logs", "delete-log-stream", *group, "--log-stream-name", stream.name).exit_code == 0
    shelf.stream(a_function(LoggingConfig(group="shop"))).write(b"x\n")
    shelf.stream().write(b"x\n")
    assert _lines(cloudlet, "describe-log-groups", "-q") == [GROUP, "shop"]
    assert cloudlet("logs", "delete-log-group", *group).exit_code == 0
    assert _lines(cloudlet, "describe-log-groups", "-q") == ["shop"]
