"""What a target is: `arn:…` a function, `s3://…` and `file:///…` a folder, `http(s)://…` a web server."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from emulator.buckets import Rule, S3Uri, is_s3_uri, parse_s3_uri
from emulator.errors import InvalidRequestError

_FUNCTION_ARN = re.compile(
    r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9$_-]{1,128})?", re.ASCII
)
_FILE = "file://"
_WEB = ("http://", "https://")
_ANY_NAME = "2026-01-01T00.00.00.000Z-0.json"
_HINT = "write http://HOST/PATH, s3://BUCKET/PREFIX/, file:///PATH/ or the ARN of a function"


def checked_target(text: str) -> str:
    """
    Return *text* in the form that is kept; InvalidRequestError if it can be no target.

    A folder ends in a slash, whether or not one was written: `s3://b/in` is not the beginning of a name.
    """
    if text.startswith(_WEB):
        return _checked_url(text)
    if is_s3_uri(text):
        uri = parse_s3_uri(text)
        return str(S3Uri(uri.bucket, f"{uri.key.rstrip('/')}/" if uri.key.rstrip("/") else ""))
    if text.startswith(_FILE):
        return folder_of(text).as_uri() + "/"
    if is_function_arn(text):
        return text
    raise InvalidRequestError(f"{text!r} is no target of notifications", hint=_HINT)


def is_function_arn(text: str) -> bool:
    """Tell whether *text* is the whole ARN of a function, or of a version or an alias of one."""
    return _FUNCTION_ARN.fullmatch(text) is not None


def is_web(target: str) -> bool:
    return target.startswith(_WEB)


def is_folder(target: str) -> bool:
    """Tell whether *target* is a folder that is no bucket's."""
    return target.startswith(_FILE)


def folder_of(target: str) -> Path:
    """Return the folder that a `file:` URL names; InvalidRequestError if it is not one of this machine's."""
    parts = urlsplit(target)
    path = Path(unquote(parts.path))
    is_here = parts.netloc in ("", "localhost") and not parts.query and not parts.fragment
    if not is_here or not path.is_absolute() or path == Path("/") or "\0" in str(path):
        raise InvalidRequestError(f"{target!r} names no folder of this machine", hint="write file:///PATH/")
    return path


def feeds_itself(rule: Rule) -> bool:
    """Tell whether what *rule* writes into a bucket is what it tells of; *rule*'s target has been checked."""
    if not is_s3_uri(rule.target):
        return False
    uri = parse_s3_uri(rule.target)
    tells_of_files = any(name.startswith("s3:ObjectCreated:") and name.endswith(("*", "Put")) for name in rule.events)
    return uri.bucket == rule.bucket and tells_of_files and rule.matches_key(f"{uri.key}{_ANY_NAME}")


def _checked_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise InvalidRequestError(f"{text!r} is no URL: {error}") from error
    if not parts.hostname or port == 0 or parts.fragment or not text.isprintable() or " " in text:
        raise InvalidRequestError(f"{text!r} is no URL that can be posted to", hint="write http://HOST:PORT/PATH")
    return text
