"""The operations, a module a noun. To add one: write its handler there, and name it in the module's table."""

from emulator.http.s3.call import Handler
from emulator.http.s3.operations import buckets, deleting, listings, reading, writing

OPERATIONS: dict[str, Handler] = {
    **buckets.OPERATIONS,
    **deleting.OPERATIONS,
    **listings.OPERATIONS,
    **reading.OPERATIONS,
    **writing.OPERATIONS,
}
