"""The S3 door: AWS's REST protocol in front of `emulator.buckets`. One module an operation."""

from typing import TYPE_CHECKING

from emulator.lazy import lazily

if TYPE_CHECKING:
    from emulator.http.s3.door import S3Door

__all__ = ["PATH", "S3Door"]

PATH = "/{path:(?s:.*)}"
"""The route: everything, since a key may hold any character, a newline too."""

__getattr__ = lazily(__name__, door="S3Door")
