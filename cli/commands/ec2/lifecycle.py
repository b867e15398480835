"""`ec2 stop-instances`, `start-instances`, `reboot-instances` and `terminate-instances`."""

from typing import Annotated, Any

import typer

from cli.commands.ec2.shared import DryRun, InstanceIds, required
from cli.options import command, open_cloud
from cli.output import Answer

app = typer.Typer()


@command(app, "stop-instances")
def stop_instances(
    instance_ids: InstanceIds = None,
    force: Annotated[bool, typer.Option("--force/--no-force", help="Pull the plug: do not shut down first.")] = False,
    dry_run: DryRun = False,
) -> Answer:
    """Shut instances down; id, disk and private address stay.

    \b
    cloudlet ec2 stop-instances --instance-ids web
    """
    with open_cloud() as cloud:
        changes = cloud.instances.stop(required(instance_ids, "--instance-ids"), force=force, dry_run=dry_run)
    return _changes("StoppingInstances", changes)


@command(app, "start-instances")
def start_instances(instance_ids: InstanceIds = None, dry_run: DryRun = False) -> Answer:
    """Boot stopped instances again.

    \b
    cloudlet ec2 start-instances --instance-ids web
    """
    with open_cloud() as cloud:
        changes = cloud.instances.start(required(instance_ids, "--instance-ids"), dry_run=dry_run)
    return _changes("StartingInstances", changes)


@command(app, "reboot-instances")
def reboot_instances(instance_ids: InstanceIds = None, dry_run: DryRun = False) -> Answer:
    """Boot running instances anew; id, disk, address and public ports stay.

    \b
    cloudlet ec2 reboot-instances --instance-ids web
    """
    with open_cloud() as cloud:
        cloud.instances.reboot(required(instance_ids, "--instance-ids"), dry_run=dry_run)
    return Answer(None, text="")


@command(app, "terminate-instances")
def terminate_instances(instance_ids: InstanceIds = None, dry_run: DryRun = False) -> Answer:
    """End instances for good, with their disks.

    \b
    cloudlet ec2 terminate-instances --instance-ids web
    """
    with open_cloud() as cloud:
        changes = cloud.instances.terminate(required(instance_ids, "--instance-ids"), dry_run=dry_run)
    return _changes("TerminatingInstances", changes)


def _changes(name: str, changes: Any) -> Answer:
    from emulator.instances.document import state_changes

    return Answer(
        state_changes(name, changes),
        columns=("INSTANCE ID", "PREVIOUS", "CURRENT"),
        rows=[(one.instance_id, one.previous.label, one.current.label) for one in changes],
        ids=[one.instance_id for one in changes],
    )
