"""`cloudlet lambda`: functions, with the verbs and flags of `aws lambda`; `deploy`, `logs` and triggers are our own."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.helptext import HelpfulCommand
from cli.options import command, open_cloud, parse_pairs, read_bytes_argument
from cli.output import Answer, note, write, write_bytes

app = typer.Typer(
    name="lambda",
    no_args_is_help=True,
    help="""Functions: handlers that run when something happens.

    \b
    cloudlet lambda deploy ./code --name summarize --handler app.handler
    cloudlet lambda invoke --function-name summarize --payload '{"key": "value"}'
    cloudlet lambda add-trigger summarize --bucket raw --suffix .csv
    cloudlet lambda logs summarize --follow
    """,
)

FunctionName = Annotated[str, typer.Option("--function-name", metavar="NAME", help="A function's name or ARN.")]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A function's name or ARN.")]


@command(app, "deploy")
def deploy(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder with the handler's code.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What the function is called.")],
    handler: Annotated[
        str, typer.Option("--handler", metavar="FILE.FUNCTION", help="What to run, such as app.handler.")
    ],
    runtime: Annotated[
        str, typer.Option("--runtime", metavar="RUNTIME", help="python3.11, the only one so far and the default.")
    ] = "python3.11",
    memory_size: Annotated[
        int | None, typer.Option("--memory-size", metavar="MB", help="128 to 10240, default 128; CPU grows with it.")
    ] = None,
    timeout: Annotated[int | None, typer.Option("--timeout", metavar="SECONDS", help="1 to 900, default 3.")] = None,
    env: Annotated[
        list[str] | None,
        typer.Option("--env", metavar="NAME=VALUE...", help="The handler's environment; replaces the one it had."),
    ] = None,
) -> Answer:
    """Create or update a function from a folder. Its requirements.txt is installed, too.

    \b
    cloudlet lambda deploy ./code --name summarize --handler app.handler
    cloudlet lambda deploy ./code --name summarize --handler app.handler \\
        --memory-size 512 --timeout 30 --env STAGE=test LEVEL=debug
    """
    from emulator.functions.document import configuration
    from emulator.functions.service import Deployment

    wanted = Deployment(
        source=folder,
        name=name,
        handler=handler,
        runtime=runtime,
        memory_mb=memory_size,
        timeout_seconds=timeout,
        environment=None if env is None else parse_pairs(env, "--env"),
    )
    with open_cloud() as cloud:
        function = cloud.functions.deploy(wanted)
    return _table(
        [function],
        configuration(function, cloud.settings.region),
        hint=f"{function.name} is ready. Run it: cloudlet lambda invoke --function-name {function.name}",
    )


@command(app, "list-functions")
def list_functions() -> Answer:
    """List the deployed functions.

    \b
    cloudlet lambda list-functions
    """
    from emulator.functions.document import configuration

    with open_cloud() as cloud:
        found = cloud.functions.list()
    document = {"Functions": [configuration(one, cloud.settings.region) for one in found]}
    return _table(found, document, hint=None if found else "no functions yet; see `cloudlet lambda deploy --help`")


@command(app, "get-function")
def get_function(function_name: FunctionName) -> Answer:
    """Show a function's configuration and where its code lies.

    \b
    cloudlet lambda get-function --function-name summarize
    """
    from emulator.functions import document

    with open_cloud() as cloud:
        found = cloud.functions.find(function_name)
        location = cloud.functions.code_folder(found).as_uri()
    return _table([found], document.function(found, cloud.settings.region, location), hint=None)


@command(app, "delete-function")
def delete_function(function_name: FunctionName) -> Answer:
    """Delete a function with its triggers; its logs stay.

    \b
    cloudlet lambda delete-function --function-name summarize
    """
    with open_cloud() as cloud:
        name = cloud.triggers.delete_function(function_name)
    return Answer(None, text="", hint=f"{name} is deleted")


@command(app, "invoke")
def invoke(
    function_name: FunctionName,
    payload: Annotated[
        str, typer.Option("--payload", metavar="JSON", help="The event: JSON, file://F, or - for stdin; default: {}.")
    ] = "{}",
    outfile: Annotated[
        Path | None, typer.Argument(metavar="OUTFILE", help="Where the result goes; stdout if left out.")
    ] = None,
    invocation_type: Annotated[
        str,
        typer.Option("--invocation-type", metavar="TYPE", help="RequestResponse (default), Event (queued) or DryRun."),
    ] = "RequestResponse",
    log_type: Annotated[
        str,
        typer.Option(
            "--log-type", metavar="TYPE", help="Tail shows the last 4 KB of the log on stderr; default: None."
        ),
    ] = "None",
    fail_on_function_error: Annotated[
        bool, typer.Option("--fail-on-function-error", help="Exit with 4 if the handler failed.")
    ] = False,
) -> Answer:
    """Run a function and return its result. With no server up, one is started for this call alone.

    \b
    cloudlet lambda invoke --function-name summarize --payload '{"key": "value"}'
    cloudlet lambda invoke --function-name summarize \\
        --payload file://event.json out.json
    """
    from cli.commands.invocation import Call, answer_of, run

    call = Call(function_name, read_bytes_argument(payload, "--payload"), invocation_type, log_type)
    with open_cloud(quiet=True) as cloud:
        cloud.functions.find(function_name)
        reply = run(cloud.home, call)
    return answer_of(call, reply, outfile, fail=fail_on_function_error)


@app.command("logs", cls=HelpfulCommand)
def logs(
    name: NameArgument,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
) -> None:
    """Show what a function logged.

    \b
    cloudlet lambda logs summarize
    cloudlet lambda logs summarize --follow
    """
    import time

    with open_cloud() as cloud:
        reader = cloud.functions.logs(name)
        while True:
            for line in reader.new_lines():
                write(line.replace("\r", "\n"))  # a traceback is one event, its lines joined by \r
            if not follow:
                return
            write_bytes(b"")
            time.sleep(0.2)


@command(app, "add-trigger")
def add_trigger(
    name: NameArgument,
    bucket: Annotated[str, typer.Option("--bucket", metavar="BUCKET", help="The bucket whose changes run it.")],
    prefix: Annotated[str, typer.Option("--prefix", metavar="P", help="Only keys that begin so; default: any.")] = "",
    suffix: Annotated[
        str, typer.Option("--suffix", metavar="S", help="Only keys that end so, such as .csv; default: any.")
    ] = "",
    events: Annotated[
        list[str] | None,
        typer.Option("--events", metavar="EVENT...", help="Which changes; default: s3:ObjectCreated:*."),
    ] = None,
) -> Answer:
    """Run a function whenever a bucket changes.

    \b
    cloudlet lambda add-trigger summarize --bucket raw --suffix .csv
    cloudlet lambda add-trigger tidy --bucket raw --events 's3:ObjectRemoved:*'
    """
    from emulator.pipeline.triggers import DEFAULT_EVENTS

    with open_cloud() as cloud:
        trigger = cloud.triggers.add(name, bucket, events=events or DEFAULT_EVENTS, prefix=prefix, suffix=suffix)
        path = cloud.buckets.path(bucket)
    return _triggers([trigger], hint=f"drop a file to run it: cp data{suffix} {path}/{prefix} (the server must be up)")


@command(app, "list-triggers")
def list_triggers(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Only this function's.")] = None,
) -> Answer:
    """List which changes run which functions.

    \b
    cloudlet lambda list-triggers
    cloudlet lambda list-triggers summarize --quiet
    """
    with open_cloud() as cloud:
        found = cloud.triggers.list(name)
    return _triggers(found, hint=None if found else "no triggers yet; see `cloudlet lambda add-trigger --help`")


@command(app, "remove-trigger")
def remove_trigger(trigger_id: Annotated[str, typer.Argument(metavar="ID", help="From list-triggers.")]) -> Answer:
    """Remove a trigger; what it queued already is still handled.

    \b
    cloudlet lambda remove-trigger $(cloudlet lambda list-triggers summarize -q)
    """
    with open_cloud() as cloud:
        cloud.triggers.remove(trigger_id)
    note(f"trigger {trigger_id} is removed")
    return Answer(None, text="")


def _table(functions: Any, document: object, hint: str | None) -> Answer:
    return Answer(
        document,
        columns=("NAME", "RUNTIME", "HANDLER", "MEMORY", "TIMEOUT", "LAST MODIFIED"),
        rows=[
            (
                one.name,
                one.runtime,
                one.handler,
                f"{one.memory_mb} MB",
                f"{one.timeout_seconds} s",
                f"{one.last_modified:%Y-%m-%d %H:%M:%S}",
            )
            for one in functions
        ],
        ids=[one.name for one in functions],
        hint=hint,
    )


def _triggers(triggers: Any, hint: str | None) -> Answer:
    return Answer(
        {
            "Triggers": [
                {
                    "Id": one.rule.id,
                    "LambdaFunctionArn": one.rule.target,
                    "Bucket": one.rule.bucket,
                    "Events": list(one.rule.events),
                    "Filter": {"Prefix": one.rule.prefix, "Suffix": one.rule.suffix},
                }
                for one in triggers
            ]
        },
        columns=("ID", "FUNCTION", "BUCKET", "PREFIX", "SUFFIX", "EVENTS"),
        rows=[
            (
                one.rule.id,
                one.function,
                one.rule.bucket,
                one.rule.prefix or "-",
                one.rule.suffix or "-",
                ", ".join(one.rule.events),
            )
            for one in triggers
        ],
        ids=[one.rule.id for one in triggers],
        hint=hint,
    )
