"""The credential of a signature, `AKID/YYYYMMDD/region/service/aws4_request`: who signed, and for where."""

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from emulator.signatures.keys import TERMINATOR, Scope

Refusal: TypeAlias = Callable[[str, Mapping[str, str] | None], Exception]
"""Return the error for a reason and further fields: a header, a URL and a form each word it in their own way."""

_DATE = re.compile(r"[0-9]{8}")


def read_credential(text: str, service: str, region: str | None, refuse: Refusal) -> tuple[str, Scope]:
    """Return the access key ID and the scope; raise what *refuse* makes if it is not for *service* in *region*."""
    parts = text.rsplit("/", 4)  # an access key ID may have slashes
    if len(parts) != 5:
        raise refuse(
            'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".', None
        )
    access_key_id, date, named_region, named_service, terminator = parts
    if not access_key_id:
        raise refuse("a non-empty Access Key (AKID) must be provided in the credential.", None)
    if not _DATE.fullmatch(date):
        reason = f'incorrect date format "{date}". This date in the credential must be in the format "yyyyMMdd".'
        raise refuse(reason, None)
    if region is not None and named_region != region:
        raise refuse(f"the region '{named_region}' is wrong; expecting '{region}'", {"Region": region})
    if named_service != service:
        raise refuse(f'incorrect service "{named_service}". This endpoint belongs to "{service}".', None)
    if terminator != TERMINATOR:
        raise refuse(f'incorrect terminal "{terminator}". This endpoint uses "{TERMINATOR}".', None)
    return access_key_id, Scope(date, named_region, named_service)


def date_mismatch(scope: Scope, timestamp: str) -> str | None:
    """Return why the two do not fit, None if the credential is of the day of the request."""
    day = timestamp[:8]
    if scope.date == day:
        return None
    return f'Invalid credential date "{scope.date}". This date is not the same as X-Amz-Date: "{day}".'
