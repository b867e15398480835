"""Who may do what with a bucket: its owner everything, nobody else anything, as in every bucket that AWS makes now.

Where the bucket's ownership controls ask for ACLs they are taken, and change nothing.
"""

from emulator.http.s3.call import Call, Handler, Output
from emulator.http.s3.ownership import AccessControlListNotSupportedError, takes_acls
from emulator.settings import ACCOUNT_ID

_OWNER = {"ID": ACCOUNT_ID}
_GRANTS = [{"Grantee": {"ID": ACCOUNT_ID, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}]


async def get_bucket_acl(call: Call) -> Output:
    await call.run(call.buckets.get, call.bucket)
    return {"Owner": _OWNER, "Grants": _GRANTS}


async def put_bucket_acl(call: Call) -> Output:
    await call.run(call.buckets.get, call.bucket)
    given = call.asked.get("AccessControlPolicy", {}).get("Grants", [])
    shown = [(grant.get("Permission"), grant.get("Grantee", {}).get("ID")) for grant in given]
    if shown != [("FULL_CONTROL", ACCOUNT_ID)] and not takes_acls(call):
        raise AccessControlListNotSupportedError
    return {}


OPERATIONS: dict[str, Handler] = {"GetBucketAcl": get_bucket_acl, "PutBucketAcl": put_bucket_acl}
