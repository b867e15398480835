"""Answers on stdout, in the form that was asked for."""

import dataclasses
import json
from datetime import UTC, datetime

import pytest
import yaml

from cli.output import Answer, check_format, default_format, show, table_lines
from cli.text_output import text_lines
from emulator.errors import InvalidRequestError
from tests.unit.cli.conftest import Cloudlet

_ANSWER = Answer(
    {"Instances": [{"InstanceId": "i-1", "LaunchTime": datetime(2026, 1, 2, tzinfo=UTC), "Tags": []}]},
    columns=("ID", "NAME"),
    rows=[("i-1", "a long name"), ("i-22", "-")],
    ids=["i-1", "i-22"],
    hint="do this next",
)

Capture = pytest.CaptureFixture[str]


def test_json_and_yaml_say_the_same(capsys: Capture) -> None:
    """Times as AWS's command writes them."""
    expected = {"Instances": [{"InstanceId": "i-1", "LaunchTime": "2026-01-02T00:00:00+00:00", "Tags": []}]}

    show(_ANSWER, "json", None, quiet=False)
    as_json = capsys.readouterr().out
    show(_ANSWER, "yaml", None, quiet=False)
    as_yaml = capsys.readouterr().out

    assert json.loads(as_json) == expected
    assert yaml.safe_load(as_yaml) == expected


def test_a_table_is_aligned_and_the_hint_is_no_part_of_it(capsys: Capture) -> None:
    """Pipes see the answer only."""
    show(_ANSWER, "table", None, quiet=False)

    said = capsys.readouterr()
    assert said.out == "ID    NAME\ni-1   a long name\ni-22  -\n"
    assert said.err == "do this next\n"


def test_the_last_column_goes_on_below_itself_where_the_terminal_ends() -> None:
    """Nothing is cut off, and nothing else moves."""
    lines = table_lines(("NAME", "DESCRIPTION"), [("web", "nginx, with a page that says so"), ("db", "-")], width=24)

    assert list(lines) == ["NAME  DESCRIPTION", "web   nginx, with a page", "      that says so", "db    -"]


def test_a_last_column_without_room_goes_below_its_row() -> None:
    """With its title, and only where there is something to say."""
    rows = [("i-0123456789abcdef0", "running", "32879->9090, 32880->8080, 32881->80"), ("i-1", "stopped", "-")]

    assert list(table_lines(("INSTANCE ID", "STATE", "PORTS"), rows, width=36)) == [
        "INSTANCE ID          STATE",
        "i-0123456789abcdef0  running",
        "  PORTS  32879->9090, 32880->8080,",
        "  PORTS  32881->80",
        "i-1                  stopped",
    ]


def test_a_table_without_a_terminal_has_a_line_a_row() -> None:
    """`grep` finds whole rows."""
    assert list(table_lines(("NAME",), [("x" * 500,)])) == ["NAME", "x" * 500]


def test_footnotes_go_with_the_table_only(capsys: Capture) -> None:
    """A script that reads json has its own ways in."""
    answer = dataclasses.replace(_ANSWER, footnotes=["log in to it: ssh"], hint=None)

    show(answer, "table", None, quiet=False)
    with_table = capsys.readouterr().err
    show(answer, "json", None, quiet=False)

    assert (with_table, capsys.readouterr().err) == ("log in to it: ssh\n", "")


def test_a_name_cannot_write_on_the_terminal(capsys: Capture) -> None:
    """Files are named by whoever drops them, instances by whoever tags them."""
    show(Answer(None, columns=("NAME",), rows=[("a\x1b[31m\nb",)]), "table", None, quiet=False)

    assert capsys.readouterr().out == "NAME\na\\x1b[31m\\nb\n"


def test_a_query_takes_a_part_in_the_form_that_is_asked_for(capsys: Capture) -> None:
    """Of one answer, for a program or a shell."""
    show(_ANSWER, "json", "Instances[].InstanceId", quiet=False)
    show(_ANSWER, "text", "Instances[].InstanceId", quiet=False)

    assert capsys.readouterr().out == '[\n    "i-1"\n]\ni-1\n'


@pytest.mark.parametrize(
    ("output", "query", "chosen"),
    [("table", None, "table"), ("table", "Instances", "json"), ("yaml", "Instances", "yaml"), ("text", None, "text")],
)
def test_a_query_is_json_where_no_form_is_asked_for(output: str, query: str | None, chosen: str) -> None:
    """What it leaves is rarely a table; another form was chosen in the environment."""
    assert default_format(output, query) == chosen


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("'i-1'", ["i-1"]),
        ("`null`", ["-"]),
        ("`[]`", []),
        ("`{}`", []),
        ("`[[], []]`", []),
        ('`["a", 1, true, null]`', ["a", "1", "true", "-"]),
        ('`[["i-1", "running"], ["i-22", "stopped", 1]]`', ["i-1   running", "i-22  stopped  1"]),
        ('`{"Id": "i-1", "State": {"Code": 16}}`', ["Id     i-1", 'State  {"Code": 16}']),
        ('`[{"Id": "i-1"}, {"Id": "i-22", "Az": "a"}]`', ["Id    Az", "i-1   -", "i-22  a"]),
        ("'a\x1b[31mb'", ["a\\x1b[31mb"]),
    ],
)
def test_a_table_of_what_a_query_finds_has_lines_and_columns(capsys: Capture, query: str, lines: list[str]) -> None:
    """Whoever asks for a table with a query has it; a structure within a cell is json."""
    show(_ANSWER, "table", query, quiet=False)

    assert capsys.readouterr().out.splitlines() == lines


def test_a_table_that_is_asked_for_is_one_with_a_query_too(cloudlet: Cloudlet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where nothing is asked for on the command line is a query json."""
    words = ("ec2", "describe-instance-types", "--instance-types", "t2.nano", "--query", "InstanceTypes[].InstanceType")

    asked_for = cloudlet(*words, "--output", "table")
    by_default = cloudlet(*words)
    monkeypatch.setenv("CLOUDLET_OUTPUT", "text")
    by_habit = cloudlet(*words)

    assert asked_for.stdout == by_habit.stdout == "t2.nano\n"
    assert json.loads(by_default.stdout) == ["t2.nano"]


@pytest.mark.parametrize("output", ["table", "json", "yaml", "text"])
def test_an_answer_of_nothing_is_not_written(capsys: Capture, output: str) -> None:
    """`aws` writes nothing where AWS answers nothing; what to do next is told all the same."""
    show(Answer(None, text="", hint="deleted it"), output, None, quiet=False)

    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "deleted it\n")


def test_quiet_gives_ids_and_nothing_else(capsys: Capture) -> None:
    """For `$(…)`."""
    show(_ANSWER, "json", "Instances", quiet=True)

    said = capsys.readouterr()
    assert (said.out, said.err) == ("i-1\ni-22\n", "")


def test_an_empty_table_is_nothing(capsys: Capture) -> None:
    """Not a lonely heading."""
    show(Answer({"Instances": []}, columns=("ID",)), "table", None, quiet=False)

    assert capsys.readouterr().out == ""


def test_a_query_that_is_none_is_a_usage_error(capsys: Capture) -> None:
    """With what the language's own parser says."""
    with pytest.raises(InvalidRequestError, match="--query"):
        show(_ANSWER, "json", "Instances[", quiet=False)


def test_an_unknown_format_names_those_there_are() -> None:
    """One of them was meant."""
    with pytest.raises(InvalidRequestError) as caught:
        check_format("xml")

    assert "yaml" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("document", "lines"),
    [
        (None, ["None"]),
        ("a", ["a"]),
        (True, ["True"]),
        ([], []),
        (["a", "b"], ["a\tb"]),
        ([["a", 1], ["b", 2]], ["a\t1", "b\t2"]),
        (["a", ["b", "c"]], ["a", "b\tc"]),
        ([["a", ["b"]]], ["a", "b"]),
        ({"B": 1, "A": "x"}, ["x\t1"]),
        ({"Tags": [{"Key": "Name", "Value": "web"}]}, ["TAGS\tName\tweb"]),
        ({"Ids": ["a", "b"]}, ["IDS\ta", "IDS\tb"]),
        ([{"A": 1}, {"A": 2, "B": 3}], ["1\t", "2\t3"]),  # the same columns in each line
        ([[{"A": 1}], [{"A": 2}]], ["1", "2"]),
        ({"State": {"Name": "running", "Code": 16}}, ["STATE\t16\trunning"]),
    ],
)
def test_text_is_what_aws_writes(document: object, lines: list[str]) -> None:
    """Scripts cut it by tabs."""
    assert list(text_lines(document)) == lines
