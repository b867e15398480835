"""What is refused before anything is made."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from emulator.errors import InvalidRequestError
from emulator.images import CapturedAmi
from emulator.instances import LaunchRequest
from emulator.instances.errors import PortInUseError
from emulator.instances.launch import published, useless_key


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.parametrize("count", [0, -1, 101])
def test_a_count_outside_of_1_to_100_is_refused(count: int) -> None:
    """Nothing would be launched, or the machine would be buried."""
    with pytest.raises(InvalidRequestError, match="maxCount"):
        LaunchRequest("web", "t3.micro", count=count).check()


def test_several_instances_cannot_share_a_port() -> None:
    """The second would fail after the first was made."""
    with pytest.raises(InvalidRequestError) as caught:
        LaunchRequest("web", "t3.micro", count=2, publish=((8080, 80),)).check()

    assert caught.value.code == "InvalidParameterCombination"


def test_several_instances_may_have_any_free_ports() -> None:
    """Each gets its own."""
    LaunchRequest("web", "t3.micro", count=2, publish=((0, 80),)).check()


def test_one_port_cannot_lead_to_two() -> None:
    """The engine would say so only after the interface was made."""
    with pytest.raises(InvalidRequestError, match="published twice"):
        LaunchRequest("web", "t3.micro", publish=((18080, 80), (18080, 81))).check()


def test_a_taken_port_is_named(taken_port: int) -> None:
    """Before anything is made, so nothing is left."""
    with pytest.raises(PortInUseError, match=str(taken_port)) as caught:
        LaunchRequest("web", "t3.micro", publish=((taken_port, 80),)).check_ports_free()

    assert "--publish :80" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ({"aws:mine": "x"}, "InvalidParameterValue"),
        ({"": "x"}, "InvalidParameterValue"),
        ({"k" * 129: "x"}, "InvalidParameterValue"),
        ({"k": "v" * 257}, "InvalidParameterValue"),
        ({str(number): "x" for number in range(51)}, "TagLimitExceeded"),
    ],
)
def test_tags_that_aws_refuses_are_refused(tags: dict[str, str], code: str) -> None:
    """What works here must work there."""
    with pytest.raises(InvalidRequestError) as caught:
        LaunchRequest("web", "t3.micro", tags=tags).check()

    assert caught.value.code == code


@pytest.mark.parametrize("name", ["reader", "a", "x" * 128, "team=data,stage@test+1.0_b-c"])
def test_a_role_is_called_as_its_instance_profile_is(name: str) -> None:
    """By its name, or by its ARN with or without a path."""
    by_name = LaunchRequest("web", "t3.micro", profile_name=name)
    arns = [f"arn:aws:iam::123456789012:instance-profile/{path}{name}" for path in ("", "teams/data/")]
    by_arn = [LaunchRequest("web", "t3.micro", profile_arn=arn) for arn in arns]

    for request in (by_name, *by_arn):
        request.check()
        assert request.role == name


@pytest.mark.parametrize("name", ["", "a/b", "../user-data", "a b", "a\n", "é", "x" * 129])
def test_what_is_no_name_of_an_instance_profile_is_refused(name: str) -> None:
    """It becomes a part of a path in the metadata."""
    with pytest.raises(InvalidRequestError) as caught:
        LaunchRequest("web", "t3.micro", profile_name=name).check()

    assert caught.value.code == "InvalidParameterValue"
    assert caught.value.message == (
        f"Value ({name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"
    )


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "reader",
        "arn:aws:iam::123456789012:role/reader",
        "arn:aws:iam::12345:instance-profile/reader",
        "arn:aws:iam::123456789012:instance-profile/",
        "arn:aws:iam::123456789012:instance-profile/a b/reader",
        "arn:aws:iam::123456789012:instance-profile/reader/",
    ],
)
def test_what_is_no_arn_of_an_instance_profile_is_refused(arn: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        LaunchRequest("web", "t3.micro", profile_arn=arn).check()

    assert caught.value.code == "InvalidParameterValue"
    assert caught.value.message == (
        f"Value ({arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN"
    )


def test_an_instance_has_one_profile() -> None:
    arn = "arn:aws:iam::123456789012:instance-profile/reader"

    with pytest.raises(InvalidRequestError, match=r"'iamInstanceProfile\.name' may not be used in comb") as caught:
        LaunchRequest("web", "t3.micro", profile_name="reader", profile_arn=arn).check()

    assert caught.value.code == "InvalidParameterCombination"


def ami(init: str) -> CapturedAmi:
    return CapturedAmi("ami-1", "mine", datetime(2026, 1, 2, tzinfo=UTC), init, "root", ports=(80,))


@pytest.mark.parametrize(
    ("request_", "init", "ports"),
    [
        (LaunchRequest("mine", "t3.micro"), "systemd", ()),
        (LaunchRequest("mine", "t3.micro", key_name="me"), "systemd", ((0, 22),)),
        (LaunchRequest("mine", "t3.micro", key_name="me", publish=((2222, 22),)), "systemd", ((2222, 22),)),
        (LaunchRequest("mine", "t3.micro", key_name="me", publish_auto=True), "systemd", ((0, 80), (0, 22))),
        (LaunchRequest("mine", "t3.micro", key_name="me", publish_auto=True), "none", ((0, 80),)),
        (LaunchRequest("mine", "t3.micro", key_name="me", publish=((2222, 22),)), "none", ((2222, 22),)),
    ],
)
def test_a_key_publishes_ssh_where_there_is_an_ssh_server(
    request_: LaunchRequest, init: str, ports: tuple[tuple[int, int], ...]
) -> None:
    """And nowhere else, unless it was asked for."""
    assert published(request_, ami(init)) == ports


def test_a_key_that_opens_nothing_is_warned_about() -> None:
    with_key = LaunchRequest("mine", "t3.micro", key_name="me")

    (sentence,) = useless_key(with_key, ami("none"))

    assert sentence == (
        "the AMI mine has no systemd, and so no ssh server for the key pair me: "
        "enter its instances with `cloudlet ec2 exec`"
    )
    assert [*useless_key(with_key, ami("systemd")), *useless_key(LaunchRequest("mine", "x"), ami("none"))] == []
