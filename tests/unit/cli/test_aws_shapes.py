"""What each `describe-*` answers has AWS's keys, types and words, and a few keys of our own that are listed."""

import dataclasses
import json
from datetime import UTC, datetime

import pytest

from cli.commands.ec2 import Ec2
from emulator.engine.vpc_range import VpcRange
from emulator.images.captured import CapturedAmi
from emulator.images.document import image
from emulator.instances.document import reservations, state_changes
from emulator.instances.model import Instance, InstanceState, Launch, StateChange
from emulator.instances.status import Check, InstanceStatus
from emulator.instances.status_document import status_document
from emulator.metadata.facts import NamedGroup
from emulator.network.vpc import Vpc
from emulator.volumes import document as volumes
from emulator.volumes.model import Attachment, Snapshot, SnapshotState, Volume, VolumeState
from tests.aws_shapes import misfits
from tests.unit.cli.conftest import Cloudlet

_THEN = datetime(2026, 1, 2, 3, 4, 5, 678_900, tzinfo=UTC)
_TAGS = {"Name": "web"}
_ATTACHMENT = Attachment("vol-0123456789abcdef0", "i-0123456789abcdef0", "/dev/sdf", _THEN)
_VOLUME = Volume(_ATTACHMENT.volume_id, 8, "gp2", "us-east-1a", _THEN, VolumeState.IN_USE, None, _ATTACHMENT, 1, _TAGS)
_SNAPSHOT = Snapshot("snap-0123456789abcdef0", _VOLUME.id, 8, "nightly", _THEN, SnapshotState.COMPLETED, _TAGS)
_AMI = CapturedAmi(
    "ami-0123456789abcdef0", "golden", _THEN, "systemd", "admin", (22, 80), "", "ami-0123456789abcdef1", "i-01234567"
)
_LAUNCH = Launch(
    instance_id=_ATTACHMENT.instance_id,
    reservation_id="r-0123456789abcdef0",
    launch_index=0,
    image_id=_AMI.id,
    image_name=_AMI.name,
    instance_type="t3.micro",
    launch_time=_THEN,
    private_ip="172.31.4.7",
    user="admin",
    key_name="me",
    role="reader",
    client_token="once",
    started_at=_THEN,
)
_INSTANCE = Instance(
    _LAUNCH,
    InstanceState.RUNNING,
    Vpc.default("home", "us-east-1", VpcRange.of("172.31.0.0/16")).subnets[0],
    ports=((8080, 80),),
    groups=(NamedGroup("sg-0123456789abcdef0", "default"),),
    volumes=(_ATTACHMENT,),
    tags=_TAGS,
)
_IN_EVERY_STATE = [
    dataclasses.replace(_INSTANCE, state=state, reason="Client.UserInitiatedShutdown: User initiated shutdown")
    for state in InstanceState
]

_WITHOUT_INSTANCES = {
    "describe-availability-zones": "DescribeAvailabilityZones",
    "describe-instance-types": "DescribeInstanceTypes",
    "describe-key-pairs --include-public-key": "DescribeKeyPairs",
    "describe-security-group-rules": "DescribeSecurityGroupRules",
    "describe-security-groups": "DescribeSecurityGroups",
    "describe-subnets": "DescribeSubnets",
    "describe-tags": "DescribeTags",
    "describe-vpcs": "DescribeVpcs",
}
_DOCUMENTS = {
    "DescribeImages": {"Images": [image(_AMI, _TAGS, built=True)]},
    "DescribeInstanceStatus": status_document(
        InstanceStatus(instance, check, check) for instance in _IN_EVERY_STATE for check in Check
    ),
    "DescribeInstances": reservations([_INSTANCE, *_IN_EVERY_STATE], {_INSTANCE.id: "ssh admin@127.0.0.1"}),
    "DescribeSnapshots": volumes.snapshots([_SNAPSHOT]),
    "DescribeVolumes": volumes.volumes([_VOLUME]),
    "StopInstances": state_changes(
        "StoppingInstances", [StateChange(_INSTANCE.id, InstanceState.RUNNING, InstanceState.STOPPED)]
    ),
}


@pytest.fixture
def with_something_of_everything(cloudlet: Cloudlet) -> Cloudlet:
    """A home in which nothing that can be listed without an engine is empty."""
    tags = "ResourceType={},Tags=[{{Key=Name,Value=web}}]"
    rules = (
        "IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=10.0.0.0/8,Description=office}]",
        "IpProtocol=-1,UserIdGroupPairs=[{GroupName=default}]",
        "IpProtocol=-1,Ipv6Ranges=[{CidrIpv6=::/0}]",
    )
    key_pair = ("create-key-pair", "--key-name", "me", "--tag-specifications", tags.format("key-pair"))
    group = ("create-security-group", "--group-name", "web", "--description", "Web servers")
    for words in (
        key_pair,
        (*group, "--tag-specifications", tags.format("security-group")),
        ("authorize-security-group-ingress", "--group-name", "web", "--ip-permissions", *rules),
    ):
        outcome = cloudlet("ec2", *words)
        assert outcome.exit_code == 0, outcome.stderr
    return cloudlet


@pytest.mark.parametrize("command", _WITHOUT_INSTANCES)
def test_a_command_answers_in_awss_shape(with_something_of_everything: Cloudlet, command: str) -> None:
    """boto3's own list of keys: what is not in it, no script that runs on AWS asks for."""
    answer = json.loads(with_something_of_everything("ec2", *command.split(), "--output", "json").stdout)

    assert [*answer.values()] != [[]]
    assert misfits(_WITHOUT_INSTANCES[command], answer) == []


@pytest.mark.parametrize("operation", _DOCUMENTS)
def test_a_document_has_awss_shape(operation: str) -> None:
    """Of what takes an engine to be there, in every state that it can be in."""
    assert misfits(operation, _DOCUMENTS[operation]) == []


def test_the_shipped_amis_have_awss_shape(cloudlet: Cloudlet) -> None:
    """They are defined by files; without an engine nobody can tell what is built."""
    answer = json.loads(cloudlet("ami", "list", "--output", "json").stdout)

    assert answer["Images"]
    assert misfits("DescribeImages", answer) == []


def test_no_describing_command_is_left_out() -> None:
    """An attribute of an instance is described of a real one only, in the integration tests."""
    checked = {command.split()[0] for command in _WITHOUT_INSTANCES} | {
        "describe-images",
        "describe-instance-status",
        "describe-instances",
        "describe-snapshots",
        "describe-volumes",
    }

    assert {name for name in Ec2.modules if name.startswith("describe-")} == {*checked, "describe-instance-attribute"}


@pytest.mark.parametrize(
    ("state", "place"),
    [
        ({"Code": "16", "Name": "running"}, "State.Code is no integer: '16'"),
        ({"Code": True, "Name": "running"}, "State.Code is no integer: True"),
        ({"Code": 16, "Name": "runs"}, "State.Name is none of"),
        ({"Code": 16, "Label": "running"}, "State.Label is not AWS's"),
        ([], "State is no structure: []"),
        (None, "State is no structure: None"),
    ],
)
def test_what_does_not_fit_is_found(state: object, place: str) -> None:
    """A check that lets everything pass would say nothing."""
    (found,) = misfits("DescribeInstances", {"Reservations": [{"Instances": [{"State": state}]}]})

    assert found.startswith(f"DescribeInstances.Reservations[0].Instances[0].{place}")


@pytest.mark.parametrize("time", ["yesterday", "2026-01-02", 1767323045, None])
def test_what_is_no_time_is_found(time: object) -> None:
    found = misfits("DescribeInstances", {"Reservations": [{"Instances": [{"LaunchTime": time}]}]})

    assert found == [f"DescribeInstances.Reservations[0].Instances[0].LaunchTime is no time: {time!r}"]
