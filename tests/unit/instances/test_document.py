"""AWS's shape: jq recipes and --query expressions count on it."""

import dataclasses
from datetime import UTC, datetime

import pytest

from emulator.instances.document import reservations, state_changes
from emulator.instances.model import Instance, InstanceState, StateChange
from emulator.metadata import NamedGroup


def test_a_running_instance_has_awss_names(instance: Instance) -> None:
    """The fields that scripts read most."""
    launch = instance.launch
    groups = (NamedGroup("sg-0123456789abcdef0", "default"),)
    instance = dataclasses.replace(instance, ports=((8080, 80),), tags={"Name": "web"}, groups=groups)

    (reservation,) = reservations([instance], {})["Reservations"]

    (document,) = reservation["Instances"]
    assert reservation["ReservationId"] == launch.reservation_id
    assert document["State"] == {"Code": 16, "Name": "running"}
    assert document["Placement"]["AvailabilityZone"] == "eu-west-1a"
    assert document["PrivateIpAddress"] == "172.31.4.7"
    assert document["PrivateDnsName"] == "ip-172-31-4-7.ec2.internal"
    assert document["NetworkInterfaces"][0]["MacAddress"] == "02:42:ac:1f:04:07"
    assert document["Tags"] == [{"Key": "Name", "Value": "web"}]
    assert document["CpuOptions"] == {"CoreCount": 1, "ThreadsPerCore": 2}
    assert document["SecurityGroups"] == [{"GroupId": "sg-0123456789abcdef0", "GroupName": "default"}]
    assert document["SubnetId"] == document["NetworkInterfaces"][0]["SubnetId"] == instance.subnet.id
    assert document["MetadataOptions"]["HttpTokens"] == "optional"
    assert (document["PlatformDetails"], document["UsageOperation"]) == ("Linux/UNIX", "RunInstances")
    assert (document["EbsOptimized"], document["EnaSupport"], document["SourceDestCheck"]) == (False, True, True)
    assert "StateReason" not in document


def test_the_launch_time_is_that_of_the_last_start(instance: Instance) -> None:
    """As on AWS, where the interface alone remembers when the instance was first launched."""
    started = datetime(2026, 1, 5, tzinfo=UTC)
    again = dataclasses.replace(instance, launch=dataclasses.replace(instance.launch, started_at=started))

    shown, shown_again = (reservations([one], {})["Reservations"][0]["Instances"][0] for one in (instance, again))

    assert (shown["LaunchTime"], shown_again["LaunchTime"]) == (instance.launch.launch_time, started)
    for document in (shown, shown_again):
        assert document["NetworkInterfaces"][0]["Attachment"]["AttachTime"] == instance.launch.launch_time


def test_the_zone_is_the_one_it_was_launched_into(instance: Instance) -> None:
    """Whatever region the subnets are said to be in now."""
    launch = dataclasses.replace(instance.launch, zone="us-east-1c")

    answer = reservations([dataclasses.replace(instance, launch=launch)], {})

    assert answer["Reservations"][0]["Instances"][0]["Placement"]["AvailabilityZone"] == "us-east-1c"


def test_an_interface_has_a_public_address_while_its_instance_runs(instance: Instance) -> None:
    """Beside the private one, which stays."""
    running, stopped = (
        reservations([dataclasses.replace(instance, state=state)], {})["Reservations"][0]["Instances"][0]
        for state in (InstanceState.RUNNING, InstanceState.STOPPED)
    )

    (interface,), (unreachable,) = running["NetworkInterfaces"], stopped["NetworkInterfaces"]
    assert interface["Association"]["PublicIp"] == running["PublicIpAddress"]
    assert interface["PrivateIpAddresses"] == [
        {
            "Primary": True,
            "Association": interface["Association"],
            "PrivateDnsName": running["PrivateDnsName"],
            "PrivateIpAddress": "172.31.4.7",
        }
    ]
    assert "Association" not in unreachable
    assert unreachable["PrivateIpAddresses"][0]["PrivateIpAddress"] == "172.31.4.7"


def test_a_terminated_instance_says_why_and_has_no_address(instance: Instance) -> None:
    """AWS takes the address away and leaves the reason."""
    reason = "Client.UserInitiatedShutdown: User initiated shutdown"

    ended = dataclasses.replace(
        instance, state=InstanceState.TERMINATED, reason=reason, reason_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    )

    answer = reservations([ended], {})

    (document,) = answer["Reservations"][0]["Instances"]
    assert document["State"] == {"Code": 48, "Name": "terminated"}
    assert document["StateTransitionReason"] == "User initiated (2026-01-02 03:04:05 GMT)"
    assert document["StateReason"] == {"Code": "Client.UserInitiatedShutdown", "Message": reason}
    assert not {"PrivateIpAddress", "PublicIpAddress", "NetworkInterfaces"} & document.keys()


def test_a_stopped_instance_keeps_its_private_address_and_no_public_one(instance: Instance) -> None:
    """So does AWS's."""
    answer = reservations([dataclasses.replace(instance, state=InstanceState.STOPPED)], {})

    (document,) = answer["Reservations"][0]["Instances"]
    assert document["PrivateIpAddress"] == "172.31.4.7"
    assert "PublicIpAddress" not in document


def test_a_reservation_is_listed_once_in_whatever_order_its_instances_come(instance: Instance) -> None:
    """`--instance-ids` may name them crosswise."""
    other = dataclasses.replace(
        instance, launch=dataclasses.replace(instance.launch, reservation_id="r-00000000000000002")
    )

    answer = reservations([instance, other, instance], {})

    assert [len(one["Instances"]) for one in answer["Reservations"]] == [2, 1]


def test_a_state_change_has_both_states() -> None:
    """The answer of stop, start and terminate."""
    answer = state_changes("StoppingInstances", [StateChange("i-1", InstanceState.RUNNING, InstanceState.STOPPED)])

    assert answer == {
        "StoppingInstances": [
            {
                "InstanceId": "i-1",
                "CurrentState": {"Code": 80, "Name": "stopped"},
                "PreviousState": {"Code": 16, "Name": "running"},
            }
        ]
    }


@pytest.mark.parametrize(
    ("engine_state", "state"),
    [
        ("created", InstanceState.PENDING),
        ("running", InstanceState.RUNNING),
        ("paused", InstanceState.RUNNING),
        ("removing", InstanceState.SHUTTING_DOWN),
        ("exited", InstanceState.STOPPED),
        ("dead", InstanceState.STOPPED),
        ("something new", InstanceState.STOPPED),
    ],
)
def test_the_engines_state_is_told_in_awss_words(engine_state: str, state: InstanceState) -> None:
    """A word that no engine says yet must not break a list."""
    assert InstanceState.of_container(engine_state) is state


def test_states_are_spelt_as_aws_spells_them() -> None:
    """Waiters compare them letter by letter."""
    assert [state.label for state in InstanceState] == [
        "pending",
        "running",
        "shutting-down",
        "terminated",
        "stopping",
        "stopped",
    ]


def test_the_command_that_logs_in_stands_with_the_instance(instance: Instance) -> None:
    """Not among AWS's names: it is for people to copy."""
    answer = reservations([instance], {instance.id: "ssh -p 2222 admin@127.0.0.1"})

    assert answer["Reservations"][0]["Instances"][0]["SshCommand"] == "ssh -p 2222 admin@127.0.0.1"
