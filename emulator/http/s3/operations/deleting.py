"""Objects and versions, as they go."""

from typing import Any

from emulator.buckets.change import Removed
from emulator.buckets.records import NULL_VERSION
from emulator.errors import EmulatorError
from emulator.http.aws.errors import MalformedXMLError
from emulator.http.s3.call import Call, Handler, Output
from emulator.http.s3.conditions import match_condition
from emulator.http.s3.demands import check_version_id, refuse_directory_conditions

_MAX_KEYS = 1000


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
    return await call.run(_delete_all, call, entries, bool(asked.get("Quiet")))


def _delete_all(call: Call, entries: list[dict[str, Any]], quiet: bool) -> Output:
    call.buckets.get(call.bucket)
    deleted: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for entry in entries:
        key, version_id = entry["Key"], entry.get("VersionId")
        named = {"Key": key} | ({"VersionId": version_id} if version_id else {})
        try:
            refuse_directory_conditions(entry)
            if version_id is not None:
                check_version_id(version_id)
            condition = match_condition(entry.get("ETag"), call.bucket, key)
            removed = call.buckets.objects.delete(
                call.bucket, key, version_id, origin=call.origin, precondition=condition
            )
        except EmulatorError as error:
            errors.append({**named, "Code": error.code, "Message": error.message})
            continue
        told = _told(removed, version_id)
        marker = {"DeleteMarker": True, "DeleteMarkerVersionId": told["VersionId"]} if told.get("DeleteMarker") else {}
        deleted.append(named | marker)
    return {"Errors": errors} if quiet else {"Deleted": deleted, "Errors": errors}


def _told(removed: Removed | None, version_id: str | None) -> dict[str, Any]:
    """Return what is said of a removal: nothing where no versions are kept."""
    if removed is None:
        return {"VersionId": version_id} if version_id else {}
    if removed.is_marker:
        return {"DeleteMarker": True, "VersionId": removed.version_id}
    return {} if version_id is None and removed.version_id == NULL_VERSION else {"VersionId": removed.version_id}


OPERATIONS: dict[str, Handler] = {"DeleteObject": delete_object, "DeleteObjects": delete_objects}
