"""How the instances stand: what an engine that was restarted, or a hand from outside, has done to them."""

from emulator.cloud import Cloud
from emulator.doctor.check import Check
from emulator.instances import Instance, InstanceState


def examine_instances(cloud: Cloud) -> list[Check]:
    """Return a check for all instances together, or one for each that needs something."""
    instances = cloud.instances.describe()
    alive = [one for one in instances if one.state is not InstanceState.TERMINATED]
    troubles = [trouble for one in alive if (trouble := _trouble(cloud, one))]
    if troubles:
        return troubles
    running = sum(one.state is InstanceState.RUNNING for one in alive)
    return [Check.ok("instances", f"{running} running, {len(alive) - running} not")]


def _trouble(cloud: Cloud, instance: Instance) -> Check | None:
    if instance.state is InstanceState.PENDING:
        return None  # its interface is on its way
    if instance.interface_id is None:
        return Check.warn(
            f"instance {instance.id}",
            "its network interface was removed from outside",
            f"save its disk with `cloudlet ec2 create-image --instance-id {instance.id} --name NAME`, terminate it, "
            "and launch another from that image",
        )
    if instance.state is InstanceState.RUNNING and not cloud.instances.is_joined(instance):
        return Check.warn(
            f"instance {instance.id}",
            "it runs without its network: the interface was restarted under it",
            f"reboot it: cloudlet ec2 reboot-instances --instance-ids {instance.id}",
        )
    return None
