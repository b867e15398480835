"""
Whether the requests of a multipart upload agree with what its first one decided.

The algorithm that S3 chose itself, because nobody asked for one, binds nobody: a part may then come with the checksum
of any algorithm, is verified with it, and needs the upload's own besides.
"""

from collections.abc import Mapping

from emulator.buckets.checksums.algorithms import Algorithm, algorithm_of_member
from emulator.buckets.checksums.errors import BadDigestError, ChecksumRequestError, invalid_value
from emulator.buckets.checksums.given import Given, decoded, value_header
from emulator.buckets.checksums.multipart import ChecksumType, UploadChecksum, type_named
from emulator.errors import InvalidRequestError

_TAKEN_UNASKED = {Algorithm.CRC32, Algorithm.CRC32C, Algorithm.SHA1, Algorithm.SHA256}
"""What S3 takes at completion from whoever had not asked for it at creation; it neither verifies nor keeps it."""


def check_uploaded_part(upload: UploadChecksum, given: Given | None) -> None:
    """
    Raise InvalidRequest if UploadPart gives another algorithm than was asked for, or none where it must give one.

    It must where the checksum is composite; of a full-object one S3 calculates the parts itself.
    """
    if given is None:
        if upload.type is ChecksumType.COMPOSITE:
            raise _mismatch(upload.algorithm, None)
    elif upload.asked and given.algorithm is not upload.algorithm:
        raise _mismatch(upload.algorithm, given.algorithm)


def completed_part_fits(
    upload: UploadChecksum, part_number: int, members: Mapping[str, str], digest: bytes | None
) -> bool:
    """
    Tell whether a part in CompleteMultipartUpload is the one that was uploaded; if not, S3 says InvalidPart.

    *members* are those of the part in the request, of which only the `Checksum…` ones matter; *digest* is the uploaded
    part's. InvalidRequest if there is none and the checksum is composite, InvalidArgument if there are several or what
    is there is no base64, BadDigestError if it is of another algorithm.
    """
    given = {algorithm: text for name, text in members.items() if (algorithm := algorithm_of_member(name))}
    if len(given) > 1 or any(decoded(algorithm, text) is None for algorithm, text in given.items()):
        raise InvalidRequestError("Invalid Base64 or multiple checksums present in request", code="InvalidArgument")
    if upload.algorithm in given:
        return decoded(upload.algorithm, given[upload.algorithm]) == digest
    if not upload.asked:
        return not given
    if given:
        other = next(iter(given)).lower()
        raise BadDigestError(f"The {other} you specified for part {part_number} did not match what we received.")
    if upload.type is ChecksumType.COMPOSITE:
        raise ChecksumRequestError(
            f"The upload was created using a {upload.algorithm.lower()} checksum. The complete request must include "
            f"the checksum for each part. It was missing for part {part_number} in the request."
        )
    return True


def check_completed_type(upload: UploadChecksum, checksum_type: str | None) -> None:
    """Raise InvalidRequest unless CompleteMultipartUpload's x-amz-checksum-type is absent or the upload's."""
    # AWS's reference says BadDigest here; S3 itself answers this.
    if checksum_type is not None and type_named(checksum_type) is not upload.type:
        raise ChecksumRequestError(
            f"The upload was created using the {upload.type} checksum mode. "
            "The complete request must use the same checksum mode."
        )


def check_completed_value(upload: UploadChecksum, value: str, headers: Mapping[str, str]) -> None:
    """
    Compare what CompleteMultipartUpload's *headers* give for the whole object with *value*, of `checksum_of_parts`.

    Nothing need be given; of a composite one, `-` and the number of parts may be left out. InvalidRequest if there are
    several, or what is there cannot be a value or is of another algorithm; BadDigestError if it is another value.
    """
    found = value_header(headers)
    if found is None:
        return
    algorithm, text = found
    encoded, dash, count = text.partition("-")
    digest = decoded(algorithm, encoded)
    if digest is None or (dash and upload.type is ChecksumType.FULL_OBJECT):
        raise invalid_value(algorithm.header)
    if algorithm is not upload.algorithm:
        if upload.asked or algorithm not in _TAKEN_UNASKED:
            raise _mismatch(upload.algorithm if upload.asked else None, algorithm)
        return
    expected, _, parts = value.partition("-")
    if digest != decoded(algorithm, expected) or (dash and count != parts):
        # S3 spells it so here, and in capitals where a body comes with its checksum.
        raise BadDigestError(f"The {algorithm.lower()} you specified did not match the calculated checksum.")


def _mismatch(expected: Algorithm | None, actual: Algorithm | None) -> ChecksumRequestError:
    return ChecksumRequestError(
        f"Checksum Type mismatch occurred, expected checksum Type: {_word(expected)}, "
        f"actual checksum Type: {_word(actual)}"
    )


def _word(algorithm: Algorithm | None) -> str:
    return "null" if algorithm is None else algorithm.lower()
