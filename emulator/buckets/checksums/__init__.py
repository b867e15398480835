"""
Every checksum that S3 knows: calculated as bytes come, put together from parts, compared with what a sender said.

A value has two spellings: the digest's bytes, and AWS's text, which is their base64 and, for a composite one, `-` and
the number of parts. The libraries behind the less common algorithms are loaded when one of them is first asked for.
"""

from emulator.buckets.checksums.agreement import (
    check_completed_type,
    check_completed_value,
    check_uploaded_part,
    completed_part_fits,
)
from emulator.buckets.checksums.algorithms import (
    DEFAULT,
    Algorithm,
    algorithm_named,
    algorithm_of_header,
    algorithm_of_member,
)
from emulator.buckets.checksums.content_md5 import check_content_md5, parse_content_md5
from emulator.buckets.checksums.errors import BadDigestError, ChecksumRequestError, MalformedTrailerError
from emulator.buckets.checksums.given import Given, decoded, given_in, value_header, verify
from emulator.buckets.checksums.multipart import (
    ChecksumType,
    Part,
    UploadChecksum,
    checksum_of_parts,
    choose,
    types_of,
)
from emulator.buckets.checksums.running import Checksum

__all__ = [
    "DEFAULT",
    "Algorithm",
    "BadDigestError",
    "Checksum",
    "ChecksumRequestError",
    "ChecksumType",
    "Given",
    "MalformedTrailerError",
    "Part",
    "UploadChecksum",
    "algorithm_named",
    "algorithm_of_header",
    "algorithm_of_member",
    "check_completed_type",
    "check_completed_value",
    "check_content_md5",
    "check_uploaded_part",
    "checksum_of_parts",
    "choose",
    "completed_part_fits",
    "decoded",
    "given_in",
    "parse_content_md5",
    "types_of",
    "value_header",
    "verify",
]
