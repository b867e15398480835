"""The operations, a module a noun. To add one: write its handler there, and name it in the module's table."""

from emulator.http.s3.call import Handler
from emulator.http.s3.operations import (
    bucket_acls,
    bucket_settings,
    buckets,
    configurations,
    deleting,
    listings,
    multipart,
    notifications,
    parts,
    permissions,
    reading,
    tagging,
    upload_listings,
    versioning,
    writing,
)

OPERATIONS: dict[str, Handler] = {
    **bucket_acls.OPERATIONS,
    **bucket_settings.OPERATIONS,
    **buckets.OPERATIONS,
    **configurations.OPERATIONS,
    **deleting.OPERATIONS,
    **listings.OPERATIONS,
    **multipart.OPERATIONS,
    **notifications.OPERATIONS,
    **parts.OPERATIONS,
    **permissions.OPERATIONS,
    **reading.OPERATIONS,
    **tagging.OPERATIONS,
    **upload_listings.OPERATIONS,
    **versioning.OPERATIONS,
    **writing.OPERATIONS,
}
