"""What scripts say to `aws` that need not be said here: it is taken, and does no harm."""

import json

import pytest

from cli.errors import NO_ENGINE, USAGE
from tests.unit.cli.conftest import Cloudlet

_TYPES = ("ec2", "describe-instance-types", "--instance-types", "t2.nano", "t2.micro")
_RUN = ("ec2", "run-instances", "--image-id", "web", "--instance-type", "t3.micro")
_GLOBAL = ("--region", "--no-cli-pager", "--no-paginate", "--page-size", "--max-items", "--profile")


def test_a_command_means_the_same_with_the_options_of_every_aws_command(cloudlet: Cloudlet) -> None:
    options = "--region us-east-1 --no-cli-pager --no-paginate --page-size 5 --profile test --max-items 2"

    assert cloudlet(*_TYPES, *options.split()) == cloudlet(*_TYPES)


def test_no_help_shows_them(cloudlet: Cloudlet) -> None:
    """They would stand under every command."""
    shown = cloudlet(*_TYPES[:2], "--help").stdout

    assert not [option for option in _GLOBAL if option in shown]


def test_another_region_is_refused(cloudlet: Cloudlet, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was meant for there would be done here."""
    monkeypatch.setenv("AWS_REGION", "eu-west-1")

    ours = cloudlet(*_TYPES, "--region", "eu-west-1")
    another = cloudlet(*_TYPES, "--region", "us-east-1")

    assert ours.exit_code == 0
    assert (another.exit_code, another.stdout) == (USAGE, "")
    assert another.stderr.splitlines() == [
        "error: --region 'us-east-1' is not the region of this cloud, eu-west-1",
        "hint: leave it out; the region is what AWS_REGION says",
    ]


def test_no_more_items_come_than_were_asked_for(cloudlet: Cloudlet) -> None:
    """In whatever form."""
    one = (*_TYPES, "--max-items", "1")

    document = json.loads(cloudlet(*one, "--output", "json").stdout)
    text = cloudlet(*one, "--query", "InstanceTypes[].InstanceType", "--output", "text").stdout
    table = cloudlet(*one).stdout
    ids = cloudlet(*one, "--quiet").stdout

    assert [kind["InstanceType"] for kind in document["InstanceTypes"]] == ["t2.nano"]
    assert text == ids == "t2.nano\n"
    assert [line.split()[0] for line in table.splitlines()] == ["TYPE", "t2.nano"]


@pytest.mark.parametrize("words", [(*_TYPES, "--max-items", "0"), (*_RUN, "--max-items", "1")])
def test_a_number_of_items_is_one_of_a_list(cloudlet: Cloudlet, words: tuple[str, ...]) -> None:
    """What makes something answers with all of it."""
    assert cloudlet(*words).exit_code == USAGE


@pytest.mark.parametrize(
    "options",
    [
        ("--monitoring", "Enabled=true"),
        ("--monitoring", '{"Enabled": true}'),
        ("--ebs-optimized",),
        ("--no-ebs-optimized",),
        ("--metadata-options", "HttpTokens=required,HttpProtocolIpv6=disabled"),
        ("--block-device-mappings", "DeviceName=/dev/sdf,Ebs={VolumeSize=8,VolumeType=gp3,Iops=3000,Throughput=125}"),
        ("--block-device-mappings", "DeviceName=/dev/sdf,Ebs={VolumeSize=8,Encrypted=false}"),
    ],
)
def test_a_launch_may_ask_for_what_is_nominal(cloudlet: Cloudlet, options: tuple[str, ...]) -> None:
    """It comes as far as to the engine, of which there is none here."""
    assert cloudlet(*_RUN, *options).exit_code == NO_ENGINE
