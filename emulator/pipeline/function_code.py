"""The code of a function or a layer, as a request says it: a zip that it brings or that is in a bucket, or an image."""

from collections.abc import Mapping
from typing import Any

from emulator.buckets import Buckets
from emulator.functions.code.archive import check_upload
from emulator.functions.control import Code
from emulator.functions.errors import InvalidFunctionError
from emulator.functions.parameters import text
from emulator.pipeline.stored_code import read_stored


def code_of(buckets: Buckets, place: Mapping[str, Any], operation: str) -> Code:
    """Return what ZipFile holds, as bytes, or what S3Bucket and S3Key, or ImageUri, name; else no code at all."""
    given = {name: value for name, value in place.items() if value is not None}
    content = given.pop("ZipFile", None)
    if content is not None:
        if given:
            raise InvalidFunctionError("Please do not provide other FunctionCode parameters when providing a ZipFile.")
        check_upload(content, operation)
        return Code(zip=content)
    if image_uri := text(given, "ImageUri"):
        return Code(image_uri=image_uri)
    stored = {name: value for name, value in given.items() if name.startswith("S3")}
    return Code(zip=read_stored(buckets, stored)) if stored else Code()
