"""Objects and versions, as they go."""

from typing import Any

from emulator.buckets.change import Removed
from emulator.buckets.records import NULL_VERSION
from emulator.buckets.removals import Removal
from emulator.errors import EmulatorError
from emulator.http.aws.errors import MalformedXMLError
from emulator.http.s3.call import Call, Handler, Output
from emulator.http.s3.conditions import match_condition
from emulator.http.s3.demands import check_version_id, refuse_directory_conditions

_MAX_KEYS = 1000
_MOST_TOGETHER = 32
"""So that others, who wait to write, do not wait long."""


async def delete_object(call: Call) -> Output:
    removed = await call.write(
        call.buckets.objects.delete,
        call.bucket,
        call.key,
        call.version_id,
        origin=call.origin,
        precondition=match_condition(call.asked.get("IfMatch"), call.bucket, call.key),
    )
    return _told(removed, call.version_id)


async def delete_objects(call: Call) -> Output:
    asked = call.asked["Delete"]
    entries = asked["Objects"]
    if not 0 < len(entries) <= _MAX_KEYS:
        raise MalformedXMLError(f"a request deletes 1 to {_MAX_KEYS} objects")
    deleted: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for start in range(0, len(entries), _MOST_TOGETHER):
        removals = [_removal(call, entry) for entry in entries[start : start + _MOST_TOGETHER]]
        possible = [one for one in removals if isinstance(one, Removal)]
        outcomes = iter(await call.write(call.buckets.objects.delete_all, call.bucket, possible))
        for entry, removal in zip(entries[start:], removals, strict=False):
            outcome = next(outcomes) if isinstance(removal, Removal) else removal
            if isinstance(outcome, EmulatorError):
                errors.append(_named(entry) | {"Code": outcome.code, "Message": outcome.message})
            else:
                deleted.append(_named(entry) | _marked(_told(outcome, entry.get("VersionId"))))
    return {"Errors": errors} if asked.get("Quiet") else {"Deleted": deleted, "Errors": errors}


def _removal(call: Call, entry: dict[str, Any]) -> Removal | EmulatorError:
    """Return what *entry* asks for, or why it cannot be done: that is no matter of the others."""
    key, version_id = entry["Key"], entry.get("VersionId")
    try:
        refuse_directory_conditions(entry)
        if version_id is not None:
            check_version_id(version_id)
    except EmulatorError as error:
        return error
    precondition = match_condition(entry.get("ETag"), call.bucket, key)
    return Removal(key, version_id, call.origin, precondition=precondition)


def _named(entry: dict[str, Any]) -> dict[str, str]:
    return {name: entry[name] for name in ("Key", "VersionId") if entry.get(name)}


def _marked(told: dict[str, Any]) -> dict[str, Any]:
    return {"DeleteMarker": True, "DeleteMarkerVersionId": told["VersionId"]} if told.get("DeleteMarker") else {}


def _told(removed: Removed | None, version_id: str | None) -> dict[str, Any]:
    """Return what is said of a removal: nothing where no versions are kept."""
    if removed is None:
        return {"VersionId": version_id} if version_id else {}
    if removed.is_marker:
        return {"DeleteMarker": True, "VersionId": removed.version_id}
    return {} if version_id is None and removed.version_id == NULL_VERSION else {"VersionId": removed.version_id}


OPERATIONS: dict[str, Handler] = {"DeleteObject": delete_object, "DeleteObjects": delete_objects}
