"""Structures on a command line."""

from pathlib import Path

import pytest

from cli.shorthand import count_range, port_pair, specified_tags, structures
from emulator.errors import InvalidRequestError


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("ResourceType=instance,Tags=[{Key=Name,Value=web}]", {"Name": "web"}),
        ("ResourceType=instance,Tags=[{Key=Name,Value=web},{Key=team,Value=data}]", {"Name": "web", "team": "data"}),
        ("ResourceType=instance, Tags=[{Key=Name, Value=web}]", {"Name": "web"}),
        ("ResourceType=instance,Tags=[{Key=note,Value='a, b'}]", {"note": "a, b"}),
        ('ResourceType=instance,Tags=[{Key=note,Value="a]b"}]', {"note": "a]b"}),
        ("ResourceType=instance,Tags=[{Key=expression,Value=a=b}]", {"expression": "a=b"}),
        ("ResourceType=instance,Tags=[{Key=empty,Value=}]", {"empty": ""}),
        ("ResourceType=instance,Tags=[{Key=alone}]", {"alone": ""}),
        ("ResourceType=instance,Tags=[]", {}),
        ('{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}', {"Name": "web"}),
        ('[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}]', {"Name": "web"}),
        ('{"ResourceType": "instance", "Tags": [{"Key": "empty", "Value": null}]}', {"empty": ""}),
    ],
)
def test_tags_are_read_as_aws_reads_them(text: str, tags: dict[str, str]) -> None:
    """Shorthand or JSON, quoted or not."""
    assert specified_tags([text], "instance") == {"instance": tags}


def test_several_specifications_add_up() -> None:
    """The option takes a list."""
    specifications = [f"ResourceType=instance,Tags=[{{Key={key},Value=1}}]" for key in "ab"]

    assert specified_tags(specifications, "instance") == {"instance": {"a": "1", "b": "1"}}


def test_tags_are_kept_apart_by_what_they_are_for() -> None:
    """An instance and its volume may be called differently."""
    specifications = [f"ResourceType={kind},Tags=[{{Key=Name,Value={kind}-1}}]" for kind in ("instance", "volume")]

    assert specified_tags(specifications, "instance") == {
        "instance": {"Name": "instance-1"},
        "volume": {"Name": "volume-1"},
    }


@pytest.mark.parametrize(
    "specifications",
    [
        ["ResourceType=instance,Tags=[{Key=a,Value=1},{Key=a,Value=2}]"],
        ["ResourceType=instance,Tags=[{Key=a,Value=1}]", "ResourceType=instance,Tags=[{Key=a,Value=1}]"],
    ],
)
def test_a_key_that_comes_twice_for_one_type_is_refused(specifications: list[str]) -> None:
    """In one specification, or in two of them."""
    with pytest.raises(InvalidRequestError, match=r"^Duplicate tag key 'a' specified\.$") as caught:
        specified_tags(specifications, "instance")

    assert caught.value.code == "InvalidParameterValue"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Tags=[{Key=a,Value=1}]", "Tag specification resource type must have a value"),
        ("ResourceType=bucket", "'bucket' is not a valid taggable resource type for this operation."),
        ("ResourceType=a,b", "'['a', 'b']' is not a valid taggable resource type for this operation."),
    ],
)
def test_tags_are_for_a_type_of_resource(text: str, message: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        specified_tags([text], "instance")

    assert (caught.value.code, caught.value.message) == ("InvalidParameterValue", message)


@pytest.mark.parametrize(
    ("text", "structure"),
    [
        ("Name=tag:Name,Values=web", {"Name": "tag:Name", "Values": "web"}),
        ("Name=tag:Name,Values=web,db", {"Name": "tag:Name", "Values": ["web", "db"]}),
        ("Name=tag:Name,Values=[web,db]", {"Name": "tag:Name", "Values": ["web", "db"]}),
        ("Values=web,db,Name=x", {"Values": ["web", "db"], "Name": "x"}),
        ("Values='a,b',c", {"Values": ["a,b", "c"]}),
        (
            "DeviceName=/dev/sdf,Ebs={VolumeSize=8,Types=a,b}",
            {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": "8", "Types": ["a", "b"]}},
        ),
        ("Values=web,", {"Values": ["web", ""]}),
    ],
)
def test_values_with_commas_between_them_are_a_list(text: str, structure: dict[str, object]) -> None:
    """As in the filters of every describe command."""
    assert structures(text, "--filters", "Name=tag:Name,Values=web") == [structure]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Name=web",
        "instance",
        "ResourceType=bucket,Tags=[{Key=a,Value=b}]",
        "ResourceType=instance,Tags=[{Key=a,Value=b}",
        "ResourceType=instance,Tags=[{Key=a,Value=b]",
        "ResourceType=instance,Tags=[{Key=a}{Key=b}]",
        "ResourceType=instance,Tags=[Name]",
        "ResourceType=instance,Tags=Name",
        "ResourceType=instance,Tags=[{Value=b}]",
        "ResourceType=instance,Tags=[{}]",
        "ResourceType=instance,Tags='a",
        "{",
        "[1]",
        '{"ResourceType": "instance", "Tags": {"Key": "a"}}',
    ],
)
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    """A usage error with a model to copy, never a bug report."""
    with pytest.raises(InvalidRequestError):
        specified_tags([text], "instance")


@pytest.mark.parametrize(
    ("text", "pair"), [("8080:80", (8080, 80)), (":80", (0, 80)), ("80", (0, 80)), ("65535:65535", (65535, 65535))]
)
def test_a_pair_of_ports(text: str, pair: tuple[int, int]) -> None:
    """The first may be left out: any free one."""
    assert port_pair(text) == pair


@pytest.mark.parametrize(
    "text", ["", ":", "80:", "a:80", "80:a", "65536:80", "80:65536", "80:0", "-1:80", "1_0:80", "1:2:3"]
)
def test_what_is_no_pair_of_ports_is_refused(text: str) -> None:
    """Before the engine sees it."""
    with pytest.raises(InvalidRequestError, match="--publish"):
        port_pair(text)


@pytest.mark.parametrize(("text", "counts"), [("3", (3, 3)), ("1:3", (1, 3)), ("0", (0, 0))])
def test_a_count_may_say_the_fewest_that_would_do(text: str, counts: tuple[int, int]) -> None:
    """As `aws` takes it; which counts make sense is the core's to say."""
    assert count_range(text) == counts


@pytest.mark.parametrize("text", ["", "many", "-1", "1:", ":3", "1:2:3", "1.5"])
def test_what_is_no_count_is_refused(text: str) -> None:
    """With a count to copy."""
    with pytest.raises(InvalidRequestError, match="--count"):
        count_range(text)


def test_structures_may_lie_in_a_file(tmp_path: Path) -> None:
    """JSON that is too long for a command line; an option that cannot read its file is named."""
    (tmp_path / "filters.json").write_text('[{"Name": "image-id", "Values": ["ami-1"]}]')

    assert structures(f"file://{tmp_path}/filters.json", "--filters", "") == [{"Name": "image-id", "Values": ["ami-1"]}]
    with pytest.raises(InvalidRequestError, match=r"parameter '--filters': .*paramfile file:///no-such: No such file"):
        structures("file:///no-such", "--filters", "")


def test_a_hint_shows_what_the_option_at_hand_takes() -> None:
    """Not what another one does."""
    with pytest.raises(InvalidRequestError) as caught:
        structures("DeviceName=/dev/sdf,Ebs={", "--block-device-mappings", "DeviceName=/dev/sdf,Ebs={VolumeSize=8}")

    assert caught.value.hint == "write DeviceName=/dev/sdf,Ebs={VolumeSize=8}, or JSON"
