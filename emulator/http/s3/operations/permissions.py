"""Who may do what with an object: its owner everything, nobody else anything, and nothing is locked.

So it is in a bucket as AWS makes it. What would change that is refused, with AWS's code for such a bucket.
"""

from collections.abc import Mapping
from typing import Any

from emulator.buckets import StoredObject
from emulator.errors import ConflictError, InvalidRequestError
from emulator.http.aws.errors import MethodNotAllowedError
from emulator.http.s3.call import Call, Handler, Output
from emulator.http.s3.ownership import AccessControlListNotSupportedError, has_grants, takes_acls
from emulator.settings import ACCOUNT_ID

_OWNERS_ALONE = "bucket-owner-full-control"


class InvalidObjectStateError(ConflictError):
    """Only what is archived can be restored; HTTP 403."""

    code = "InvalidObjectState"
    status = 403

    def __init__(self, storage_class: str) -> None:
        super().__init__("Restore is not allowed for the object's current storage class")
        self.fields = {"StorageClass": storage_class}


async def get_object_acl(call: Call) -> Output:
    await _found(call)
    return {
        "Owner": {"ID": ACCOUNT_ID},
        "Grants": [{"Grantee": {"ID": ACCOUNT_ID, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}],
    }


async def put_object_acl(call: Call) -> Output:
    await _found(call)
    canned, policy = call.asked.get("ACL"), call.asked.get("AccessControlPolicy")
    is_default = canned == _OWNERS_ALONE or (canned is None and policy is not None and _is_default(policy))
    if (has_grants(call) or not is_default) and not takes_acls(call):
        raise AccessControlListNotSupportedError
    return {}


async def no_object_lock(call: Call) -> Output:
    await _found(call)
    raise InvalidRequestError("Bucket is missing Object Lock Configuration", code="InvalidRequest")


async def restore_object(call: Call) -> Output:
    stored = await _found(call)
    raise InvalidObjectStateError(stored.description.headers.get("StorageClass", "STANDARD"))


async def discontinued(call: Call) -> Output:
    """AWS had this, and has ended it."""
    raise MethodNotAllowedError(call.request.method, "OBJECT")


async def _found(call: Call) -> StoredObject:
    return await call.run(call.buckets.objects.head, call.bucket, call.key, call.version_id)


def _is_default(policy: Mapping[str, Any]) -> bool:
    """Tell whether a policy says no more than that the owner may do everything."""
    return all(
        grant.get("Permission") == "FULL_CONTROL" and grant.get("Grantee", {}).get("ID") == ACCOUNT_ID
        for grant in policy.get("Grants", ())
    )


OPERATIONS: dict[str, Handler] = {
    "GetObjectAcl": get_object_acl,
    "GetObjectLegalHold": no_object_lock,
    "GetObjectRetention": no_object_lock,
    "GetObjectTorrent": discontinued,
    "PutObjectAcl": put_object_acl,
    "PutObjectLegalHold": no_object_lock,
    "PutObjectRetention": no_object_lock,
    "RestoreObject": restore_object,
    "SelectObjectContent": discontinued,
}
