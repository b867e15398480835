"""Filters of instances and of their status checks: what is shown can be looked for."""

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emulator.errors import InvalidRequestError
from emulator.instances.finding import INSTANCE_FILTERS, STATUS_FILTERS, select, select_statuses
from emulator.instances.model import Instance, InstanceState
from emulator.instances.status import Check, InstanceStatus
from emulator.metadata.facts import NamedGroup
from emulator.metadata.options import MetadataOptions
from emulator.resources.filters import Filter
from emulator.volumes.model import Attachment
from tests.aws_shapes import operation_model

_STARTED = datetime(2026, 1, 5, 6, 7, 8, 900_000, tzinfo=UTC)
_OURS = {"group-id", "group-name"}
"""Shorter names of `instance.group-id` and `-name`, from the days before VPCs."""


@pytest.fixture
def running(instance: Instance) -> Instance:
    """An instance that has all that a filter can be about."""
    launch = dataclasses.replace(
        instance.launch,
        role="reader",
        started_at=_STARTED,
        metadata=MetadataOptions(http_tokens="required", http_put_response_hop_limit=2),
    )
    return dataclasses.replace(
        instance,
        launch=launch,
        groups=(NamedGroup("sg-0123456789abcdef0", "web"),),
        volumes=(Attachment("vol-0123456789abcdef0", instance.id, "/dev/sdf", _STARTED, delete_on_termination=True),),
    )


@pytest.fixture
def stopped(instance: Instance) -> Instance:
    launch = dataclasses.replace(
        instance.launch,
        instance_id="i-0123456789abcdef1",
        private_ip="172.31.20.7",
        launch_time=instance.launch.launch_time + timedelta(milliseconds=1),
    )
    reason = "Client.UserInitiatedShutdown: User initiated shutdown"
    return dataclasses.replace(instance, launch=launch, state=InstanceState.STOPPED, reason=reason)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("block-device-mapping.delete-on-termination", "true"),
        ("block-device-mapping.device-name", "/dev/sdf"),
        ("block-device-mapping.volume-id", "vol-0123456789abcdef0"),
        ("dns-name", "localhost"),
        ("iam-instance-profile.arn", "arn:aws:iam::*:instance-profile/reader"),
        ("instance-state-code", "16"),
        ("instance.group-name", "web"),
        ("ip-address", "127.0.0.1"),
        ("launch-time", "2026-01-05T06:07:08.900Z"),
        ("launch-time", "2026-01-05T*"),
        ("metadata-options.http-put-response-hop-limit", "2"),
        ("metadata-options.http-tokens", "required"),
        ("network-interface.addresses.association.public-ip", "127.0.0.1"),
        ("network-interface.addresses.private-ip-address", "172.31.4.7"),
        ("network-interface.attachment.attach-time", "2026-01-02T03:04:05.000Z"),
        ("network-interface.group-id", "sg-*"),
        ("private-dns-name", "ip-172-31-4-7.*"),
    ],
)
def test_the_one_that_is_looked_for_is_found(running: Instance, stopped: Instance, name: str, value: str) -> None:
    """Letter by letter as the answer shows it, with times as AWS writes them."""
    assert select([running, stopped], [Filter(name, (value,))]) == [running]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hypervisor", "xen"),
        ("metadata-options.http-endpoint", "enabled"),
        ("metadata-options.state", "applied"),
        ("monitoring-state", "disabled"),
        ("network-interface.network-interface-id", "eni-*"),
        ("owner-id", "000000000000"),
        ("platform-details", "Linux/UNIX"),
        ("reservation-id", "r-0123456789abcdef0"),
        ("root-device-name", "/dev/xvda"),
        ("root-device-type", "ebs"),
        ("source-dest-check", "true"),
        ("tenancy", "default"),
        ("usage-operation", "RunInstances"),
        ("virtualization-type", "hvm"),
    ],
)
def test_what_all_have_finds_all(running: Instance, stopped: Instance, name: str, value: str) -> None:
    """Scripts for AWS narrow by these; another value finds nothing."""
    assert select([running, stopped], [Filter(name, (value,))]) == [running, stopped]
    assert select([running, stopped], [Filter(name, ("other",))]) == []


@pytest.mark.parametrize(("name", "value"), [("instance-lifecycle", "spot"), ("platform", "windows")])
def test_what_none_has_finds_none(running: Instance, name: str, value: str) -> None:
    assert select([running], [Filter(name, (value,))]) == []


def test_why_one_stands_still_is_looked_for_by_its_code(running: Instance, stopped: Instance) -> None:
    found = select([running, stopped], [Filter("state-reason-code", ("Client.UserInitiatedShutdown",))])

    assert found == [stopped]


def test_one_that_has_ended_has_no_place_in_the_network(running: Instance) -> None:
    """Its address may be another's by now."""
    ended = dataclasses.replace(running, state=InstanceState.TERMINATED)

    assert select([ended], [Filter("private-ip-address", ("*",))]) == []
    assert select([ended], [Filter("instance-state-name", ("terminated",))]) == [ended]


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("availability-zone", "eu-west-1a", [0]),
        ("instance-state-name", "stopped", [1]),
        ("instance-state-code", "16", [0]),
        ("instance-status.status", "initializing", [0]),
        ("instance-status.reachability", "initializing", [0]),
        ("instance-status.status", "ok", []),
        ("system-status.status", "ok", [0]),
        ("system-status.reachability", "passed", [0]),
        ("system-status.status", "not-applicable", [1]),
        ("tag:Name", "web", [0]),
    ],
)
def test_checks_are_found_by_how_they_stand(
    running: Instance, stopped: Instance, name: str, value: str, found: list[int]
) -> None:
    """What comes up is not ok yet; of what stands still there is no reachability."""
    statuses = [
        InstanceStatus(dataclasses.replace(running, tags={"Name": "web"}), Check.OK, Check.INITIALIZING),
        InstanceStatus(
            dataclasses.replace(stopped, launch=dataclasses.replace(stopped.launch, zone="eu-west-1b")),
            Check.NOT_APPLICABLE,
            Check.NOT_APPLICABLE,
        ),
    ]

    assert select_statuses(statuses, [Filter(name, (value,))]) == [statuses[index] for index in found]


@pytest.mark.parametrize("name", ["instance-type", "instance-status"])
def test_checks_have_filters_of_their_own(name: str) -> None:
    """As on AWS: those of instances are none of theirs."""
    with pytest.raises(InvalidRequestError, match=f"The filter '{name}' is invalid"):
        select_statuses([], [Filter(name, ("t3.micro",))])


@pytest.mark.parametrize(
    ("operation", "filters"), [("DescribeInstances", INSTANCE_FILTERS), ("DescribeInstanceStatus", STATUS_FILTERS)]
)
def test_a_filter_is_one_of_awss(operation: str, filters: dict[str, str]) -> None:
    """By AWS's own list, which is the text that botocore has of it."""
    described = operation_model(operation).input_shape.members["Filters"].documentation
    known = set(re.findall(r"<p> ?<code>([^<]+)</code>", described))

    assert filters.keys() - known <= _OURS


@pytest.mark.parametrize(
    ("operation", "top", "filters"),
    [
        ("DescribeInstances", "Reservations", INSTANCE_FILTERS),
        ("DescribeInstanceStatus", "InstanceStatuses", STATUS_FILTERS),
    ],
)
def test_a_filter_is_about_a_place_in_awss_answer(operation: str, top: str, filters: dict[str, str]) -> None:
    """A misspelt place would find nothing, ever."""
    shape = operation_model(operation).output_shape.members[top].member
    instance = shape.members["Instances"].member if operation == "DescribeInstances" else shape

    assert [name for name, place in filters.items() if not (_has(instance, place) or _has(shape, place))] == []


def _has(shape: Any, place: str) -> bool:
    """Tell whether a structure of botocore's has what stands at *place*."""
    for key in place.split("."):
        while shape.type_name == "list":
            shape = shape.member
        if key not in getattr(shape, "members", {}):
            return False
        shape = shape.members[key]
    return True
