"""`cloudlet ec2`, as far as it needs no engine: what is refused comes before any engine is asked."""

import json
import socket

import pytest

from cli.errors import EXEC_FAILED, FAILED, NO_ENGINE, USAGE
from tests.unit.cli.conftest import Cloudlet

_KEY_WITH_TAGS = ("create-key-pair", "--key-name", "me", "--tag-specifications")
_RUN = ("ec2", "run-instances", "--image-id", "web", "--instance-type")


def test_types_are_listed_with_their_sizes(cloudlet: Cloudlet) -> None:
    """Aligned for people."""
    outcome = cloudlet("ec2", "describe-instance-types", "--instance-types", "t3.micro", "m5.large")

    assert outcome.exit_code == 0
    assert [line.split()[:3] for line in outcome.stdout.splitlines()] == [
        ["TYPE", "VCPUS", "MEMORY"],
        ["t3.micro", "2", "1"],
        ["m5.large", "2", "8"],
    ]


def test_a_query_works_as_it_does_on_aws(cloudlet: Cloudlet) -> None:
    """Muscle memory carries over."""
    words = ("ec2", "describe-instance-types", "--instance-types", "t2.nano", "--query")

    size = cloudlet(*words, "InstanceTypes[0].MemoryInfo.SizeInMiB", "--output", "text")
    names = cloudlet(*words, "InstanceTypes[].InstanceType")

    assert size.stdout == "512\n"
    assert json.loads(names.stdout) == ["t2.nano"]


def test_the_environment_chooses_the_format(cloudlet: Cloudlet, monkeypatch: pytest.MonkeyPatch) -> None:
    """CLOUDLET_OUTPUT, unless the command says otherwise."""
    monkeypatch.setenv("CLOUDLET_OUTPUT", "json")

    by_environment = cloudlet("ec2", "describe-instance-types", "--instance-types", "t2.nano")
    by_option = cloudlet("ec2", "describe-instance-types", "--instance-types", "t2.nano", "--output", "text")

    assert json.loads(by_environment.stdout)["InstanceTypes"][0]["InstanceType"] == "t2.nano"
    assert by_option.stdout.startswith("INSTANCETYPES\t")


def test_an_unknown_type_names_the_nearest(cloudlet: Cloudlet) -> None:
    """AWS's sentence, our hint, exit code 1."""
    outcome = cloudlet(*_RUN, "t3.mikro")

    assert outcome.exit_code == USAGE
    assert "error: Invalid value 't3.mikro' for InstanceType. (InvalidParameterValue)" in outcome.stderr
    assert outcome.stderr.splitlines()[-1].startswith("hint: did you mean t3.micro")


@pytest.mark.parametrize(
    "extra",
    [
        ("--count", "0"),
        ("--count", "many"),
        ("--count", "3:1"),
        ("--user-data", "file://no-such-file"),
        ("--tag-specifications", "Name=web"),
        ("--publish", "eighty"),
        ("--output", "xml"),
        ("--no-such-option",),
        ("--timeout", "-5", "--wait-for-user-data"),
        ("--timeout", "nan", "--wait-for-user-data"),
        ("--iam-instance-profile", "Name=a/b"),
        ("--iam-instance-profile", "Name=a,b"),
        ("--iam-instance-profile", "Name="),
        ("--iam-instance-profile", "Name=a,Arn=arn:aws:iam::000000000000:instance-profile/a"),
        ("--iam-instance-profile", "Arn=a"),
        ("--iam-instance-profile", "[]"),
        ("--placement", "AvailabilityZone=a,b"),
        ("--monitoring", "yes"),
        ("--block-device-mappings", "DeviceName=/dev/sdf,Ebs={VolumeSize=8,Encrypted=true}"),
        ("--block-device-mappings", "DeviceName=/dev/sdf,Ebs=8"),
    ],
)
def test_what_can_never_work_is_a_usage_error(cloudlet: Cloudlet, extra: tuple[str, ...]) -> None:
    """Exit code 2, before anything is made."""
    assert cloudlet(*_RUN, "t3.micro", *extra).exit_code == USAGE


@pytest.mark.parametrize(
    ("words", "error", "hint"),
    [
        (
            ("run-instances", "--instance-type", "t3.micro"),
            "The request must contain the parameter ImageId (MissingParameter)",
            "add --image-id; see `cloudlet ec2 run-instances --help`",
        ),
        (
            ("run-instances", "--count"),
            "Option '--count' requires an argument.",
            "see `cloudlet ec2 run-instances --help`",
        ),
        (("describe-instances", "--foo"), "No such option: --foo", "see `cloudlet ec2 describe-instances --help`"),
        (("exec",), "Missing argument 'ID'.", "see `cloudlet ec2 exec --help`"),
    ],
)
def test_words_that_are_none_of_the_commands_are_told_as_every_error_is(
    cloudlet: Cloudlet, words: tuple[str, ...], error: str, hint: str
) -> None:
    """What, then the next step; no page of usage."""
    outcome = cloudlet("ec2", *words)

    assert outcome.exit_code == USAGE
    assert outcome.stderr == f"error: {error}\nhint: {hint}\n"


@pytest.mark.parametrize(
    "words",
    [
        ("create-tags", "--resources", "i-0123456789abcdef0", "--tags", "Key=a,Value=\udcff"),
        (*_KEY_WITH_TAGS, "ResourceType=key-pair,Tags=[{Key=a,Value=\udcff}]"),
        (*_KEY_WITH_TAGS, "ResourceType=key-pair,Tags=[{Key=a,Value=b,c}]"),
        ("import-key-pair", "--key-name", "me", "--public-key-material", "file://~nobody-at-all/key.pub"),
        ("import-key-pair", "--key-name", "me", "--public-key-material", "\udcff"),
    ],
)
def test_words_that_are_no_text_are_refused(cloudlet: Cloudlet, words: tuple[str, ...]) -> None:
    """Whatever bytes a shell passes on: no traceback, and nothing is made."""
    outcome = cloudlet("ec2", *words)

    assert outcome.exit_code in (USAGE, NO_ENGINE)
    assert outcome.stderr.startswith("error: ")
    assert "Traceback" not in outcome.stderr
    assert cloudlet("ec2", "describe-key-pairs", "--quiet").stdout == ""


def test_a_taken_port_is_refused_before_the_engine_is_asked(cloudlet: Cloudlet) -> None:
    """Nothing can be left of what was not begun."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        outcome = cloudlet(*_RUN, "t3.micro", "--publish", f"{port}:80")

    assert outcome.exit_code == FAILED
    assert f"port {port} of this machine is already in use" in outcome.stderr


@pytest.mark.parametrize("verb", ["stop-instances", "start-instances", "terminate-instances"])
def test_no_ids_is_no_request_for_all(cloudlet: Cloudlet, verb: str) -> None:
    """`terminate-instances --instance-ids $(nothing)` must end nothing."""
    outcome = cloudlet("ec2", verb)

    assert outcome.exit_code == USAGE
    assert "InstanceIds" in outcome.stderr


def test_without_an_engine_the_exit_code_says_so(cloudlet: Cloudlet) -> None:
    """A script can tell it from a request that failed."""
    assert cloudlet("ec2", "describe-instances").exit_code == NO_ENGINE


def test_a_command_that_never_ran_is_no_result_of_its(cloudlet: Cloudlet) -> None:
    """125, which is docker's habit."""
    outcome = cloudlet("ec2", "exec", "web", "--", "true")

    assert outcome.exit_code == EXEC_FAILED
    assert outcome.stdout == ""


@pytest.mark.parametrize(
    "verb",
    [
        "run-instances",
        "describe-instances",
        "stop-instances",
        "start-instances",
        "terminate-instances",
        "describe-instance-types",
        "exec",
    ],
)
def test_help_shows_an_example(cloudlet: Cloudlet, verb: str) -> None:
    """An example says more than a list of options."""
    outcome = cloudlet("ec2", verb, "--help")

    assert outcome.exit_code == 0
    assert f"cloudlet ec2 {verb}" in outcome.stdout
