"""What cannot be: AWS's code and words, our hint, the right exit code, and nothing changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.volumes import VolumeRequest
from tests.integration.instances.conftest import Machine, cloudlet, launch

REFUSED, USAGE = 1, 2

RUN = "run-instances --image-id minimal --instance-type t3.nano"


@pytest.fixture(scope="module")
def names(shared: Cloud, nano: Machine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What is there to be named in the lines below."""
    two = launch(shared, "minimal", "t3.nano", count=2, tags={"Name": "twin"})
    ended, other = launch(shared, "minimal", "t3.nano", count=2)
    shared.instances.terminate([ended.id])
    shared.key_pairs.create("taken")
    group = shared.network.groups.create("used", "by an instance")
    volume = shared.volumes.create(VolumeRequest(zone="us-east-1a", size_gib=1))
    shared.volumes.attach(volume.id, other.id, "/dev/sdf")
    large = tmp_path_factory.mktemp("user-data") / "large.sh"
    large.write_text("#!/bin/sh\n" + "#" * 16384)
    yield {"nano": nano.id, "ended": ended.id, "group": group.id, "volume": volume.id, "large": str(large)}
    shared.instances.terminate([one.id for one in (*two, other)])
    shared.volumes.delete(volume.id)


@pytest.mark.parametrize(
    ("line", "exit_code", "code", "words"),
    [
        ("describe-instances --instance-ids i-123", REFUSED, "InvalidInstanceID.Malformed", 'Invalid id: "i-123"'),
        (
            "describe-instances --instance-ids i-00000000000000000",
            REFUSED,
            "InvalidInstanceID.NotFound",
            "The instance ID 'i-00000000000000000' does not exist",
        ),
        (
            "terminate-instances --instance-ids i-00000000000000000 i-00000000000000001",
            REFUSED,
            "InvalidInstanceID.NotFound",
            "The instance IDs 'i-00000000000000000, i-00000000000000001' do not exist",
        ),
        (
            "describe-instances --filters Name=colour,Values=red",
            USAGE,
            "InvalidParameterValue",
            "The filter 'colour' is invalid",
        ),
        ("describe-instances --filters colour=red", USAGE, "InvalidParameter", "is no filter"),
        (f"{RUN} --user-data file://{{large}}", USAGE, "InvalidParameterValue", "limited to 16384 bytes"),
        (f"{RUN} --count 0", USAGE, "InvalidParameterValue", "Value (0) for parameter maxCount is invalid"),
        (f"{RUN} --key-name none", REFUSED, "InvalidKeyPair.NotFound", "The key pair 'none' does not exist"),
        (
            f"{RUN} --security-group-ids sg-00000000000000000",
            REFUSED,
            "InvalidGroup.NotFound",
            "The security group 'sg-00000000000000000' does not exist",
        ),
        (f"{RUN} --subnet-id subnet-1", USAGE, "InvalidSubnetID.Malformed", 'Invalid id: "subnet-1"'),
        (f"{RUN} --placement AvailabilityZone=us-east-1z", USAGE, "InvalidParameterValue", "us-east-1z"),
        (f"{RUN} --private-ip-address 10.0.0.1", USAGE, "InvalidParameterValue", "does not fall within"),
        (f"{RUN} --metadata-options HttpTokens=maybe", USAGE, "InvalidParameterValue", "(maybe)"),
        (
            f"{RUN} --instance-initiated-shutdown-behavior sleep",
            USAGE,
            "InvalidParameterValue",
            "Invalid value 'sleep' for InstanceInitiatedShutdownBehavior.",
        ),
        (
            "run-instances --image-id minimal --instance-type t3.mikro",
            USAGE,
            "InvalidParameterValue",
            "Invalid value 't3.mikro' for InstanceType.",
        ),
        (
            "run-instances --image-id ami-00000000000000000 --instance-type t3.nano",
            REFUSED,
            "InvalidAMIID.NotFound",
            "The image id '[ami-00000000000000000]' does not exist",
        ),
        (
            "start-instances --instance-ids {ended}",
            REFUSED,
            "IncorrectInstanceState",
            "is not in a state from which it can be started.",
        ),
        (
            "modify-instance-attribute --instance-id {nano} --instance-type m5.large",
            REFUSED,
            "IncorrectInstanceState",
            "is not in the 'stopped' state.",
        ),
        ("modify-instance-attribute --instance-id {nano}", USAGE, "MissingParameter", "Attribute"),
        ("create-key-pair --key-name taken", REFUSED, "InvalidKeyPair.Duplicate", "The keypair already exists"),
        ("create-security-group --group-name used --description again", REFUSED, "InvalidGroup.Duplicate", "used"),
        ("delete-security-group --group-name default", REFUSED, "CannotDelete", "default"),
        ("delete-volume --volume-id {volume}", REFUSED, "VolumeInUse", "is currently attached to"),
        ("stop-instances --instance-ids twin", USAGE, "InvalidParameterValue", "'twin' is the Name of several"),
        ("stop-instances", USAGE, "MissingParameter", "The request must contain the parameter InstanceIds"),
        ("create-image --instance-id {nano} --name no", USAGE, "InvalidAMIName.Malformed", "no"),
        ("create-tags --resources {nano} --tags Key=aws:mine,Value=x", USAGE, "InvalidParameterValue", "reserved"),
        ("create-tags --resources nope --tags Key=a,Value=x", REFUSED, "InvalidID", "The ID 'nope' is not valid"),
        (
            f"{RUN} --tag-specifications ResourceType=instance,Tags=[{{{{Key=a,Value=1}}}},{{{{Key=a,Value=2}}}}]",
            USAGE,
            "InvalidParameterValue",
            "Duplicate tag key 'a' specified.",
        ),
        (
            f"{RUN} --iam-instance-profile Name=a/b",
            USAGE,
            "InvalidParameterValue",
            "Value (a/b) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
        ),
        (
            "modify-instance-attribute --instance-id {nano} --instance-type m5.large --disable-api-termination",
            USAGE,
            "InvalidParameterCombination",
            "Fields for multiple attribute types specified",
        ),
        ("stop-instances --instance-ids {nano} --dry-run", REFUSED, "DryRunOperation", "DryRun flag is set"),
    ],
)
def test_what_cannot_be_is_refused_in_awss_words(
    shared: Cloud, names: dict[str, str], line: str, exit_code: int, code: str, words: str
) -> None:
    """Scripts go by the code, people by the words and the hint."""
    before = _everything(shared)

    done = cloudlet(shared, "ec2", *line.format(**names).split())

    said = done.stderr.decode()
    assert done.returncode == exit_code, said
    assert done.stdout == b""
    assert f"({code})" in said
    assert words in said
    assert "Traceback" not in said
    assert _everything(shared) == before


@pytest.mark.parametrize("line", ["delete-security-group --group-id {used}", "deregister-image --image-id minimal"])
def test_what_others_need_is_kept(shared: Cloud, line: str, tmp_path: Path) -> None:
    """A group that an instance is in; an AMI that is a file of somebody's."""
    group = shared.network.groups.create(f"used-{tmp_path.name}", "by an instance")
    (machine,) = launch(shared, "minimal", "t3.nano", security_groups=(group.id,))

    done = cloudlet(shared, "ec2", *line.format(used=group.id).split())

    assert done.returncode == REFUSED, done
    assert b"hint: " in done.stderr
    shared.instances.terminate([machine.id])


def _everything(cloud: Cloud) -> object:
    containers = sorted((one.id, one.state) for one in cloud.engine.containers.list())
    instances = [(one.launch, one.state) for one in cloud.instances.describe()]
    return containers, instances, cloud.network.groups.all(), cloud.volumes.describe(), cloud.key_pairs.describe()
