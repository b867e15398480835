"""Stacks with instances, on a real engine."""

import dataclasses

import pytest

from emulator.instances import InstanceState
from emulator.stacks.errors import StackFailedError
from emulator.stacks.records import CREATE_IN_PROGRESS
from tests.conftest import wait_for
from tests.integration.stacks.conftest import Desk

TEMPLATE = """
Parameters: {Size: {Type: String, Default: t3.nano}, Port: {Type: Number, Default: 80}}
Resources:
  Site:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: The site
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: !Ref Port, ToPort: !Ref Port, CidrIp: 0.0.0.0/0}]
  Among:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !Ref Site, IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref Site}
  Key: {Type: AWS::EC2::KeyPair, Properties: {KeyName: !Sub "${AWS::StackName}-key", KeyType: ed25519}}
  Machine:
    Type: AWS::EC2::Instance
    Properties:
      ImageId: web
      InstanceType: !Ref Size
      KeyName: !Ref Key
      SecurityGroupIds: [!Ref Site]
      Tags: [{Key: Name, Value: !Sub "${AWS::StackName}-machine"}]
      UserData: !Base64 {"Fn::Sub": "#!/bin/sh\\necho ${AWS::StackName} > /srv/stack\\n"}
  Disk: {Type: AWS::EC2::Volume, Properties: {AvailabilityZone: !GetAtt Machine.AvailabilityZone, Size: 1}}
  Attached:
    Type: AWS::EC2::VolumeAttachment
    Properties: {Device: /dev/sdf, InstanceId: !Ref Machine, VolumeId: !Ref Disk}
Outputs: {Ip: {Value: !GetAtt Machine.PrivateIp}}
"""


@pytest.mark.timeout(600)
def test_a_machine_with_all_that_belongs_to_it_is_made_changed_and_destroyed(desk: Desk) -> None:
    desk.deploy(TEMPLATE)
    cloud, standing = desk.cloud, desk.standing()
    machine = standing["Machine"].physical_id

    (instance,) = cloud.instances.describe([machine])
    assert (instance.state, instance.name) == (InstanceState.RUNNING, "photos-machine")
    assert desk.outputs() == {"Ip": instance.launch.private_ip}
    assert [one.volume_id for one in instance.volumes] == [standing["Disk"].physical_id]
    assert 80 in [inside for _, inside in instance.open_ports]
    wait_for(lambda: cloud.instances.exec(machine, ["cat", "/srv/stack"]).output == b"photos\n")
    group = standing["Site"].physical_id

    def let_in() -> list[tuple[int | None, bool]]:
        permissions = cloud.network.groups.find(group).permissions(egress=False)
        return sorted((one.from_port, one.peer_group == group) for one in permissions)

    assert let_in() == [(80, False), (5432, True)]

    assert desk.deploy(TEMPLATE) == []
    assert desk.deploy(TEMPLATE, Size="t3.small", Port="8080") == [("Modify", "Site"), ("Modify", "Machine")]

    (instance,) = cloud.instances.describe([machine])
    assert (instance.state, instance.launch.instance_type) == (InstanceState.RUNNING, "t3.small")
    assert let_in() == [(5432, True), (8080, False)]

    desk.stacks.destroy("photos")

    assert all(one.state.is_over for one in cloud.instances.describe())
    assert cloud.volumes.describe() == []
    assert cloud.key_pairs.describe() == []
    assert [one.name for one in cloud.network.groups.all()] == ["default"]


def test_an_instance_goes_again_with_a_deployment_that_fails_and_is_found_by_its_launch(desk: Desk) -> None:
    """A shell that was killed while it launched knows no id: the row has the token of the launch."""
    template = """
Resources:
  Machine: {Type: AWS::EC2::Instance, Properties: {ImageId: web, InstanceType: t3.nano}}
  After: {Type: AWS::S3::Bucket, DependsOn: Machine, Properties: {BucketName: BAD}}
"""
    with pytest.raises(StackFailedError):
        desk.deploy(template)
    assert [one.state.is_over for one in desk.cloud.instances.describe()] == [True]
    assert desk.stacks.records.all() == []

    whole = template.replace("BAD", "good")
    desk.deploy(whole)
    row = desk.standing()["Machine"]
    (instance,) = desk.cloud.instances.describe([row.physical_id])
    desk.stacks.records.drop("photos", row)
    token = str(instance.launch.client_token)
    desk.stacks.records.put("photos", dataclasses.replace(row, physical_id=token, status=CREATE_IN_PROGRESS))

    assert ("Add", "Machine") in desk.deploy(whole)

    (before,) = desk.cloud.instances.describe([instance.id])
    assert before.state.is_over
    assert desk.standing()["Machine"].physical_id != instance.id
