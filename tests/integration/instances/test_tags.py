"""Tags of what is really there, and what an instance hears of its own."""

import json

import pytest

from emulator.cloud import Cloud
from emulator.errors import InvalidRequestError
from emulator.instances import AttributeChange
from emulator.metadata import MetadataOptions
from tests.integration.instances.conftest import Machine, cloudlet, launch

_TAGS = (
    "token=$(curl -sS -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token);"
    'curl -sS -H "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/meta-data/tags/instance/'
)


def _heard(machine: Machine, key: str = "") -> str:
    return machine.says("sh", "-c", _TAGS + key)


def test_an_instance_hears_of_its_tags_at_once(cloud: Cloud) -> None:
    """It need not be started anew, and no server has to run."""
    (machine,) = launch(
        cloud, "base", "t2.nano", tags={"Name": "mine"}, metadata=MetadataOptions(instance_metadata_tags="enabled")
    )
    machine.booted()

    made = cloudlet(cloud, "ec2", "create-tags", "--resources", "mine", "--tags", "Key=stage,Value=test")
    with_stage, stage = _heard(machine), _heard(machine, "stage")
    cloudlet(cloud, "ec2", "delete-tags", "--resources", machine.id, "--tags", "Key=stage")

    assert (made.returncode, made.stdout) == (0, b""), made.stderr
    assert (with_stage.split(), stage) == (["Name", "stage"], "test")
    assert _heard(machine).split() == ["Name"]


def test_a_key_that_no_path_could_have_is_refused_where_an_instance_may_read_its_tags(cloud: Cloud) -> None:
    """At its launch, later on, and when it is allowed to read those that it has: AWS does so, too."""
    key, allowed = "team/stage", {"InstanceMetadataTags": "enabled"}
    with pytest.raises(InvalidRequestError, match=key):
        launch(cloud, "minimal", "t2.nano", tags={key: "data"}, metadata=MetadataOptions().changed(allowed))
    (machine,) = launch(cloud, "minimal", "t2.nano", tags={key: "data"})

    with pytest.raises(InvalidRequestError, match=key):
        cloud.instances.modify(machine.id, AttributeChange(metadata=allowed))
    cloud.tags.delete([machine.id], {key: None})
    cloud.instances.modify(machine.id, AttributeChange(metadata=allowed))

    with pytest.raises(InvalidRequestError, match=key):
        cloud.tags.create([machine.id], {key: "data"})
    assert cloud.instances.describe([machine.id])[0].tags == {}


def test_all_that_can_be_tagged_is_listed_in_one_place(cloud: Cloud) -> None:
    """By AWS's names of what it is."""
    (machine,) = launch(cloud, "base", "t2.nano")
    volume = cloudlet(cloud, "ec2", "create-volume", "--size", "1", "--availability-zone", "us-east-1a", "--quiet")
    group = cloudlet(cloud, "ec2", "create-security-group", "--group-name", "web", "--description", "web", "--quiet")
    key = cloudlet(cloud, "ec2", "create-key-pair", "--key-name", "me", "--key-type", "ed25519", "--quiet")
    image = cloud.images.find("base").id
    ids = [machine.id, *(made.stdout.decode().strip() for made in (volume, group, key)), image]

    tagged = cloudlet(cloud, "ec2", "create-tags", "--resources", *ids, "--tags", "Key=team,Value=data")

    listed = cloudlet(cloud, "ec2", "describe-tags", "--filters", "Name=key,Values=team", "--output", "json")
    assert tagged.returncode == 0, tagged.stderr
    assert {tag["ResourceId"]: tag["ResourceType"] for tag in json.loads(listed.stdout)["Tags"]} == dict(
        zip(ids, ["instance", "volume", "security-group", "key-pair", "image"], strict=True)
    )


def test_one_unknown_resource_leaves_all_as_they_were(cloud: Cloud) -> None:
    (machine,) = launch(cloud, "base", "t2.nano")

    unknown = "i-00000000000000000"
    result = cloudlet(cloud, "ec2", "create-tags", "--resources", machine.id, unknown, "--tags", "Key=a,Value=b")

    assert result.returncode == 1
    assert b"(InvalidInstanceID.NotFound)" in result.stderr
    assert cloud.instances.describe([machine.id])[0].tags == {}
