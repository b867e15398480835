"""Making and removing buckets."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.s3.arguments import pairs_of, s3_command
from cli.commands.s3.given import Given
from cli.commands.s3.options import is_shown_live
from cli.commands.s3.report import carry_out
from cli.commands.s3.words import BucketUri, bucket_only, open_buckets
from cli.output import Answer
from emulator.errors import EmulatorError

if TYPE_CHECKING:
    from emulator.buckets import Buckets

app = typer.Typer()


@s3_command(app, "mb")
def make_bucket(
    uri: BucketUri,
    path: Annotated[
        Path | None, typer.Option("--path", metavar="DIR", help="A folder that is here already; it becomes the bucket.")
    ] = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tags", metavar="KEY VALUE", help="A tag of the bucket; may be repeated.")
    ] = None,
) -> Answer:
    """Make a bucket.

    \b
    cloudlet s3 mb s3://raw
    cloudlet s3 mb s3://photos --path ~/Pictures
    cloudlet s3 mb s3://raw --tags project demo

    It is a folder; `cloudlet s3 path s3://raw` says where. One that is adopted with --path stays where it is, and its
    files are objects at once.
    """
    name = bucket_only(uri)
    with open_buckets() as buckets:
        bucket = buckets.create_bucket(name, path.expanduser() if path else None)
        if tags:
            tag_set = [{"Key": key, "Value": value} for key, value in pairs_of(tags)]
            buckets.bucket_settings.put(name, "BucketTagging", {"TagSet": tag_set})
    return Answer(
        document={"Location": f"/{name}"},
        text=f"make_bucket: {name}",
        ids=[name],
        hint=f"its folder is {path.expanduser().resolve() if path else bucket.path}",
    )


@s3_command(app, "rb")
def remove_bucket(
    ctx: typer.Context,
    uri: BucketUri,
    force: Annotated[bool, typer.Option("--force", help="Delete all that is in it first.")] = False,
) -> Answer:
    """Remove an empty bucket.

    \b
    cloudlet s3 rb s3://raw
    cloudlet s3 rb s3://raw --force

    A folder that was adopted with `mb --path` stays, with its files.
    """
    name = bucket_only(uri)
    with open_buckets() as buckets:
        if force and not buckets.path(name).is_symlink():
            _delete_all(ctx, buckets, name)
        buckets.delete_bucket(name, force=force)
    return Answer(document={}, text=f"remove_bucket: {name}", ids=[name])


def _delete_all(ctx: typer.Context, buckets: "Buckets", name: str) -> None:
    """Delete the objects with a line each, where people read them; what is left goes with the bucket."""
    from emulator.buckets import S3Uri
    from emulator.buckets.transfers import Request, Transfers

    if not is_shown_live(ctx):
        return
    transfers, request = Transfers(buckets), Request(S3Uri(name), recursive=True)
    deleted = carry_out(ctx, transfers, request, transfers.plan(request), Given({}))
    if deleted.exit_code:
        raise EmulatorError(
            "remove_bucket failed: Unable to delete all objects in the bucket, bucket will not be deleted."
        )
