"""Instances as they were before the engine was restarted: what it stopped runs again, and with its network."""

from emulator.cloud import Cloud
from emulator.doctor.check import Check
from emulator.errors import EmulatorError
from emulator.instances import Instance, InstanceState
from emulator.instances.parts import ENGINE_STOPPED
from emulator.progress import Progress


def mend_instances(cloud: Cloud, progress: Progress) -> list[Check]:
    """
    Start the instances that only the engine has stopped, and reboot those that run without their network.

    Returns a failed check for each that cannot be mended; the others are.
    """
    unmended = []
    for instance in cloud.instances.describe():
        try:
            _mend(cloud, instance, progress)
        except EmulatorError as error:
            fact = f"it could not be mended: {error.message}"
            unmended.append(Check.fail(f"instance {instance.id}", fact, error.hint))
    return unmended


def _mend(cloud: Cloud, instance: Instance, progress: Progress) -> None:
    name = instance.name or instance.id
    if instance.state is InstanceState.STOPPED and instance.reason == ENGINE_STOPPED and instance.interface_id:
        with progress.step(f"Starting {name}, which the engine has stopped"):
            cloud.instances.start([instance.id])
    elif _has_lost_its_network(cloud, instance):
        with progress.step(f"Rebooting {name}, which has lost its network"):
            cloud.instances.reboot([instance.id])


def _has_lost_its_network(cloud: Cloud, instance: Instance) -> bool:
    runs = instance.state is InstanceState.RUNNING and instance.interface_id is not None
    return runs and not cloud.instances.is_joined(instance)
