"""`cloudlet s3`: buckets and objects, worded as `aws s3` does. Works on folders and the state file, server or not."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import output
from cli.options import command, open_cloud
from cli.output import Answer, printable
from emulator.errors import InvalidRequestError

if TYPE_CHECKING:
    from emulator.buckets import Buckets, S3Uri, StoredObject

app = typer.Typer(
    no_args_is_help=True,
    help="""Buckets: folders whose files are objects.

    \b
    cloudlet s3 mb s3://raw
    cloudlet s3 cp data.csv s3://raw/in/
    cp data.csv "$(cloudlet s3 path s3://raw)"/
    """,
)

_STREAM = "-"

BucketUri = Annotated[str, typer.Argument(metavar="s3://BUCKET", help="A bucket.")]
Recursive = Annotated[bool, typer.Option("--recursive", help="Everything under the prefix or in the folder.")]


@command(app, "mb")
def make_bucket(uri: BucketUri) -> Answer:
    """Make a bucket.

    \b
    cloudlet s3 mb s3://raw

    It is a folder; `cloudlet s3 path s3://raw` says where.
    """
    name = _bucket_only(uri)
    with _buckets() as buckets:
        bucket = buckets.create_bucket(name)
    return Answer(
        document={"Location": f"/{name}"},
        text=f"make_bucket: {name}",
        ids=[name],
        hint=f"its folder is {bucket.path}",
    )


@command(app, "rb")
def remove_bucket(
    uri: BucketUri, force: Annotated[bool, typer.Option("--force", help="Delete all that is in it first.")] = False
) -> Answer:
    """Remove an empty bucket.

    \b
    cloudlet s3 rb s3://raw
    cloudlet s3 rb s3://raw --force
    """
    name = _bucket_only(uri)
    with _buckets() as buckets:
        buckets.delete_bucket(name, force=force)
    return Answer(document={}, text=f"remove_bucket: {name}", ids=[name])


@command(app, "ls")
def list_objects(
    uri: Annotated[str | None, typer.Argument(metavar="[s3://BUCKET[/PREFIX]]", help="Default: the buckets.")] = None,
    recursive: Recursive = False,
) -> Answer:
    """List buckets, or what is in one.

    \b
    cloudlet s3 ls
    cloudlet s3 ls s3://raw/in/
    cloudlet s3 ls s3://raw --recursive --query 'Contents[].Key' --output text
    """
    with _buckets() as buckets:
        return _list_buckets(buckets) if uri in (None, "s3://") else _list_keys(buckets, _parse(str(uri)), recursive)


@command(app, "cp")
def copy(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A path, s3://BUCKET/KEY, or - for stdin.")],
    destination: Annotated[str, typer.Argument(metavar="DESTINATION", help="The same, or - for stdout.")],
    recursive: Recursive = False,
) -> Answer | None:
    """Copy a file into a bucket, out of it, or between buckets.

    \b
    cloudlet s3 cp data.csv s3://raw/in/
    cloudlet s3 cp s3://raw/in/data.csv .
    cloudlet s3 cp s3://raw/in ./copy --recursive
    echo hello | cloudlet s3 cp - s3://raw/hello.txt
    """
    from emulator.buckets import Transfers

    with _buckets() as buckets:
        if destination == _STREAM:
            _write_object(buckets, _object(source))
            return None
        transfers = Transfers(buckets)
        if source == _STREAM:
            uri = _object(destination)
            transfers.upload(sys.stdin.buffer, uri, uri.key)
            return Answer(
                document={"Copied": [{"Source": _STREAM, "Destination": str(uri)}]}, text=f"upload: - to {uri}"
            )
        planned = transfers.plan(_place(source), _place(destination), recursive=recursive)
        for transfer in planned:
            transfers.run(transfer)
    copied = [(transfer.verb, _shown(transfer.source), _shown(transfer.destination)) for transfer in planned]
    return Answer(
        document={"Copied": [{"Source": origin, "Destination": target} for _, origin, target in copied]},
        text="\n".join(printable(f"{verb}: {origin} to {target}") for verb, origin, target in copied),
        hint=None if copied else "there was nothing to copy",
    )


@command(app, "rm")
def remove(
    uri: Annotated[str, typer.Argument(metavar="s3://BUCKET/KEY", help="An object, or a prefix with --recursive.")],
    recursive: Recursive = False,
) -> Answer:
    """Delete an object, or all under a prefix.

    \b
    cloudlet s3 rm s3://raw/in/data.csv
    cloudlet s3 rm s3://raw/in/ --recursive
    """
    from emulator.buckets import S3Uri

    with _buckets() as buckets:
        if recursive:
            target = _parse(uri)
            buckets.scan(target.bucket, target.key)
            keys = [stored.key for stored in buckets.objects.all(target.bucket, target.key)]
        else:
            target = _object(uri)
            keys = [target.key]
        for key in keys:
            buckets.objects.delete(target.bucket, key)
    deleted = [str(S3Uri(target.bucket, key)) for key in keys]
    return Answer(
        document={"Deleted": [{"Key": key} for key in keys]},
        text="\n".join(printable(f"delete: {name}") for name in deleted),
        hint=None if deleted else f"nothing is under {target}",
    )


@command(app, "path")
def show_path(
    uri: Annotated[str, typer.Argument(metavar="s3://BUCKET[/KEY]", help="A bucket, or a key in it.")],
) -> Answer:
    """Print the folder that a bucket is, or the file that a key is.

    \b
    cloudlet s3 path s3://raw
    cp data.csv "$(cloudlet s3 path s3://raw)"/
    """
    from emulator.buckets.keys import relative_path

    target = _parse(uri)
    with _buckets() as buckets:
        folder = buckets.get(target.bucket).path
    path = str(folder / relative_path(target.key.rstrip("/")) if target.key.rstrip("/") else folder)
    return Answer(document={"Path": path}, text=path, ids=[path])


@contextmanager
def _buckets() -> "Iterator[Buckets]":
    with open_cloud() as cloud:
        yield cloud.buckets


def _parse(text: str) -> "S3Uri":
    from emulator.buckets import parse_s3_uri

    return parse_s3_uri(text)


def _bucket_only(text: str) -> str:
    uri = _parse(text)
    if uri.key.strip("/"):
        raise InvalidRequestError(f"{text!r} names a key; a bucket is wanted", hint=f"write s3://{uri.bucket}")
    return uri.bucket


def _object(text: str) -> "S3Uri":
    uri = _parse(text)
    if not uri.key:
        raise InvalidRequestError(f"{text!r} names no object", hint=f"write s3://{uri.bucket}/KEY")
    return uri


def _place(text: str) -> "Path | S3Uri":
    from emulator.buckets import is_s3_uri

    return _parse(text) if is_s3_uri(text) else Path(text)


def _shown(place: "Path | S3Uri") -> str:
    """Return a place as `aws` shows it: paths from here begin with a dot."""
    if not isinstance(place, Path):
        return str(place)
    return str(place) if place.is_absolute() or str(place).startswith("..") else f"./{place}"


def _write_object(buckets: "Buckets", uri: "S3Uri") -> None:
    from emulator.buckets.objects import CHUNK_BYTES

    with buckets.objects.open(uri.bucket, uri.key) as opened:
        while chunk := opened.file.read(CHUNK_BYTES):
            output.write_bytes(chunk)


def _list_buckets(buckets: "Buckets") -> Answer:
    found = buckets.list()
    return Answer(
        document={"Buckets": [{"Name": bucket.name, "CreationDate": bucket.created_at} for bucket in found]},
        text="\n".join(f"{bucket.created_at.astimezone():%Y-%m-%d %H:%M:%S} {bucket.name}" for bucket in found),
        ids=[bucket.name for bucket in found],
        hint=None if found else "no bucket is here; make one with `cloudlet s3 mb s3://NAME`",
    )


def _list_keys(buckets: "Buckets", uri: "S3Uri", recursive: bool) -> Answer:
    buckets.scan(uri.bucket, uri.key)  # a file dropped this instant is there for whoever looks
    objects: list[StoredObject] = []
    prefixes: list[str] = []
    start: str | None = ""
    while start is not None:
        page = buckets.objects.page(uri.bucket, prefix=uri.key, delimiter="" if recursive else "/", start_after=start)
        objects += page.objects
        prefixes += page.common_prefixes
        start = page.next_start
    folder = "" if recursive else uri.key[: uri.key.rfind("/") + 1]
    lines = [f"{'PRE':>30} {printable(prefix.removeprefix(folder))}" for prefix in prefixes]
    lines += [_line(stored, folder) for stored in objects]
    return Answer(
        document={
            "Contents": [_document(stored) for stored in objects],
            "CommonPrefixes": [{"Prefix": prefix} for prefix in prefixes],
        },
        text="\n".join(lines),
        ids=[stored.key for stored in objects],
        hint=None if lines else f"nothing is under {uri}",
    )


def _line(stored: "StoredObject", folder: str) -> str:
    moment = stored.last_modified.astimezone()
    return f"{moment:%Y-%m-%d %H:%M:%S} {stored.size_bytes:>10} {printable(stored.key.removeprefix(folder))}"


def _document(stored: "StoredObject") -> dict[str, object]:
    return {
        "Key": stored.key,
        "LastModified": stored.last_modified,
        "ETag": f'"{stored.etag}"',
        "Size": stored.size_bytes,
        "StorageClass": "STANDARD",
    }
