"""Where the code of a function is, as a request says it: in a bucket, or in a container image."""

from collections.abc import Mapping
from typing import Any

from emulator.buckets import Buckets
from emulator.functions.control import Code
from emulator.functions.parameters import text
from emulator.pipeline.stored_code import read_stored


def code_of(buckets: Buckets, place: Mapping[str, Any]) -> Code:
    """Return what S3Bucket and S3Key, or ImageUri, name; no code at all if it is none of them."""
    if image_uri := text(place, "ImageUri"):
        return Code(image_uri=image_uri)
    stored = {name: value for name, value in place.items() if value is not None and name.startswith("S3")}
    return Code(zip=read_stored(buckets, stored)) if stored else Code()
