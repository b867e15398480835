"""`ec2 describe-instance-types`: sizes, filters, prices. It asks no engine."""

import json

import pytest

from cli.errors import USAGE
from tests.unit.cli.conftest import Cloudlet

_COMMAND = ("ec2", "describe-instance-types")


def test_a_price_stands_beside_each_type(cloudlet: Cloudlet) -> None:
    """In the table a figure; in the document where it is from and of which day."""
    table = cloudlet(*_COMMAND, "--instance-types", "t3.micro")
    (document,) = json.loads(cloudlet(*_COMMAND, "--instance-types", "t3.micro", "--output", "json").stdout)[
        "InstanceTypes"
    ]

    assert [line.split()[-1] for line in table.stdout.splitlines()] == ["USD/HOUR", "0.0104"]
    assert document["OnDemandPrice"] == {
        "UsdPerHour": 0.0104,
        "Region": "us-east-1",
        "Source": "AWS Price List: EC2 on-demand Linux us-east-1",
        "AsOf": "2026-02-09",
    }


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (["Name=instance-type,Values=t3.m*"], ["t3.micro", "t3.medium"]),
        (["Name=instance-type,Values=t?.nano", "Name=hypervisor,Values=xen"], ["t2.nano"]),
        (["Name=vcpu-info.default-vcpus,Values=96", "Name=instance-type,Values=m5*"], ["m5.24xlarge", "m5a.24xlarge"]),
        (
            ["Name=memory-info.size-in-mib,Values=512", "Name=processor-info.supported-architecture,Values=arm64"],
            ["t4g.nano"],
        ),
        (["Name=burstable-performance-supported,Values=true", "Name=instance-type,Values=*.2xlarge"], None),
        (["Name=bare-metal,Values=false", "Name=instance-type,Values=t2.nano"], ["t2.nano"]),
        (["Name=bare-metal,Values=true"], []),
        (["Name=instance-type,Values=x9.*"], []),
    ],
)
def test_filters_choose_types(cloudlet: Cloudlet, filters: list[str], names: list[str] | None) -> None:
    """All filters must let a type through; the values of one are alternatives."""
    outcome = cloudlet(*_COMMAND, "--filters", *filters, "--quiet")

    assert outcome.exit_code == 0
    assert outcome.stdout.split() == (
        names if names is not None else ["t2.2xlarge", "t3.2xlarge", "t3a.2xlarge", "t4g.2xlarge"]
    )


def test_filters_choose_among_the_types_that_were_named(cloudlet: Cloudlet) -> None:
    """Both conditions hold, as on AWS."""
    words = (*_COMMAND, "--instance-types", "t3.micro", "m5.large", "t3.micro")

    outcome = cloudlet(*words, "--filters", "Name=instance-type,Values=t*", "-q")

    assert outcome.stdout == "t3.micro\n"


def test_all_wrong_names_are_told_at_once(cloudlet: Cloudlet) -> None:
    """AWS's words for this command, which are not those of run-instances."""
    outcome = cloudlet(*_COMMAND, "--instance-types", "t3.mikro", "m5.large", "zzz")

    assert outcome.exit_code == USAGE
    assert outcome.stderr.splitlines() == [
        "error: The following supplied instance types do not exist: [t3.mikro, zzz] (InvalidInstanceType)",
        "hint: did you mean t3.micro or t3a.micro or t2.micro?",
    ]


def test_a_wrong_filter_names_the_nearest(cloudlet: Cloudlet) -> None:
    """A filter that is not heeded would show types that do not fit."""
    outcome = cloudlet(*_COMMAND, "--filters", "Name=vcpu-info.default-vcpu,Values=2")

    assert outcome.exit_code == USAGE
    assert "The filter 'vcpu-info.default-vcpu' is invalid" in outcome.stderr
    assert "vcpu-info.default-vcpus" in outcome.stderr.splitlines()[-1]
