"""The S3 door: AWS's REST protocol in front of `emulator.buckets`. One module an operation."""

from emulator.http.s3.door import PATH, S3Door

__all__ = ["PATH", "S3Door"]
