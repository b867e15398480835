"""What stands in one home, written as a template and deployed in another: the same stands there."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.functions.changes import Changes
from emulator.functions.deployment import Deployment
from emulator.functions.urls.model import parse_cors
from emulator.instances import LaunchRequest
from emulator.stacks.export.service import export
from emulator.stacks.reading import read_document
from tests.integration.stacks.conftest import Desk

CODE = "def handler(event, context):\n    return 1\n"


@pytest.fixture
def other(cloud: Cloud, tmp_path: Path) -> Iterator[Desk]:
    """A second home on the same engine, that knows nothing of the first."""
    with Cloud(dataclasses.replace(cloud.settings, home=tmp_path / "other")) as another:
        try:
            yield Desk(another, tmp_path / "desk")
        finally:
            another.engine.containers.remove_all()


def deployed(other: Desk, template: Path) -> None:
    from emulator.stacks.service import StackRequest

    other.stacks.deploy(StackRequest(template, "copy"))


def test_functions_with_what_runs_them_stand_in_the_other_home(cloud: Cloud, other: Desk, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "app.py").write_text(CODE)
    for bucket in ("raw", "results"):
        cloud.buckets.create_bucket(bucket)
    cloud.buckets.set_versioning("results", "Enabled")
    website = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"}}
    cloud.buckets.bucket_settings.put("results", "BucketWebsite", website)
    layer = cloud.functions.layers.publish("libraries", code)
    cloud.functions.deploy(
        Deployment(
            code,
            "resize",
            Changes(
                handler="app.handler",
                runtime="python3.11",
                memory_mb=512,
                timeout_seconds=7,
                environment={"RESULTS": "results", "LEVEL": "3"},
                layers=(layer.arn("us-east-1"),),
            ),
        )
    )
    cloud.triggers.add("resize", "raw", prefix="in a/", suffix=".csv")
    cloud.schedule_triggers.add("resize", "rate(2 hours)")
    cloud.function_urls.create("resize", "AWS_IAM", cors=parse_cors({"AllowOrigins": ["https://a.org"]}))
    cloud.functions.concurrency.reserve("resize", 3)

    done = export(cloud, tmp_path / "copy")
    deployed(other, done.template)

    there = other.cloud
    (function,) = there.functions.list()
    buckets = other.standing("copy")
    raw, results = buckets["RawBucket"].physical_id, buckets["ResultsBucket"].physical_id
    assert (function.memory_mb, function.timeout_seconds, function.handler) == (512, 7, "app.handler")
    assert function.environment == {"RESULTS": results, "LEVEL": "3"}, "the bucket is called otherwise there"
    folder, libraries = there.functions.code_folder(function), there.functions.layers.folder(function.layers)
    assert folder is not None
    assert libraries is not None
    assert (folder / "app.py").read_text() == (libraries / "app.py").read_text() == CODE
    (trigger,) = there.triggers.list(function.name)
    assert (trigger.rule.bucket, trigger.rule.plain_prefix, trigger.rule.suffix) == (raw, "in a/", ".csv")
    assert [rule.schedule for rule in there.schedules.rules()] == ["rate(2 hours)"]
    url = there.function_urls.find(function.name)
    assert (url.auth_type, url.cors) == ("AWS_IAM", parse_cors({"AllowOrigins": ["https://a.org"]}))
    assert there.functions.concurrency.reserved(function.name) == 3
    assert there.buckets.versioning(results) == "Enabled"
    assert there.buckets.bucket_settings.get(results, "BucketWebsite") == website
    assert done.left_out == ("the objects in buckets",)


@pytest.mark.timeout(600)
def test_machines_with_what_belongs_to_them_stand_in_the_other_home(cloud: Cloud, other: Desk, tmp_path: Path) -> None:
    """Two groups that let each other in: neither can be made last."""
    groups = cloud.network.groups
    site, database = groups.create("site", "The site"), groups.create("database", "Its data")
    groups.authorize(
        site.id, [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    )
    for one, peer in ((site, database), (database, site)):
        pair = [{"GroupId": peer.id}]
        groups.authorize(one.id, [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": pair}])
    cloud.key_pairs.create("mine", "ed25519")
    script = b"#!/bin/sh\necho hello > /srv/hello\n"
    (instance,) = cloud.instances.run(
        LaunchRequest(
            "web", "t3.nano", key_name="mine", security_groups=("site",), tags={"Name": "web 1"}, user_data=script
        )
    )
    from emulator.volumes.request import VolumeRequest

    volume = cloud.volumes.create(VolumeRequest(instance.zone, 2, tags={"Name": "data"}))
    cloud.volumes.attach(volume.id, instance.id, "/dev/sdf")

    done = export(cloud, tmp_path / "copy")
    deployed(other, done.template)

    there = other.cloud
    (copy,) = there.instances.describe()
    assert (copy.name, copy.launch.instance_type, copy.launch.image_name) == ("web 1", "t3.nano", "web")
    assert there.instances.user_data(copy.id) == script
    assert [one.id for one in copy.groups] == [other.standing("copy")["SiteGroup"].physical_id]
    (disk,) = there.volumes.describe()
    assert (disk.size_gib, disk.name, disk.attachment and disk.attachment.device) == (2, "data", "/dev/sdf")
    assert there.key_pairs.describe()[0].fingerprint == cloud.key_pairs.find("mine").fingerprint
    twin = there.network.groups.find(other.standing("copy")["SiteGroup"].physical_id)
    data = other.standing("copy")["DatabaseGroup"].physical_id
    let_in = sorted((one.from_port, one.cidr or one.peer_group) for one in twin.permissions(egress=False))
    assert let_in == [(80, "0.0.0.0/0"), (5432, data)]


def test_a_stack_is_written_in_its_own_words_and_deployed_beside_itself(desk: Desk, tmp_path: Path) -> None:
    desk.write("copy/app.py", CODE)
    desk.deploy(
        """
Transform: AWS::Serverless-2016-10-31
Resources:
  Raw: {Type: AWS::S3::Bucket}
  Copy:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: copy/
      Handler: app.handler
      Runtime: python3.11
      Events: {Drop: {Type: S3, Properties: {Bucket: !Ref Raw, Events: "s3:ObjectCreated:*"}}}
"""
    )

    done = export(desk.cloud, tmp_path / "copy")
    deployed(desk, done.template)

    assert list(read_document(done.template.read_bytes())["Resources"]) == ["Raw", "Copy"]
    assert len(desk.cloud.functions.list()) == 2
    assert len({one.rule.bucket for one in desk.cloud.triggers.list()}) == 2


def test_names_are_kept_if_that_is_asked_for(cloud: Cloud, other: Desk, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(CODE)
    cloud.buckets.create_bucket("raw")
    cloud.functions.deploy(Deployment(tmp_path / "app.py", "resize", Changes(environment={"FROM": "s3://raw/in"})))
    cloud.triggers.add("resize", "raw")

    deployed(other, export(cloud, tmp_path / "copy", keeps_names=True).template)

    assert [one.name for one in other.cloud.functions.list()] == ["resize"]
    assert other.cloud.buckets.names() == ["raw"]
