"""Whether a bucket takes ACLs: none does until its ownership controls say so, and then they change nothing here."""

from emulator.errors import InvalidRequestError
from emulator.http.s3.call import Call

_GRANTS = ("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP")
_OWNERS_ALONE = (None, "private", "bucket-owner-full-control")
ENFORCED = "BucketOwnerEnforced"
"""What a bucket's ownership is unless its owner asks for another."""


class AccessControlListNotSupportedError(InvalidRequestError):
    """Buckets have no ACLs unless their owner asks for them."""

    code = "AccessControlListNotSupported"

    def __init__(self) -> None:
        super().__init__("The bucket does not allow ACLs")


def check_acl(call: Call) -> None:
    """Raise AccessControlListNotSupportedError if a write would give others a right, where no ACLs are taken."""
    is_plain = call.asked.get("ACL") in _OWNERS_ALONE and not has_grants(call)
    if not is_plain and not takes_acls(call):
        raise AccessControlListNotSupportedError


def has_grants(call: Call) -> bool:
    """Tell whether headers of the request give somebody a right."""
    return any(name in call.asked for name in _GRANTS)


def takes_acls(call: Call) -> bool:
    """Tell whether the bucket's owner has asked for ACLs."""
    document = call.buckets.bucket_settings.find(call.bucket, "BucketOwnershipControls") or {}
    return any(rule.get("ObjectOwnership") != ENFORCED for rule in document.get("Rules", ()))
