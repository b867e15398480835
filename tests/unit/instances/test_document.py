"""AWS's shape: jq recipes and --query expressions count on it."""

import dataclasses

import pytest

from emulator.instances.document import instance_types, reservations, state_changes
from emulator.instances.instance_types import find_type
from emulator.instances.model import Instance, InstanceState, Launch, StateChange


def test_a_running_instance_has_awss_names(launch: Launch) -> None:
    """The fields that scripts read most."""
    instance = Instance(
        launch,
        InstanceState.RUNNING,
        mac_address="02:42:ac:1f:04:07",
        ports=((8080, 80),),
        tags={"Name": "web"},
    )

    (reservation,) = reservations([instance], "eu-west-1")["Reservations"]

    (document,) = reservation["Instances"]
    assert reservation["ReservationId"] == launch.reservation_id
    assert document["State"] == {"Code": 16, "Name": "running"}
    assert document["Placement"]["AvailabilityZone"] == "eu-west-1a"
    assert document["PrivateIpAddress"] == "172.31.4.7"
    assert document["PrivateDnsName"] == "ip-172-31-4-7.ec2.internal"
    assert document["NetworkInterfaces"][0]["MacAddress"] == "02:42:ac:1f:04:07"
    assert document["Tags"] == [{"Key": "Name", "Value": "web"}]
    assert document["CpuOptions"] == {"CoreCount": 2, "ThreadsPerCore": 1}
    assert "StateReason" not in document


def test_a_terminated_instance_says_why_and_has_no_address(launch: Launch) -> None:
    """AWS takes the address away and leaves the reason."""
    reason = "Client.UserInitiatedShutdown: User initiated shutdown"

    answer = reservations([Instance(launch, InstanceState.TERMINATED, reason=reason)], "us-east-1")

    (document,) = answer["Reservations"][0]["Instances"]
    assert document["State"] == {"Code": 48, "Name": "terminated"}
    assert document["StateReason"] == {"Code": "Client.UserInitiatedShutdown", "Message": reason}
    assert not {"PrivateIpAddress", "PublicIpAddress", "NetworkInterfaces"} & document.keys()


def test_a_stopped_instance_keeps_its_private_address_and_no_public_one(launch: Launch) -> None:
    """So does AWS's."""
    answer = reservations([Instance(launch, InstanceState.STOPPED)], "us-east-1")

    (document,) = answer["Reservations"][0]["Instances"]
    assert document["PrivateIpAddress"] == "172.31.4.7"
    assert "PublicIpAddress" not in document


def test_a_reservation_is_listed_once_in_whatever_order_its_instances_come(launch: Launch) -> None:
    """`--instance-ids` may name them crosswise."""
    other = dataclasses.replace(launch, reservation_id="r-00000000000000002")
    instances = [Instance(one, InstanceState.RUNNING) for one in (launch, other, launch)]

    answer = reservations(instances, "us-east-1")

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


def test_a_type_has_its_size_where_aws_has_it() -> None:
    """`--query 'InstanceTypes[].MemoryInfo.SizeInMiB'` works on both."""
    (document,) = instance_types([find_type("m5.large")])["InstanceTypes"]

    assert document["VCpuInfo"]["DefaultVCpus"] == 2
    assert document["MemoryInfo"]["SizeInMiB"] == 8192
    assert document["ProcessorInfo"]["SupportedArchitectures"] == ["x86_64"]


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
