"""`create-tags` and its neighbours, on key pairs: they need no engine."""

import json

import pytest

from cli.errors import FAILED, USAGE
from tests.unit.cli.conftest import Cloudlet


@pytest.fixture
def key_id(cloudlet: Cloudlet) -> str:
    """Something that can be tagged."""
    made = cloudlet("ec2", "create-key-pair", "--key-name", "me", "--key-type", "ed25519", "--quiet")
    return made.stdout.strip()


def test_tags_come_and_go(cloudlet: Cloudlet, key_id: str) -> None:
    """As shorthand and as JSON; nothing on stdout, as with `aws`."""
    made = cloudlet(
        "ec2",
        "create-tags",
        "--resources",
        key_id,
        "--tags",
        "Key=a,Value=1",
        '[{"Key": "b", "Value": "x, y"}]',
        "Key=c",
    )
    listed = json.loads(cloudlet("ec2", "describe-tags", "--output", "json").stdout)
    removed = cloudlet("ec2", "delete-tags", "--resources", key_id, "--tags", "Key=a", "Key=b,Value=other")

    assert (made.exit_code, made.stdout, removed.exit_code, removed.stdout) == (0, "", 0, "")
    assert listed["Tags"] == [
        {"Key": key, "ResourceId": key_id, "ResourceType": "key-pair", "Value": value}
        for key, value in (("a", "1"), ("b", "x, y"), ("c", ""))
    ]
    assert [line.split()[2] for line in cloudlet("ec2", "describe-tags").stdout.splitlines()[1:]] == ["b", "c"]


@pytest.mark.parametrize("output", ["json", "yaml", "text"])
@pytest.mark.parametrize("verb", ["create-tags", "delete-tags"])
def test_where_aws_answers_nothing_nothing_is_written(cloudlet: Cloudlet, key_id: str, verb: str, output: str) -> None:
    """No `null`: a script reads what is there as an answer."""
    outcome = cloudlet("ec2", verb, "--resources", key_id, "--tags", "Key=a,Value=1", "--output", output)

    assert (outcome.exit_code, outcome.stdout) == (0, "")


def test_filters_that_let_nothing_through_say_so(cloudlet: Cloudlet, key_id: str) -> None:
    """There are tags: to give some would be no way on."""
    cloudlet("ec2", "create-tags", "--resources", key_id, "--tags", "Key=a,Value=1")

    outcome = cloudlet("ec2", "describe-tags", "--filters", "Name=key,Values=b")

    assert (outcome.exit_code, outcome.stdout) == (0, "")
    assert outcome.stderr == "no tag matches; see all: cloudlet ec2 describe-tags\n"


def test_tags_are_found_by_filters(cloudlet: Cloudlet, key_id: str) -> None:
    cloudlet("ec2", "create-tags", "--resources", key_id, "--tags", "Key=a,Value=1", "Key=b,Value=2")

    found = cloudlet(
        "ec2",
        "describe-tags",
        "--filters",
        f"Name=resource-id,Values={key_id}",
        "Name=key,Values=b",
        "--output",
        "text",
    )

    assert found.stdout == f"TAGS\tb\t{key_id}\tkey-pair\t2\n"


@pytest.mark.parametrize(
    "words",
    [
        ("create-tags", "--tags", "Key=a,Value=1"),
        ("create-tags", "--resources", "key-00000000000000001"),
        ("create-tags", "--resources", "key-00000000000000001", "--tags", "a=1"),
        ("create-tags", "--resources", "key-00000000000000001", "--tags", "Key=a,Value=1,2"),
        ("delete-tags", "--tags", "Key=a"),
        ("describe-tags", "--filters", "Name=colour,Values=red"),
    ],
)
def test_what_can_never_work_is_a_usage_error(cloudlet: Cloudlet, words: tuple[str, ...]) -> None:
    assert cloudlet("ec2", *words).exit_code == USAGE


def test_a_resource_that_is_not_there_has_its_own_error(cloudlet: Cloudlet) -> None:
    outcome = cloudlet("ec2", "create-tags", "--resources", "key-00000000000000001", "--tags", "Key=a,Value=1")

    assert outcome.exit_code == FAILED
    assert "(InvalidKeyPair.NotFound)" in outcome.stderr


def test_a_dry_run_is_an_error_that_says_it_would_work(cloudlet: Cloudlet, key_id: str) -> None:
    outcome = cloudlet("ec2", "create-tags", "--resources", key_id, "--tags", "Key=a,Value=1", "--dry-run")

    assert outcome.exit_code == FAILED
    assert "(DryRunOperation)" in outcome.stderr
    assert "no tags" in cloudlet("ec2", "describe-tags").stderr


@pytest.mark.parametrize("verb", ["create-tags", "delete-tags", "describe-tags"])
def test_help_shows_an_example(cloudlet: Cloudlet, verb: str) -> None:
    assert f"cloudlet ec2 {verb}" in cloudlet("ec2", verb, "--help").stdout
