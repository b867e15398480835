"""Stacks with instances, on a real engine."""

import pytest

from emulator.instances import InstanceState
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
