"""What an answer says of the end of an object or an upload: when a lifecycle rule brings it, and which one."""

from typing import Any
from urllib.parse import quote

from emulator.buckets import StoredObject
from emulator.buckets.lifecycle import Lifecycle
from emulator.buckets.lifecycle_rules import Expiration
from emulator.buckets.upload_rows import Upload
from emulator.http.aws.timestamps import write_http_date
from emulator.http.s3.call import Call


def expiration_of(call: Call, stored: StoredObject) -> dict[str, str]:
    """Return what is said of *stored* if it expires; nothing of a version that was asked for by its id."""
    if call.version_id is not None:
        return {}
    found = Lifecycle(call.buckets).expiration(stored)
    return {} if found is None else {"Expiration": header_of(found)}


def abort_of(call: Call, upload: Upload) -> dict[str, Any]:
    """Return what is said of *upload* if a rule aborts it."""
    found = Lifecycle(call.buckets).abort(upload)
    return {} if found is None else {"AbortDate": found.at, "AbortRuleId": found.rule_id}


def header_of(expiration: Expiration) -> str:
    """
    Return the value of the header x-amz-expiration.

    >>> from datetime import UTC, datetime
    >>> header_of(Expiration(datetime(2026, 1, 2, tzinfo=UTC), "old logs"))
    'expiry-date="Fri, 02 Jan 2026 00:00:00 GMT", rule-id="old%20logs"'
    """
    return f'expiry-date="{write_http_date(expiration.at)}", rule-id="{quote(expiration.rule_id, safe="")}"'
