"""What both versions of ListObjects have in common."""

import asyncio
from urllib.parse import quote

from emulator.buckets import Page, StoredObject
from emulator.buckets.errors import InvalidArgumentError
from emulator.http.s3.call import Call
from emulator.http.s3.checksums import ALGORITHMS, PREFIX
from emulator.http.s3.xml import Content
from emulator.settings import ACCOUNT_ID
from emulator.units import iso_millis

_MAX_KEYS = 1000


class Listing:
    """One page of a bucket's keys as a request asks for it."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.prefix = call.query("prefix")
        self.delimiter = call.query("delimiter")
        self.encoding = call.query("encoding-type")
        if self.encoding not in ("", "url"):
            raise InvalidArgumentError("Invalid Encoding Method specified in Request")
        self.max_keys = _max_keys(call)

    async def page(self, start_after: str) -> Page:
        """Return the page after *start_after*."""
        return await asyncio.to_thread(
            self._call.buckets.objects.page,
            self._call.bucket,
            prefix=self.prefix,
            delimiter=self.delimiter,
            start_after=start_after,
            limit=min(self.max_keys, _MAX_KEYS),
        )

    def encode(self, text: str) -> str:
        """Return *text* as the client asked for it: as it is, or percent-encoded since XML cannot hold every key."""
        return quote(text, safe="/") if self.encoding else text

    def head(self, page: Page) -> list[tuple[str, Content]]:
        """Return the elements before the contents."""
        head: list[tuple[str, Content]] = [
            ("Name", self._call.bucket),
            ("Prefix", self.encode(self.prefix)),
            ("MaxKeys", str(self.max_keys)),
            ("IsTruncated", "false" if page.next_start is None else "true"),
        ]
        if self.delimiter:
            head.append(("Delimiter", self.encode(self.delimiter)))
        if self.encoding:
            head.append(("EncodingType", self.encoding))
        return head

    def entries(self, page: Page, *, owner: bool) -> list[tuple[str, Content]]:
        """Return the contents and common prefixes."""
        contents = [("Contents", self._entry(stored, owner)) for stored in page.objects]
        return [*contents, *(("CommonPrefixes", [("Prefix", self.encode(p))]) for p in page.common_prefixes)]

    def _entry(self, stored: StoredObject, owner: bool) -> Content:
        entry: list[tuple[str, Content]] = [
            ("Key", self.encode(stored.key)),
            ("LastModified", iso_millis(stored.last_modified)),
            ("ETag", f'"{stored.etag}"'),
        ]
        for name in ALGORITHMS:
            if f"{PREFIX}{name}" in stored.description.headers:
                entry += [("ChecksumAlgorithm", name.upper()), ("ChecksumType", "FULL_OBJECT")]
        entry.append(("Size", str(stored.size_bytes)))
        if owner:
            entry.append(("Owner", [("ID", ACCOUNT_ID)]))
        return [*entry, ("StorageClass", "STANDARD")]


def _max_keys(call: Call) -> int:
    text = call.query("max-keys", str(_MAX_KEYS))
    if not text.isascii() or not text.isdigit():
        raise InvalidArgumentError("Provided max-keys not an integer or within integer range")
    return int(text)
