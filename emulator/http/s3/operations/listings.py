"""Pages of keys and of versions."""

from typing import Any
from urllib.parse import quote

from emulator.buckets import Page
from emulator.buckets.errors import InvalidArgumentError
from emulator.buckets.records import Entry, VersionEntry
from emulator.buckets.versions import VersionPage
from emulator.http.aws.xml_writing import Verbatim
from emulator.http.s3.call import Call, Handler, Output
from emulator.http.s3.contents import contents_of, markers_of, versions_of
from emulator.http.s3.counts import count_of
from emulator.http.s3.tokens import start_of, token_of
from emulator.settings import ACCOUNT_ID

OWNER = {"ID": ACCOUNT_ID}


class Listing:
    """What the requests for pages have in common."""

    def __init__(self, call: Call) -> None:
        asked = call.asked
        self.prefix: str = asked.get("Prefix", "")
        self.delimiter: str = asked.get("Delimiter", "")
        self.encoding: str | None = asked.get("EncodingType")
        self.limit = count_of(asked.get("MaxKeys"), "max-keys")

    def encode(self, text: str) -> str:
        """Return *text* as the client asked for it: as it is, or percent-encoded since XML cannot hold every key."""
        return quote(text, safe="/") if self.encoding else text

    def head(self, call: Call, prefixes: tuple[str, ...], *, is_truncated: bool) -> dict[str, Any]:
        """Return what every page says of itself."""
        head: dict[str, Any] = {
            "Name": call.bucket,
            "Prefix": self.encode(self.prefix),
            "MaxKeys": self.limit,
            "IsTruncated": is_truncated,
            "CommonPrefixes": [{"Prefix": self.encode(prefix)} for prefix in prefixes],
        }
        if self.delimiter:
            head["Delimiter"] = self.encode(self.delimiter)
        if self.encoding:
            head["EncodingType"] = self.encoding
        return head

    def contents(self, page: Page[Entry], *, owner: bool) -> Verbatim:
        """Return the objects of a page."""
        return contents_of(page.objects, self.encode if self.encoding else None, owner=owner)

    def versions(self, page: VersionPage[VersionEntry]) -> Verbatim:
        """Return the versions of a page that have bytes."""
        versions = (one for one in page.versions if not one.is_marker)
        return versions_of(versions, self.encode if self.encoding else None)

    def markers(self, page: VersionPage[VersionEntry]) -> Verbatim:
        """Return the delete markers of a page."""
        return markers_of((one for one in page.versions if one.is_marker), self.encode if self.encoding else None)


async def list_objects(call: Call) -> Output:
    listing, marker = Listing(call), call.asked.get("Marker", "")
    page = _page(call, listing, marker)
    document = listing.head(call, page.common_prefixes, is_truncated=page.next_start is not None)
    document |= {"Marker": listing.encode(marker), "Contents": listing.contents(page, owner=True)}
    if page.next_start is not None and listing.delimiter:  # without one, the last key says where to go on
        document["NextMarker"] = listing.encode(page.next_start)
    return document


async def list_objects_v2(call: Call) -> Output:
    listing, asked = Listing(call), call.asked
    token, start_after = asked.get("ContinuationToken"), asked.get("StartAfter", "")
    page = _page(call, listing, start_after if token is None else start_of(token))
    document = listing.head(call, page.common_prefixes, is_truncated=page.next_start is not None)
    document |= {
        "KeyCount": len(page.objects) + len(page.common_prefixes),
        "Contents": listing.contents(page, owner=bool(asked.get("FetchOwner"))),
    }
    if token is not None:
        document["ContinuationToken"] = token
    if start_after:
        document["StartAfter"] = listing.encode(start_after)
    if page.next_start is not None:
        document["NextContinuationToken"] = token_of(page.next_start)
    return document


async def list_object_versions(call: Call) -> Output:
    listing, asked = Listing(call), call.asked
    key, version = asked.get("KeyMarker", ""), asked.get("VersionIdMarker")
    if version and not key:
        raise InvalidArgumentError("A version-id marker cannot be specified without a key marker.")
    page = await call.run(
        call.buckets.objects.version_entries,
        call.bucket,
        prefix=listing.prefix,
        delimiter=listing.delimiter,
        start_key=key,
        start_version=version or None,
        limit=listing.limit,
    )
    document = listing.head(call, page.common_prefixes, is_truncated=page.next_key is not None)
    document |= {
        "KeyMarker": listing.encode(key),
        "VersionIdMarker": version or "",
        "Versions": listing.versions(page),
        "DeleteMarkers": listing.markers(page),
    }
    if page.next_key is not None:
        document |= {"NextKeyMarker": listing.encode(page.next_key), "NextVersionIdMarker": page.next_version}
    return document


def _page(call: Call, listing: Listing, start_after: str) -> Page[Entry]:
    # On the event loop: a page is a few seeks, and readers wait for nobody.
    return call.buckets.objects.entries(
        call.bucket,
        prefix=listing.prefix,
        delimiter=listing.delimiter,
        start_after=start_after,
        limit=listing.limit,
    )


OPERATIONS: dict[str, Handler] = {
    "ListObjectVersions": list_object_versions,
    "ListObjects": list_objects,
    "ListObjectsV2": list_objects_v2,
}
