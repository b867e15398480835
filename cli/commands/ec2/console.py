"""`ec2 get-console-output`."""

from typing import Annotated

import typer

from cli.commands.ec2.shared import DryRun, InstanceId
from cli.options import command, open_cloud
from cli.output import Answer

app = typer.Typer()


@command(app, "get-console-output")
def get_console_output(
    instance_id: InstanceId,
    latest: Annotated[
        bool, typer.Option("--latest/--no-latest", help="As on AWS; here it is always the latest.")
    ] = False,
    dry_run: DryRun = False,
) -> Answer:
    """Show the last 64 KiB that an instance printed on its console, as it came.

    \b
    cloudlet ec2 get-console-output --instance-id web
    cloudlet ec2 get-console-output --instance-id web \\
        --query Output --output text
    """
    from emulator.instances.console import console_output
    from emulator.resources.dry_run import DryRunError
    from emulator.units import utc_now

    with open_cloud() as cloud:
        (instance,) = cloud.instances.describe([instance_id])
        if dry_run:
            raise DryRunError
        output = console_output(cloud.instances.console(instance.id))
    return Answer(
        {"InstanceId": instance.id, "Timestamp": utc_now(), "Output": output},
        text=output.rstrip("\r\n"),
        ids=[instance.id],
        hint=None if output else f"{instance.id} has printed nothing, or nothing of it was kept",
    )
