"""`ls`: buckets, or what is in one, in the columns of `aws s3 ls`."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import output
from cli.commands.s3.arguments import s3_command
from cli.commands.s3.given import Given
from cli.commands.s3.options import REQUEST_PAYER, is_shown_live, takes
from cli.commands.s3.words import Recursive, human_size, open_buckets, parse, with_scheme
from cli.errors import FAILED
from cli.output import Answer, note, printable

if TYPE_CHECKING:
    from emulator.buckets import Buckets, Page, S3Uri, StoredObject

app = typer.Typer()

_PAGE = 1000
_MOST_NAMES = 3
_LONGEST_NAME = 30
_MARK = "  (not in the folder)"


@s3_command(app, "ls")
@takes(REQUEST_PAYER)
def list_objects(
    ctx: typer.Context,
    given: Given,
    uri: Annotated[str | None, typer.Argument(metavar="[s3://BUCKET[/PREFIX]]", help="Default: the buckets.")] = None,
    recursive: Recursive = False,
    human_readable: Annotated[bool, typer.Option("--human-readable", help="Show sizes in KiB, MiB, GiB.")] = False,
    summarize: Annotated[bool, typer.Option("--summarize", help="Show the number and the size of all, too.")] = False,
    bucket_name_prefix: Annotated[
        str, typer.Option("--bucket-name-prefix", metavar="P", help="Only buckets whose names begin so.")
    ] = "",
    bucket_region: Annotated[
        str | None, typer.Option("--bucket-region", metavar="REGION", help="Only buckets of this region.")
    ] = None,
) -> Answer:
    """List buckets, or what is in one.

    \b
    cloudlet s3 ls
    cloudlet s3 ls s3://raw/in/
    cloudlet s3 ls s3://raw --recursive --human-readable --summarize
    cloudlet s3 ls s3://raw --recursive --query 'Contents[].Key' --output text

    Exits with 1 if nothing begins with the prefix. Keys that a folder cannot hold, such as `a` beside `a/b`, are marked
    on a terminal, and told apart in documents by `InFolder`.
    """
    listing = _Listing(
        live=is_shown_live(ctx) and not ctx.params["quiet"], human_readable=human_readable, summarize=summarize
    )
    with open_buckets() as buckets:
        if uri in (None, "s3://"):
            here = bucket_region in (None, buckets.settings.region)
            return listing.of_buckets(buckets, bucket_name_prefix, here=here)
        page_size = min(max(ctx.params["page_size"] or _PAGE, 1), _PAGE)
        return listing.of_objects(buckets, parse(with_scheme(str(uri))), page_size, recursive=recursive)


class _Listing:
    """Writes pages as they come, or gathers them."""

    def __init__(self, *, live: bool, human_readable: bool, summarize: bool) -> None:
        self._live = live
        self._human_readable = human_readable
        self._summarize = summarize
        self._marks = live and sys.stdout.isatty()
        self._count = self._bytes = 0
        self._outside: list[str] = []

    def of_buckets(self, buckets: "Buckets", prefix: str, *, here: bool) -> Answer:
        found = [bucket for bucket in buckets.list() if here and bucket.name.startswith(prefix)]
        lines = [f"{_time(bucket.created_at)} {bucket.name}" for bucket in found] + [*self._summary()]
        return Answer(
            document={"Buckets": [{"Name": bucket.name, "CreationDate": bucket.created_at} for bucket in found]},
            text="\n".join(lines),
            ids=[bucket.name for bucket in found],
            hint=None if found else "no bucket is here; make one with `cloudlet s3 mb s3://NAME`",
        )

    def of_objects(self, buckets: "Buckets", uri: "S3Uri", page_size: int, *, recursive: bool) -> Answer:
        document: dict[str, Any] = {"Contents": [], "CommonPrefixes": []}
        ids: list[str] = []
        is_empty = True
        left_out = buckets.scan(uri.bucket, uri.key)  # a file dropped this instant is there for whoever looks
        for page in _pages(buckets, uri, page_size, recursive=recursive):
            is_empty = is_empty and not (page.objects or page.common_prefixes)
            if self._live:
                self._write(page, recursive=recursive)
            else:
                document["Contents"] += [_document(stored) for stored in page.objects]
                document["CommonPrefixes"] += [{"Prefix": prefix} for prefix in page.common_prefixes]
                ids += [stored.key for stored in page.objects]
        if self._live:
            for line in self._summary():
                output.write(line)
            for key in sorted(left_out)[:_MOST_NAMES]:
                note(f"{_short(key)} is left out: {left_out[key]}")
            if len(left_out) > _MOST_NAMES:
                note(f"{len(left_out) - _MOST_NAMES} more are left out")
            self._note_those_outside(buckets.path(uri.bucket))
        return Answer(
            document=None if self._live else document,
            text="",
            ids=ids,
            hint=f"nothing is under {uri}" if is_empty and self._live else None,
            exit_code=FAILED if is_empty and uri.key else 0,
        )

    def _write(self, page: "Page[StoredObject]", *, recursive: bool) -> None:
        for prefix in page.common_prefixes:
            output.write(printable(f"{'PRE':>30} {prefix.split('/')[-2]}/"))
        for stored in page.objects:
            self._count += 1
            self._bytes += stored.size_bytes
            if not stored.in_folder:
                self._outside.append(stored.key)
            name = stored.key if recursive else stored.key.rpartition("/")[2]
            mark = _MARK if self._marks and not stored.in_folder else ""
            output.write(printable(f"{_time(stored.last_modified)} {self._size(stored.size_bytes):>10} {name}{mark}"))

    def _summary(self) -> Iterator[str]:
        if self._summarize:
            yield ""
            yield f"Total Objects: {self._count}"
            yield f"   Total Size: {self._size(self._bytes)}"

    def _note_those_outside(self, folder: Path) -> None:
        if not folder.is_dir():
            note(f"{folder} is no folder: what is put lies elsewhere until it is")
        elif self._outside and not self._marks:
            names = ", ".join(map(_short, self._outside[:_MOST_NAMES]))
            more = len(self._outside) - _MOST_NAMES
            others = f" and {more} more (--output json tells them by InFolder)" if more > 0 else ""
            note(f"the folder cannot hold {names}{others}; the API can")

    def _size(self, count: int) -> str:
        return human_size(count) if self._human_readable else str(count)


def _pages(buckets: "Buckets", uri: "S3Uri", page_size: int, *, recursive: bool) -> "Iterator[Page[StoredObject]]":
    delimiter = "" if recursive else "/"
    start: str | None = ""
    while start is not None:
        page = buckets.objects.page(uri.bucket, prefix=uri.key, delimiter=delimiter, start_after=start, limit=page_size)
        yield page
        start = page.next_start


def _short(key: str) -> str:
    return printable(repr(key if len(key) <= _LONGEST_NAME else f"{key[:_LONGEST_NAME]}…"))


def _time(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def _document(stored: "StoredObject") -> dict[str, object]:
    document = {
        "Key": stored.key,
        "LastModified": stored.last_modified,
        "ETag": f'"{stored.etag}"',
        "Size": stored.size_bytes,
        "StorageClass": stored.description.headers.get("StorageClass", "STANDARD"),
    }
    return document if stored.in_folder else document | {"InFolder": False}
