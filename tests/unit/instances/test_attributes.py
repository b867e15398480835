"""Changes that can never be."""

import pytest

from emulator.errors import InvalidRequestError
from emulator.instances import AttributeChange

_NEW_TYPE = AttributeChange(instance_type="m5.large")


@pytest.mark.parametrize(
    "change",
    [
        AttributeChange(instance_type="m5.large", user_data=b""),
        AttributeChange(is_protected=False, shutdown_behavior="stop"),
        AttributeChange(security_groups=[], metadata={"HttpTokens": "required"}),
    ],
)
def test_one_request_changes_one_attribute(change: AttributeChange) -> None:
    """As on AWS; false and nothing are values, too."""
    with pytest.raises(InvalidRequestError, match=r"^Fields for multiple attribute types specified$") as caught:
        change.check()

    assert caught.value.code == "InvalidParameterCombination"
    _NEW_TYPE.check()


@pytest.mark.parametrize(
    ("change", "parameter", "verb"),
    [
        (AttributeChange(), "Attribute", "modify-instance-attribute"),
        (AttributeChange(metadata={}), "HttpTokens", "modify-instance-metadata-options"),
    ],
)
def test_nothing_is_no_change(change: AttributeChange, parameter: str, verb: str) -> None:
    """The hint is about the command that was typed."""
    with pytest.raises(InvalidRequestError, match=f"must contain the parameter {parameter}") as caught:
        change.check()

    assert caught.value.code == "MissingParameter"
    assert caught.value.hint == f"say what to change: see `cloudlet ec2 {verb} --help`"
