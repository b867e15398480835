"""`rm`."""

from typing import Annotated

import typer

from cli.commands.s3.arguments import s3_command
from cli.commands.s3.given import Given
from cli.commands.s3.options import FILTERS, REQUEST_PAYER, SHOWING, takes
from cli.commands.s3.report import carry_out
from cli.commands.s3.words import Recursive, object_only, open_buckets, parse
from cli.output import Answer

app = typer.Typer()


@s3_command(app, "rm")
@takes(FILTERS, SHOWING, REQUEST_PAYER)
def remove(
    ctx: typer.Context,
    given: Given,
    uri: Annotated[str, typer.Argument(metavar="s3://BUCKET/KEY", help="An object, or a prefix with --recursive.")],
    recursive: Recursive = False,
) -> Answer:
    """Delete an object, or all under a prefix.

    \b
    cloudlet s3 rm s3://raw/in/data.csv
    cloudlet s3 rm s3://raw/in/ --recursive
    cloudlet s3 rm s3://raw --recursive --exclude '*' --include '*.tmp' --dryrun

    With --recursive the prefix is a folder: `s3://raw/in` means what begins with `in/`. What is not there is deleted
    with success, as on AWS.
    """
    from emulator.buckets.transfers import Request, Transfers

    request = Request(
        parse(uri) if recursive else object_only(uri),
        recursive=recursive,
        patterns=given.patterns,
        page_size=ctx.params["page_size"] or Request.page_size,
    )
    with open_buckets() as buckets:
        transfers = Transfers(buckets)
        return carry_out(ctx, transfers, request, transfers.plan(request), given)
