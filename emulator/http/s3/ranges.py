"""`Range: bytes=…`, for one range: S3 knows no more."""

import re

from emulator.http.s3.errors import InvalidRangeError

_FORM = re.compile(r"bytes=(\d*)-(\d*)")


def requested_range(header: str | None, size_bytes: int) -> range | None:
    """
    Return the bytes that *header* asks for; None if it asks for all, or for what S3 does not understand.

    >>> requested_range("bytes=2-", 5), requested_range("bytes=-2", 5), requested_range("bytes=0-99", 5)
    (range(2, 5), range(3, 5), range(0, 5))
    """
    if header is None:
        return None
    found = _FORM.fullmatch(header)
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found[1], found[2]
    if first and last and int(last) < int(first):
        return None
    if first:
        asked = range(int(first), min(int(last) + 1 if last else size_bytes, size_bytes))
    else:
        asked = range(max(0, size_bytes - int(last)), size_bytes)
    if not asked:
        raise InvalidRangeError(header, size_bytes)
    return asked
