"""`sync`."""

from typing import Annotated

import typer

from cli.commands.s3.arguments import s3_command
from cli.commands.s3.given import Given
from cli.commands.s3.options import DESCRIBING, FILTERS, LINKS, SHOWING, WITHOUT_MEANING, takes
from cli.commands.s3.report import carry_out
from cli.commands.s3.words import open_buckets
from cli.output import Answer
from emulator.errors import InvalidRequestError

app = typer.Typer()


@s3_command(app, "sync")
@takes(FILTERS, SHOWING, DESCRIBING, LINKS, WITHOUT_MEANING)
def sync(
    ctx: typer.Context,
    given: Given,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A folder, or s3://BUCKET[/PREFIX].")],
    destination: Annotated[str, typer.Argument(metavar="DESTINATION", help="The same.")],
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete what only the destination has, unless a pattern leaves it out.")
    ] = False,
    size_only: Annotated[bool, typer.Option("--size-only", help="Compare sizes, and no times.")] = False,
    exact_timestamps: Annotated[
        bool, typer.Option("--exact-timestamps", help="Download, too, what is older here than in the bucket.")
    ] = False,
) -> Answer:
    """Copy what is new or has changed, from a folder or a prefix to another.

    \b
    cloudlet s3 sync ./site s3://web --delete
    cloudlet s3 sync s3://raw/in ./in --exclude '*.tmp'
    cloudlet s3 sync s3://raw s3://backup --dryrun

    A file has changed if its size is another or its source is newer; for a download, as with `aws`, if the file here is
    newer. Files that are downloaded get the objects' times, so that nothing is copied twice.
    """
    from emulator.buckets.transfers import Comparison, Request, Transfers, parse_place

    if "-" in (source, destination):
        raise InvalidRequestError("Streaming currently is only compatible with non-recursive cp commands")
    comparison = Comparison.TIMES
    if size_only or exact_timestamps:
        comparison = Comparison.SIZES if size_only else Comparison.EXACT_TIMES
    request = Request(
        parse_place(source),
        parse_place(destination),
        recursive=True,
        patterns=given.patterns,
        follows_links=given["follow_symlinks"],
        page_size=ctx.params["page_size"] or Request.page_size,
    )
    with open_buckets() as buckets:
        transfers = Transfers(buckets)
        return carry_out(ctx, transfers, request, transfers.plan_sync(request, comparison, deletes=delete), given)
