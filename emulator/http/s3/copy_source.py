"""Where a copy comes from: `bucket/key`, percent-encoded, or `bucket/key?versionId=…`."""

from dataclasses import dataclass

from emulator.buckets.errors import InvalidArgumentError
from emulator.http.s3.address import decode
from emulator.http.s3.call import Call
from emulator.http.s3.demands import check_version_id

_VERSION = "?versionId="


@dataclass(frozen=True)
class CopySource:
    """A version of an object, None for the current one."""

    address: tuple[str, str]
    version_id: str | None


def copy_source_of(call: Call) -> CopySource:
    """Return what the header x-amz-copy-source names; InvalidArgumentError if that is no object."""
    text, mark, version_id = str(call.asked["CopySource"]).partition(_VERSION)
    bucket, _, key = decode(text).removeprefix("/").partition("/")
    if not bucket or not key:
        raise InvalidArgumentError("Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
    if mark:
        check_version_id(version_id)
    return CopySource((bucket, key), version_id if mark else None)
