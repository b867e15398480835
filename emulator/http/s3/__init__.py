"""The S3 door: AWS's REST protocol in front of `emulator.buckets`. One module a noun."""

from typing import TYPE_CHECKING

from emulator.lazy import lazily

if TYPE_CHECKING:
    from emulator.http.s3.door import S3Door

__all__ = ["PATH", "ROUTE", "S3Door"]

PATH = "/{path:(?s:.*)}"
"""The route: everything, since a key may hold any character, a newline too."""

ROUTE = "s3"
"""What the route is called, so that others know what is asked of this door."""

__getattr__ = lazily(__name__, door="S3Door")
