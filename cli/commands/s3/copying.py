"""`cp` and `mv`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cli import output
from cli.commands.s3.arguments import s3_command
from cli.commands.s3.given import Given
from cli.commands.s3.options import DESCRIBING, FILTERS, LINKS, SHOWING, WITHOUT_MEANING, takes
from cli.commands.s3.report import carry_out
from cli.commands.s3.words import Recursive, object_only, open_buckets, parse
from cli.output import Answer
from emulator.errors import InvalidRequestError

if TYPE_CHECKING:
    from emulator.buckets import Buckets, S3Uri

app = typer.Typer()

_STREAM = "-"

Source = Annotated[str, typer.Argument(metavar="SOURCE", help="A path or s3://BUCKET/KEY; for cp also - for stdin.")]
Destination = Annotated[str, typer.Argument(metavar="DESTINATION", help="The same; for cp also - for stdout.")]


@s3_command(app, "cp")
@takes(FILTERS, SHOWING, DESCRIBING, LINKS, WITHOUT_MEANING)
def copy(
    ctx: typer.Context, given: Given, source: Source, destination: Destination, recursive: Recursive = False
) -> Answer | None:
    """Copy files into a bucket, out of it, or between buckets.

    \b
    cloudlet s3 cp data.csv s3://raw/in/
    cloudlet s3 cp s3://raw/in/data.csv .
    cloudlet s3 cp s3://raw/in ./copy --recursive --exclude '*' --include '*.csv'
    cloudlet s3 cp site s3://web --recursive --cache-control max-age=60
    cloudlet s3 cp s3://raw/a s3://raw/a --metadata project=demo
    echo hello | cloudlet s3 cp - s3://raw/hello.txt

    A destination that ends in a slash keeps the files' names. Exits with 1 if a file failed, the others being copied,
    and with 2 if one was left out that no object can be made of.
    """
    if _STREAM in (source, destination):
        return _stream(source, destination, given, recursive=recursive)
    return _transfer(ctx, source, destination, given, recursive=recursive, moves=False)


@s3_command(app, "mv")
@takes(FILTERS, SHOWING, DESCRIBING, LINKS, WITHOUT_MEANING)
def move(
    ctx: typer.Context, given: Given, source: Source, destination: Destination, recursive: Recursive = False
) -> Answer:
    """Move files into a bucket, out of it, or within and between buckets.

    \b
    cloudlet s3 mv data.csv s3://raw/in/
    cloudlet s3 mv s3://raw/in/ s3://raw/done/ --recursive
    cloudlet s3 mv s3://raw/out/report.pdf .

    Between this machine and a bucket on one file system, files are renamed and not copied. Between keys it is a copy
    and then a deletion, with an event each.
    """
    if _STREAM in (source, destination):
        raise InvalidRequestError("Streaming currently is only compatible with non-recursive cp commands")
    return _transfer(ctx, source, destination, given, recursive=recursive, moves=True)


def _transfer(
    ctx: typer.Context, source: str, destination: str, given: Given, *, recursive: bool, moves: bool
) -> Answer:
    from emulator.buckets.transfers import Request, Transfers, parse_place

    request = Request(
        parse_place(source),
        parse_place(destination),
        recursive=recursive,
        moves=moves,
        patterns=given.patterns,
        follows_links=given["follow_symlinks"],
        page_size=ctx.params["page_size"] or Request.page_size,
    )
    with open_buckets() as buckets:
        transfers = Transfers(buckets)
        return carry_out(ctx, transfers, request, transfers.plan(request), given)


def _stream(source: str, destination: str, given: Given, *, recursive: bool) -> Answer | None:
    from emulator.buckets.transfers import Transfers

    if recursive:
        raise InvalidRequestError("Streaming currently is only compatible with non-recursive cp commands")
    if given["dryrun"]:
        verb = "upload" if source == _STREAM else "download"
        return Answer(None, text=f"(dryrun) {verb}: {source} to {destination}")
    with open_buckets() as buckets:
        if source != _STREAM:
            _write_object(buckets, object_only(source))
            return None
        stored_at = Transfers(buckets).upload_stream(sys.stdin.buffer, parse(destination), given.terms)
    return Answer(document={"Copied": [{"Source": _STREAM, "Destination": str(stored_at)}]}, text="")


def _write_object(buckets: "Buckets", uri: "S3Uri") -> None:
    from emulator.buckets.objects import CHUNK_BYTES

    with buckets.objects.open(uri.bucket, uri.key) as opened:
        while chunk := opened.file.read(CHUNK_BYTES):
            output.write_bytes(chunk)
