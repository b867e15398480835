"""`lambda invoke`."""

from pathlib import Path
from typing import Annotated

import typer

from cli.commands.lambda_.shared import FunctionName, Qualifier
from cli.options import command, open_cloud, read_bytes_argument
from cli.output import Answer

app = typer.Typer()


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
    qualifier: Qualifier = None,
    client_context: Annotated[
        str | None, typer.Option("--client-context", metavar="BASE64", help="JSON in base64: the context's own part.")
    ] = None,
    cli_binary_format: Annotated[str | None, typer.Option("--cli-binary-format", hidden=True)] = None,
    fail_on_function_error: Annotated[
        bool, typer.Option("--fail-on-function-error", help="Exit with 4 if the handler failed.")
    ] = False,
) -> Answer:
    """Run a function and return its result. With no server up, one is started for this call alone.

    \b
    cloudlet lambda invoke --function-name summarize --payload '{"key": "value"}'
    cloudlet lambda invoke --function-name summarize \\
        --payload file://event.json out.json
    cloudlet lambda invoke --function-name summarize --qualifier live \\
        --log-type Tail out.json
    """
    from cli.commands.lambda_.invocation import Call, answer_of, run

    del cli_binary_format  # a payload is what it is here, in each of aws's formats
    event = read_bytes_argument(payload, "--payload")
    call = Call(function_name, event, invocation_type, log_type, qualifier, client_context)
    with open_cloud(quiet=True) as cloud:
        cloud.functions.find(function_name, qualifier)
        reply = run(cloud.settings, call)
    return answer_of(call, reply, outfile, fail=fail_on_function_error)
