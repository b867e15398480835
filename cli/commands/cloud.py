"""The commands that are about the whole: start, stop, status, wait, env, reset."""

from typing import Annotated

import typer

from cli.options import command, open_cloud
from cli.output import Answer, note, printable
from emulator.errors import ConflictError, InvalidRequestError

_IN_THE_WAY = (
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_LAMBDA",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)
"""What a shell may have set for AWS itself, and AWS's tools would heed before, or beside, what is printed here."""
_MOST_TOLD = 5
"""Failures in full; of three thousand, nobody reads the rest."""


def add_to(app: typer.Typer) -> None:
    """Register the commands at the top of the tree."""
    from cli.commands import cost, doctor, top

    command(app, "start")(start)
    command(app, "stop")(stop)
    command(app, "status")(status)
    top.add_to(app)
    cost.add_to(app)
    command(app, "wait")(wait)
    command(app, "env")(env)
    command(app, "reset")(reset)
    doctor.add_to(app)


def start(
    foreground: Annotated[bool, typer.Option("--foreground", help="Stay here; Ctrl-C ends it.")] = False,
    require_auth: Annotated[
        bool, typer.Option("--require-auth", help="Refuse S3 requests that are not signed; see `help environment`.")
    ] = False,
) -> Answer:
    """Run the server: triggers, warm functions, the S3 and Lambda endpoint.

    \b
    cloudlet start
    cloudlet start --foreground
    CLOUDLET_PORT=4570 cloudlet start
    """
    from cli.server import find_server, run_in_foreground, start_server

    options = ["--require-auth"] if require_auth else []
    with open_cloud() as cloud:
        if running := find_server(cloud.home):
            raise ConflictError(
                f"the server already runs (pid {running.pid}, port {running.port})",
                hint="see it with `cloudlet status`, end it with `cloudlet stop`",
            )
        cloud.engine.info()
        cloud.images.holder_image()
        if foreground:
            return Answer(None, text="", exit_code=run_in_foreground(cloud.settings, options))
        with cloud.progress.step("starting the server"):
            server = start_server(cloud.settings, _say_that_it_waits, options)
    facts = server.status()
    left = facts["recovered"]
    if left["events"] or left["workers"]:
        note(
            f"the last server was killed: {left['events']} event(s) it had in hand are handled again, "
            f"{left['workers']} container(s) it left are removed"
        )
    return Answer(
        facts,
        text=f"cloudlet runs at {facts['endpoint']} (pid {server.pid})",
        hint="drop files into bucket folders; see `cloudlet status`, end it with `cloudlet stop`",
    )


def _say_that_it_waits() -> None:
    note("waiting for the end of an invocation without a server")


def stop() -> Answer:
    """End the server. What runs is finished, workers are removed, instances stay.

    \b
    cloudlet stop
    """
    from cli.server import has_server, stop_server

    with open_cloud() as cloud:
        if not has_server(cloud.home):
            return Answer({"Stopped": False}, text="", hint="no server runs for this home")
        with cloud.progress.step("stopping the server"):
            pid = stop_server(cloud.home)
    return Answer({"Stopped": True, "Pid": pid}, text=f"the server{f' (pid {pid})' if pid else ''} has ended")


def status() -> Answer:
    """Show what is up: engine, server, instances, functions, buckets, queue, disk.

    \b
    cloudlet status
    cloudlet status --query queue
    cloudlet status --query disk_bytes
    """
    from cli.commands.overview import overview

    with open_cloud() as cloud:
        return overview(cloud)


def wait(
    timeout: Annotated[
        float, typer.Option("--timeout", min=0, metavar="SECONDS", help="How long at most; default: 300.")
    ] = 300,
) -> Answer:
    """Wait until everything dropped or queued so far is done. Exit 1 if something failed for good or time ran out.

    \b
    cp data.csv "$(cloudlet s3 path s3://raw)"/ && cloudlet wait --timeout 60
    """
    from cli import errors
    from cli.server import require_server

    with open_cloud() as cloud:
        outcome = require_server(cloud.home).wait(timeout)
    given_up, retried = outcome["Failed"], outcome["Retried"]
    for failed in given_up[:_MOST_TOLD]:
        said = f"{failed['FunctionName']} gave up on {failed['Source']}: {failed['Error']}"
        note(printable(f"error: {said} (event {failed['RequestId']})"))
    if len(given_up) > _MOST_TOLD:
        note(f"error: {len(given_up) - _MOST_TOLD} more were given up: see `cloudlet events list --state failed`")
    for failed in retried[:_MOST_TOLD]:
        said = f"{failed['FunctionName']} failed on {failed['Source']}: {failed['Error']}"
        note(printable(f"error: {said}; it is tried again in {failed['NextTrySeconds']:.0f} s"))
    if len(retried) > _MOST_TOLD:
        note(f"error: {len(retried) - _MOST_TOLD} more are tried again: see `cloudlet events list --state queued`")
    if not outcome["Idle"]:
        note(f"error: {outcome['Pending']} event(s) are still pending after {timeout:g} s")
    good = outcome["Idle"] and not outcome["Failed"]
    return Answer(outcome, text="", exit_code=0 if good else errors.FAILED)


def env() -> Answer:
    """Print what to set so that AWS's own tools use this cloud.

    \b
    eval "$(cloudlet env)"
    cloudlet env --output json
    """
    import shlex

    from cli.server import find_server

    with open_cloud() as cloud:
        running = find_server(cloud.home)
        port = running.port if running else cloud.settings.port
    values = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": cloud.settings.access_key_id,
        "AWS_SECRET_ACCESS_KEY": cloud.settings.secret_access_key,
        "AWS_REGION": cloud.settings.region,
        "AWS_DEFAULT_REGION": cloud.settings.region,
    }
    lines = [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
    return Answer(values, text="\n".join([*lines, f"unset {' '.join(_IN_THE_WAY)}"]))


def reset(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> Answer:
    """Remove everything of this home, and only that. Server, instances, their images, functions, buckets, files, logs.

    \b
    cloudlet reset --yes
    """
    import sys

    from cli.commands.removal import remove_home

    with open_cloud() as cloud:
        doomed = f"everything in {cloud.home.root} but your own AMI definitions"
        if not yes:
            if not sys.stdin.isatty():
                raise InvalidRequestError(f"reset removes {doomed}", hint="confirm it with --yes")
            typer.confirm(f"Remove {doomed}, objects included?", abort=True, err=True)
        removed = remove_home(cloud)
    kept = f" and your AMIs in {cloud.home.user_amis}" if cloud.home.user_amis.exists() else ""
    hint = f"{cloud.home.root} is reset; kept for the next time: the images that were built from definitions{kept}"
    return Answer(removed, text="", hint=hint)
