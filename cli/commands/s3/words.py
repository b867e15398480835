"""The words between a command line and the core: places as people write them, and as `aws s3` shows them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import open_cloud
from emulator.errors import InvalidRequestError

if TYPE_CHECKING:
    from emulator.buckets import Buckets, S3Uri
    from emulator.buckets.transfers import Place

BucketUri = Annotated[str, typer.Argument(metavar="s3://BUCKET", help="A bucket.")]
ObjectUri = Annotated[str, typer.Argument(metavar="s3://BUCKET/KEY", help="An object.")]
Recursive = Annotated[bool, typer.Option("--recursive", help="Everything under the prefix or in the folder.")]

_SCHEME = "s3://"


@contextmanager
def open_buckets() -> "Iterator[Buckets]":
    """Yield this user's buckets."""
    with open_cloud() as cloud:
        yield cloud.buckets


def with_scheme(text: str) -> str:
    """Return *text* as a place in S3, for commands that can mean nothing else: `aws s3 ls raw` is `s3://raw`."""
    return text if text.startswith(_SCHEME) else _SCHEME + text


def parse(text: str) -> "S3Uri":
    from emulator.buckets import parse_s3_uri

    return parse_s3_uri(text)


def bucket_only(text: str) -> str:
    """Return the bucket that *text* names; InvalidRequestError if it names a key."""
    uri = parse(text)
    if uri.key.strip("/"):
        raise InvalidRequestError(f"{text!r} names a key; a bucket is wanted", hint=f"write s3://{uri.bucket}")
    return uri.bucket


def object_only(text: str) -> "S3Uri":
    """Return the object that *text* names; InvalidRequestError if it names a bucket."""
    uri = parse(text)
    if not uri.key:
        raise InvalidRequestError(f"{text!r} names no object", hint=f"write s3://{uri.bucket}/KEY")
    return uri


def shown(place: "Place") -> str:
    """Return a place as `aws s3` shows it: a path is one from here, and begins with a dot."""
    from emulator.buckets.transfers import LocalPath

    if not isinstance(place, LocalPath):
        return str(place)
    folder, name = os.path.split(os.path.abspath(place.path))  # noqa: PTH100
    return os.path.join(os.path.relpath(folder), name)  # noqa: PTH118


def human_size(count: int) -> str:
    """
    Return *count* bytes as `aws s3` writes them.

    >>> human_size(1), human_size(1000), human_size(1536), human_size(1024**3 - 1)
    ('1 Byte', '1000 Bytes', '1.5 KiB', '1.0 GiB')
    """
    if count == 1:
        return "1 Byte"
    if count < 1024:
        return f"{count} Bytes"
    size = float(count)
    for unit in ("KiB", "MiB", "GiB", "TiB", "PiB"):
        size /= 1024
        if round(size) < 1024:
            return f"{size:.1f} {unit}"
    return f"{size / 1024:.1f} EiB"
