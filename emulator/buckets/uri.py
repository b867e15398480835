"""`s3://bucket/key`, taken apart in one place."""

from dataclasses import dataclass

from emulator.errors import InvalidRequestError

SCHEME = "s3://"


@dataclass(frozen=True)
class S3Uri:
    """A bucket, and a key or prefix that may be empty."""

    bucket: str
    key: str = ""

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}" if self.key else f"{SCHEME}{self.bucket}"


def is_s3_uri(text: str) -> bool:
    """Tell whether *text* means a place in S3 rather than on this machine."""
    return text.startswith(SCHEME)


def parse_s3_uri(text: str) -> S3Uri:
    """
    Return the parts of *text*; InvalidRequestError if it names no bucket.

    >>> parse_s3_uri("s3://raw/2026/a.csv")
    S3Uri(bucket='raw', key='2026/a.csv')
    """
    bucket, _, key = text.removeprefix(SCHEME).partition("/")
    if not is_s3_uri(text) or not bucket:
        raise InvalidRequestError(f"{text!r} names no bucket", hint="write s3://BUCKET or s3://BUCKET/KEY")
    return S3Uri(bucket, key)
