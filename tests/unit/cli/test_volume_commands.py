"""`cloudlet ec2` on volumes and snapshots, as far as nothing is made: what is refused, and what is shown of nothing."""

import json

import pytest

from cli.errors import FAILED, NO_ENGINE, USAGE
from tests.unit.cli.conftest import Cloudlet

_CREATE = ("ec2", "create-volume", "--availability-zone", "us-east-1a")


def test_no_volumes_are_an_answer(cloudlet: Cloudlet) -> None:
    """With the next step, and with no engine: folders and rows are all it takes."""
    volumes = cloudlet("ec2", "describe-volumes")
    snapshots = cloudlet("ec2", "describe-snapshots", "--owner-ids", "self", "--output", "json")

    assert (volumes.exit_code, volumes.stdout) == (0, "")
    assert "cloudlet ec2 create-volume" in volumes.stderr
    assert json.loads(snapshots.stdout) == {"Snapshots": []}


@pytest.mark.parametrize(
    ("words", "noun"),
    [
        (("describe-volumes", "--filters", "Name=status,Values=error"), "volume"),
        (("describe-snapshots", "--filters", "Name=status,Values=error"), "snapshot"),
        (("describe-snapshots", "--owner-ids", "000000000001"), "snapshot"),
    ],
)
def test_filters_that_let_nothing_through_say_so(cloudlet: Cloudlet, words: tuple[str, ...], noun: str) -> None:
    """An answer all the same, and no reason to make one more."""
    outcome = cloudlet("ec2", *words)

    assert (outcome.exit_code, outcome.stdout) == (0, "")
    assert outcome.stderr == f"no {noun} matches; see all: cloudlet ec2 {words[0]}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*_CREATE,), "MissingParameter"),
        ((*_CREATE, "--size", "0"), "too small"),
        ((*_CREATE, "--size", "8", "--volume-type", "gp33"), "did you mean gp3"),
        ((*_CREATE, "--size", "8", "--encrypted"), "UnsupportedOperation"),
        ((*_CREATE, "--size", "8", "--tag-specifications", "ResourceType=instance,Tags=[]"), "taggable"),
        (("ec2", "create-volume", "--size", "8", "--availability-zone", "us-east-1z"), "InvalidZone.NotFound"),
        (("ec2", "create-volume", "--size", "8"), "--availability-zone"),
        (("ec2", "describe-volumes", "--filters", "Name=colour,Values=red"), "The filter 'colour' is invalid"),
        (("ec2", "attach-volume", "--volume-id", "v", "--instance-id", "i", "--device", "sdf"), "EBS device name"),
    ],
)
def test_what_can_never_work_is_a_usage_error(cloudlet: Cloudlet, words: tuple[str, ...], said: str) -> None:
    """Exit code 2, before anything is made."""
    outcome = cloudlet(*words)

    assert outcome.exit_code == USAGE
    assert said in outcome.stderr
    assert cloudlet("ec2", "describe-volumes", "--quiet").stdout == ""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("delete-volume", "--volume-id", "vol-12345678"), "InvalidVolume.NotFound"),
        (("detach-volume", "--volume-id", "vol-12345678"), "InvalidVolume.NotFound"),
        (("modify-volume", "--volume-id", "pgdata", "--size", "9"), "InvalidVolumeID.Malformed"),
        (("describe-volumes", "--volume-ids", "vol-12345678"), "InvalidVolume.NotFound"),
        (("create-snapshot", "--volume-id", "vol-12345678"), "InvalidVolume.NotFound"),
        (("delete-snapshot", "--snapshot-id", "snap-12345678"), "InvalidSnapshot.NotFound"),
        (("describe-snapshots", "--snapshot-ids", "nightly"), "InvalidSnapshotID.Malformed"),
    ],
)
def test_what_is_not_there_is_told_in_aws_s_words(cloudlet: Cloudlet, words: tuple[str, ...], code: str) -> None:
    """Exit code 1, and how to see what is there."""
    outcome = cloudlet("ec2", *words)

    assert outcome.exit_code == FAILED
    assert code in outcome.stderr
    assert "hint: list the ones you have" in outcome.stderr


def test_a_dry_run_of_what_would_work_says_so(cloudlet: Cloudlet) -> None:
    """And makes nothing."""
    outcome = cloudlet(*_CREATE, "--size", "8", "--dry-run")

    assert outcome.exit_code == FAILED
    assert "DryRunOperation" in outcome.stderr
    assert cloudlet("ec2", "describe-volumes", "--quiet").stdout == ""


def test_attaching_needs_an_engine(cloudlet: Cloudlet) -> None:
    """Nobody else knows which instances there are."""
    outcome = cloudlet(
        "ec2", "attach-volume", "--volume-id", "vol-12345678", "--instance-id", "web", "--device", "/dev/sdf"
    )

    assert outcome.exit_code == NO_ENGINE


@pytest.mark.parametrize(
    "verb",
    [
        "create-volume",
        "describe-volumes",
        "attach-volume",
        "detach-volume",
        "modify-volume",
        "delete-volume",
        "create-snapshot",
        "describe-snapshots",
        "delete-snapshot",
    ],
)
def test_help_shows_an_example(cloudlet: Cloudlet, verb: str) -> None:
    """An example says more than a list of options."""
    outcome = cloudlet("ec2", verb, "--help")

    assert outcome.exit_code == 0
    assert f"cloudlet ec2 {verb}" in outcome.stdout
