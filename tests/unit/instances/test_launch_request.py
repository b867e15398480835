"""What is refused before anything is made."""

import socket
from collections.abc import Iterator

import pytest

from emulator.errors import InvalidRequestError
from emulator.instances import LaunchRequest
from emulator.instances.errors import PortInUseError


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
        LaunchRequest("web", "t3.micro", publish=((taken_port, 80),)).check()

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
