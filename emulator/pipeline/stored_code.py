"""Code that lies in a bucket as a zip: what `S3Bucket=…,S3Key=…` names, for a function or a layer."""

from collections.abc import Mapping
from typing import Any

from emulator.buckets import Buckets
from emulator.errors import EmulatorError, InvalidRequestError
from emulator.functions.code.archive import MAX_UNZIPPED_BYTES, too_large
from emulator.functions.errors import InvalidFunctionError


def read_stored(buckets: Buckets, place: Mapping[str, Any]) -> bytes:
    """Return the zip that *place* names with S3Bucket and S3Key; InvalidFunctionError if it cannot be had."""
    if missing := [key for key in ("S3Bucket", "S3Key") if not isinstance(place.get(key), str)]:
        raise InvalidFunctionError(
            f"Please provide {' and '.join(missing)}.", hint="write S3Bucket=my-bucket,S3Key=code.zip"
        )
    if unknown := place.keys() - {"S3Bucket", "S3Key"}:
        raise InvalidRequestError(f"{', '.join(sorted(unknown))} cannot be given here: buckets keep no versions")
    try:
        with buckets.objects.open(place["S3Bucket"], place["S3Key"]) as found:
            if found.stored.size_bytes >= MAX_UNZIPPED_BYTES:
                raise too_large()
            return found.file.read()
    except InvalidFunctionError:
        raise
    except EmulatorError as error:
        raise InvalidFunctionError(
            f"Error occurred while GetObject. S3 Error Code: {error.code}. S3 Error Message: {error.message}",
            hint="list what there is with `cloudlet s3 ls s3://BUCKET`",
        ) from error
