"""What is answered about real instances has AWS's keys, types and words."""

import json

import pytest

from emulator.cloud import Cloud
from tests.aws_shapes import misfits
from tests.integration.instances.conftest import Machine, cloudlet


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("DescribeImages", "describe-images"),
        ("DescribeInstanceAttribute", "describe-instance-attribute --instance-id web --attribute groupSet"),
        ("DescribeInstanceAttribute", "describe-instance-attribute --instance-id web --attribute instanceType"),
        ("DescribeInstanceAttribute", "describe-instance-attribute --instance-id web --attribute userData"),
        (
            "DescribeInstanceAttribute",
            "describe-instance-attribute --instance-id web --attribute disableApiTermination",
        ),
        ("DescribeInstanceStatus", "describe-instance-status"),
        ("DescribeInstances", "describe-instances"),
        ("GetConsoleOutput", "get-console-output --instance-id web"),
    ],
)
def test_an_answer_has_awss_shape(shared: Cloud, web: Machine, operation: str, words: str) -> None:
    """By boto3's own list of keys, apart from those of ours that are known."""
    result = cloudlet(shared, "ec2", *words.split(), "--output", "json")

    assert result.returncode == 0, result.stderr
    assert misfits(operation, json.loads(result.stdout)) == []


def test_checks_are_filtered_by_how_they_stand(shared: Cloud, web: Machine) -> None:
    """Not by what the instance is: a waiter of one's own asks for those that are not well."""
    well, unwell = (
        cloudlet(
            shared, "ec2", "describe-instance-status", "-q", "--filters", f"Name=system-status.status,Values={word}"
        )
        for word in ("ok", "impaired")
    )

    assert web.id in well.stdout.decode().split()
    assert (unwell.returncode, unwell.stdout) == (0, b"")
