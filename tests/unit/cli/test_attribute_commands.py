"""`modify-instance-attribute` and its neighbours, as far as they need no engine."""

import pytest

from cli.errors import NO_ENGINE, USAGE
from tests.unit.cli.conftest import Cloudlet

_MODIFY = ("ec2", "modify-instance-attribute", "--instance-id", "web")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--attribute", "instanceType"), "MissingParameter"),
        (("--value", "m5.large"), "MissingParameter"),
        (("--attribute", "instanceType", "--value", "t3.nano", "--instance-type", "m5.large"), "InvalidParameterComb"),
        (("--attribute", "instanceType", "--value", "t3.nano", "--no-disable-api-termination"), "InvalidParameterComb"),
        (("--attribute", "disableApiTermination", "--value", "yes"), "InvalidParameterValue"),
        (("--attribute", "kernel", "--value", "aki-1"), "InvalidParameterValue"),
        (("--attribute", "groupSet", "--value", "sg-1"), "InvalidParameterValue"),
        (("--attribute", "userData", "--value", "#!/bin/sh"), "InvalidUserData.Malformed"),
        (("--attribute", "userData", "--value", "abc"), "InvalidUserData.Malformed"),
    ],
)
def test_what_can_never_be_is_a_usage_error_with_awss_code(
    cloudlet: Cloudlet, words: tuple[str, ...], code: str
) -> None:
    outcome = cloudlet(*_MODIFY, *words)

    assert (outcome.exit_code, outcome.stdout) == (USAGE, "")
    assert f"({code}" in outcome.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--attribute", "instanceType", "--value", "m5.large"),
        ("--attribute", "disableApiTermination", "--value", "true"),
        ("--attribute", "instanceInitiatedShutdownBehavior", "--value", "terminate"),
        ("--attribute", "userData", "--value", "IyEvYmlu\nL3NoCg=="),
        ("--instance-type", "Value=m5.large"),
    ],
)
def test_what_could_be_comes_as_far_as_to_the_engine(cloudlet: Cloudlet, words: tuple[str, ...]) -> None:
    assert cloudlet(*_MODIFY, *words).exit_code == NO_ENGINE


def test_an_attribute_that_aws_does_not_know_is_refused(cloudlet: Cloudlet) -> None:
    """With those that say something here; AWS's other ones are answered."""
    words = ("ec2", "describe-instance-attribute", "--instance-id", "web", "--attribute")

    unknown, known = cloudlet(*words, "colour"), cloudlet(*words, "kernel")

    assert unknown.exit_code == USAGE
    assert "Value (colour) for parameter attribute is invalid. Unknown attribute." in unknown.stderr
    assert "hint: there are instanceType, userData, " in unknown.stderr
    assert known.exit_code == NO_ENGINE
