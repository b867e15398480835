"""Metadata options: AWS's names and values, and nothing else."""

import json

import pytest

from emulator.errors import InvalidRequestError
from emulator.metadata import MetadataOptions


def test_options_are_by_default_what_they_are_on_ec2() -> None:
    """As `describe-instances` shows them."""
    assert MetadataOptions().to_document() == {
        "State": "applied",
        "HttpTokens": "optional",
        "HttpPutResponseHopLimit": 1,
        "HttpEndpoint": "enabled",
        "HttpProtocolIpv6": "disabled",
        "InstanceMetadataTags": "disabled",
    }


def test_a_change_leaves_the_other_options_alone() -> None:
    """`modify-instance-metadata-options` names only what is to be another."""
    options = MetadataOptions(http_tokens="required").changed({"HttpPutResponseHopLimit": "64"})

    assert options == MetadataOptions(http_tokens="required", http_put_response_hop_limit=64)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HttpTokens", "yes"),
        ("HttpTokens", "Required"),
        ("HttpTokens", ""),
        ("HttpEndpoint", "off"),
        ("InstanceMetadataTags", True),
        ("HttpPutResponseHopLimit", 0),
        ("HttpPutResponseHopLimit", 65),
        ("HttpPutResponseHopLimit", -1),
        ("HttpPutResponseHopLimit", "2.0"),
        ("HttpPutResponseHopLimit", "many"),
        ("HttpPutResponseHopLimit", None),
    ],
)
def test_a_value_that_an_option_cannot_have_is_refused(name: str, value: object) -> None:
    """By AWS's code, with what is allowed as the hint."""
    with pytest.raises(InvalidRequestError) as caught:
        MetadataOptions().changed({name: value})

    parameter = name[0].lower() + name[1:]
    assert caught.value.code == "InvalidParameterValue"
    assert caught.value.message == f"Value ({value}) for parameter {parameter} is invalid."
    assert caught.value.hint is not None


def test_an_unknown_option_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InvalidRequestError) as caught:
        MetadataOptions().changed({"HttpToken": "required"})

    assert caught.value.code == "UnknownParameter"
    assert caught.value.hint == "did you mean HttpTokens?"


def test_options_of_an_older_version_are_checked_as_given_ones_are() -> None:
    MetadataOptions().check()

    with pytest.raises(InvalidRequestError):
        MetadataOptions(http_tokens="maybe").check()


def test_options_survive_being_written_as_json() -> None:
    """A launch is kept as a label, its options in it."""
    options = MetadataOptions("required", "disabled", 3, "enabled")

    assert MetadataOptions(**json.loads(json.dumps(vars(options)))) == options


@pytest.mark.parametrize("key", ["Patch Group", "a/b", "..", "_index", "größe", "x" * 256])
def test_tags_that_metadata_shows_must_be_paths(key: str) -> None:
    """AWS refuses them only where they are shown."""
    MetadataOptions().check_tag_keys([key])

    with pytest.raises(InvalidRequestError, match="is not a valid tag key") as caught:
        MetadataOptions(instance_metadata_tags="enabled").check_tag_keys(["Name", key])

    assert caught.value.code == "InvalidParameterValue"
