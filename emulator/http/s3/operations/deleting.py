"""Objects and versions, as they go."""

from typing import Any

from emulator.buckets.change import Removed
from emulator.buckets.records import NULL_VERSION
from emulator.buckets.removals import Removal
from emulator.errors import EmulatorError
from emulator.http.aws.errors import MalformedXMLError
from emulator.http.s3.call import Call, Handler, Output

_MAX_KEYS = 1000
_MOST_TOGETHER = 32
"""So that others, who wait to write, do not wait long."""


async def delete_object(call: Call) -> Output:
    removed = await call.write(call.buckets.objects.delete, call.bucket, call.key, call.version_id, origin=call.origin)
    return _told(removed, call.version_id)


async def delete_objects(call: Call) -> Output:
    asked = call.asked["Delete"]
    entries = asked["Objects"]
    if not 0 < len(entries) <= _MAX_KEYS:
        raise MalformedXMLError(f"a request deletes 1 to {_MAX_KEYS} objects")
    deleted: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for start in range(0, len(entries), _MOST_TOGETHER):
        together = entries[start : start + _MOST_TOGETHER]
        removals = [Removal(entry["Key"], entry.get("VersionId"), call.origin) for entry in together]
        outcomes = await call.write(call.buckets.objects.delete_all, call.bucket, removals)
        for removal, outcome in zip(removals, outcomes, strict=True):
            if isinstance(outcome, EmulatorError):
                errors.append(_named(removal) | {"Code": outcome.code, "Message": outcome.message})
            else:
                deleted.append(_named(removal) | _marked(_told(outcome, removal.version_id)))
    return {"Errors": errors} if asked.get("Quiet") else {"Deleted": deleted, "Errors": errors}


def _named(removal: Removal) -> dict[str, str]:
    return {"Key": removal.key} | ({"VersionId": removal.version_id} if removal.version_id else {})


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
