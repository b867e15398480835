"""`cloudlet reset`: everything of one home, and only that."""

import socket

from tests.e2e.conftest import User

_LAUNCH = "cloudlet ec2 run-instances --image-id web --instance-type t3.nano --quiet"


def test_reset_asks_and_without_a_terminal_refuses(user: User) -> None:
    """
    Nobody can answer a question in a script; silence must not delete a cloud.
    """
    user.sees("cloudlet s3 mb s3://kept && echo precious | cloudlet s3 cp - s3://kept/note.txt")

    refused = user.types("cloudlet reset")

    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    assert user.sees("cloudlet s3 cp s3://kept/note.txt -") == "precious\n"


def test_reset_removes_server_instances_and_files(user: User) -> None:
    """
    What is left over is found weeks later, by its disk or its port.
    """
    user.sees(f"cloudlet start && {_LAUNCH} && cloudlet s3 mb s3://gone")

    user.sees("cloudlet reset --yes")

    with socket.socket() as caller:
        assert caller.connect_ex(("127.0.0.1", int(user.environment["CLOUDLET_PORT"]))) != 0
    assert not user.home.exists()
    assert user.sees("cloudlet ec2 describe-instances --quiet") == ""
    assert user.sees("cloudlet s3 ls --quiet") == ""


def test_reset_leaves_another_home_alone(user: User, neighbour: User) -> None:
    """
    Several projects share one engine, each with a cloud of its own.
    """
    instance_id = neighbour.sees(_LAUNCH).strip()
    neighbour.sees("cloudlet s3 mb s3://kept && cloudlet start")
    user.sees(f"cloudlet s3 mb s3://gone && {_LAUNCH}")

    user.sees("cloudlet reset --yes")

    running = (
        "cloudlet ec2 describe-instances --query 'Reservations[].Instances[].[InstanceId, State.Name]' --output text"
    )
    assert neighbour.sees(running).split() == [instance_id, "running"]
    assert neighbour.sees("cloudlet s3 ls --quiet") == "kept\n"
    assert neighbour.sees("cloudlet status --query pid").strip() != "null"
