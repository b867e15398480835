"""Names: what a bucket may be called, and which key is which file.

The one place that knows what a folder can hold. A key is any text of up to 1024 bytes; a path is less: no NUL, no
empty, `.` or `..` segment (so no leading, trailing or double slash), no segment over 255 bytes. Keys outside that are
refused by `relative_path`, never bent; their bytes lie elsewhere (see `store`).

Names that programs use while they write are no objects until they are renamed:

- `*.part`, `*.crdownload`, `*.swp` (`*.swo`, `*.swx`, `*.swpx`), `*~`, `.#*`, `.goutputstream-*`: always;
- what lies in `.cloudlet/`, at the top of a folder on another file system than the home: objects on their way in;
- rsync's `.name.XXXXXX` and sed's `sedXXXXXX` look like names that people give, so they count once they have been
  still for a while (`may_be_temporary`); vim's `4913` is gone in an instant (`may_be_gone_soon`).
"""

import ipaddress
import re

from emulator.buckets.errors import (
    InvalidArgumentError,
    InvalidBucketNameError,
    InvalidKeyError,
    KeyTooLongError,
    UnstorableKeyError,
)

MAX_KEY_BYTES = 1024
OWN_FOLDER = ".cloudlet/"
_MAX_SEGMENT_BYTES = 255

_BUCKET_FORM = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_BUCKET_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_BUCKET_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")

_TEMPORARY = re.compile(r".*(?:\.part|\.crdownload|\.sw[pox]|\.swpx|~)|\.#.*|\.goutputstream-.*", re.DOTALL)
_PERHAPS_TEMPORARY = re.compile(r"\..+\.[A-Za-z0-9]{6}|sed[A-Za-z0-9]{6}", re.DOTALL)


def check_bucket_name(name: str) -> None:
    """Raise InvalidBucketNameError, with the rules that *name* breaks, unless AWS would take it."""
    broken = []
    if not 3 <= len(name) <= 63:
        broken.append("a bucket's name has 3 to 63 characters")
    if name and _BUCKET_FORM.fullmatch(name) is None:
        broken.append("only a-z, 0-9, '.' and '-', with a letter or digit at both ends")
    if broken:
        raise InvalidBucketNameError(name, "; ".join(broken))
    if ".." in name:
        raise InvalidBucketNameError(name, "two dots must not follow each other")
    if _is_ipv4(name):
        raise InvalidBucketNameError(name, "it must not look like an IP address")
    if name.startswith(_BUCKET_PREFIXES) or name.endswith(_BUCKET_SUFFIXES):
        raise InvalidBucketNameError(name, "AWS keeps this beginning or ending for itself")


def check_key(key: str) -> None:
    """Raise InvalidArgumentError or KeyTooLongError unless *key* can be a key at all."""
    if not key:
        raise InvalidArgumentError("A key must not be empty")
    try:
        size = len(key.encode())
    except UnicodeEncodeError as error:
        raise InvalidArgumentError(f"The key {key!r} is not UTF-8") from error
    if size > MAX_KEY_BYTES:
        raise KeyTooLongError
    if _climbs(key):
        raise InvalidKeyError(key)


def relative_path(key: str) -> str:
    """Return the path below the bucket's folder that holds *key*; UnstorableKeyError says why there is none."""
    check_key(key)
    if reason := _obstacle(key):
        raise UnstorableKeyError(key, reason)
    return key


def is_storable(key: str) -> bool:
    """Tell whether a file can hold *key*."""
    try:
        relative_path(key)
    except (InvalidArgumentError, InvalidKeyError, KeyTooLongError):
        return False
    return True


def key_of(path: str) -> str | None:
    """Return the key of a file found at *path* below its bucket, or None if such a file is no object."""
    try:
        size = len(path.encode())
    except UnicodeEncodeError:  # the name is no UTF-8, and S3 knows nothing else
        return None
    return None if size > MAX_KEY_BYTES or is_temporary(path) else path


def is_temporary(path: str) -> bool:
    """Tell whether the last segment is a name that programs use only while they write."""
    return path.startswith(OWN_FOLDER) or _TEMPORARY.fullmatch(path.rpartition("/")[2]) is not None


def may_be_temporary(path: str) -> bool:
    """Tell whether the last segment looks like rsync's or sed's temporary files, or like a person's choice."""
    return _PERHAPS_TEMPORARY.fullmatch(path.rpartition("/")[2]) is not None


def may_be_gone_soon(path: str) -> bool:
    """Tell whether the last segment is the name of the file by which vim tries whether it may write to a folder."""
    return path.rpartition("/")[2] == "4913"


def _is_ipv4(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True


def _climbs(key: str) -> bool:
    """Tell whether `..` segments of *key* lead above its bucket: AWS takes all others."""
    depth = 0
    for segment in key.split("/"):
        depth += -1 if segment == ".." else segment not in ("", ".")
        if depth < 0:
            return True
    return False


def _obstacle(key: str) -> str | None:
    if "\0" in key:
        return "it has a NUL character"
    if key.startswith(OWN_FOLDER):
        return f"{OWN_FOLDER} is cloudlet's own"
    for segment in key.split("/"):
        if segment in {"", ".", ".."}:
            return f"the segment {segment!r} means something else in a path"
        if len(segment.encode()) > _MAX_SEGMENT_BYTES:
            return f"a segment is longer than {_MAX_SEGMENT_BYTES} bytes"
    return None
