"""What a bucket is set to: documents that are put, read and deleted, one line of a table each.

Most are only kept. Who acts on one says in its own module what AWS refuses of it: CORS, the web site, lifecycle rules.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from emulator.buckets.lifecycle import SETTING as LIFECYCLE
from emulator.buckets.lifecycle_checks import checked_lifecycle
from emulator.http.aws.errors import MissingBodyError
from emulator.http.s3 import cors_rules, website_rules
from emulator.http.s3.call import Call, Handler, Output
from emulator.http.s3.missing import NoSuchSettingError
from emulator.http.s3.operations import bucket_policies, setting_checks
from emulator.http.s3.operations.setting_checks import Document

Check: TypeAlias = Callable[[Call, Document], Document]
"""Returns a document as it is to be kept; raises what AWS says if it will not do."""

_SMALLEST_TRANSITION = "TransitionDefaultMinimumObjectSize"
_GONE: Document = {}
"""What is kept where even the default was deleted; no document that is put is empty and has a default."""


def _as_it_is(_: Call, document: Document) -> Document:
    return document


@dataclass(frozen=True)
class Setting:
    """One kind of document; *noun* is what its operations are called after their verb."""

    noun: str
    body: str
    """The member of what Put is given that is the document."""
    answer: str = ""
    """The member of Get's answer that is the document; "" if they are one."""
    default: Document | None = None
    """What a bucket is set to that was never set."""
    missing: tuple[str, str] = ("", "")
    """Code and message of the error that Get answers with where there is nothing."""
    check: Check = _as_it_is
    delete: str = ""
    """The operation that deletes it, if it has another noun."""

    async def put(self, call: Call) -> Output:
        """Replace the document."""
        given = call.asked.get(self.body)
        if given is None:
            raise MissingBodyError
        document = await call.write(self._keep, call, given)
        return {name: document[name] for name in (_SMALLEST_TRANSITION,) if name in document}

    async def get(self, call: Call) -> Output:
        """Return the document, or the default."""
        document = await call.run(call.buckets.bucket_settings.get, call.bucket, self.noun)
        if document is None:
            document = dict(self.default) if self.default is not None else None
        if document is None or (document == _GONE and self.missing[0]):
            raise NoSuchSettingError(*self.missing, call.bucket)
        return {self.answer: document} if self.answer else document

    async def remove(self, call: Call) -> Output:
        """Delete the document; that there is none is a success."""
        settings = call.buckets.bucket_settings
        if self.default is not None and self.missing[0]:
            await call.write(settings.put, call.bucket, self.noun, _GONE)
        else:
            await call.write(settings.delete, call.bucket, self.noun)
        return {}

    def _keep(self, call: Call, given: Any) -> Document:
        call.buckets.get(call.bucket)
        document = self.check(call, given if isinstance(given, Mapping) else {self.body: given})
        call.buckets.bucket_settings.put(call.bucket, self.noun, document)
        return document


def _checked_lifecycle(call: Call, document: Document) -> Document:
    smallest = call.asked.get(_SMALLEST_TRANSITION, "all_storage_classes_128K")
    return {"Rules": checked_lifecycle(document.get("Rules", ())), _SMALLEST_TRANSITION: smallest}


SETTINGS = (
    Setting("BucketAbac", "AbacStatus", "AbacStatus", {"Status": "Disabled"}),
    Setting("BucketAccelerateConfiguration", "AccelerateConfiguration", default={}, check=setting_checks.accelerate),
    Setting(
        "BucketCors",
        "CORSConfiguration",
        missing=("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
        check=lambda _, document: cors_rules.checked_cors(document),
    ),
    Setting(
        "BucketEncryption",
        "ServerSideEncryptionConfiguration",
        "ServerSideEncryptionConfiguration",
        setting_checks.ENCRYPTED,
        check=setting_checks.encryption,
    ),
    Setting(
        LIFECYCLE,
        "LifecycleConfiguration",
        missing=("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
        check=_checked_lifecycle,
        delete="DeleteBucketLifecycle",
    ),
    Setting("BucketLogging", "BucketLoggingStatus", default={}, check=setting_checks.logging),
    Setting(
        "BucketOwnershipControls",
        "OwnershipControls",
        "OwnershipControls",
        {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        ("OwnershipControlsNotFoundError", "The bucket ownership controls were not found"),
        setting_checks.ownership,
    ),
    Setting(
        "BucketPolicy",
        "Policy",
        missing=bucket_policies.MISSING,
        check=lambda call, document: bucket_policies.checked_policy(call, document["Policy"]),
    ),
    Setting(
        "BucketReplication",
        "ReplicationConfiguration",
        "ReplicationConfiguration",
        missing=("ReplicationConfigurationNotFoundError", "The replication configuration was not found"),
        check=setting_checks.replication,
    ),
    Setting("BucketRequestPayment", "RequestPaymentConfiguration", default={"Payer": "BucketOwner"}),
    Setting(
        "BucketTagging",
        "Tagging",
        missing=("NoSuchTagSet", "The TagSet does not exist"),
        check=setting_checks.tagging,
    ),
    Setting(
        "BucketWebsite",
        "WebsiteConfiguration",
        missing=website_rules.MISSING,
        check=lambda _, document: website_rules.checked_website(document),
    ),
    Setting(
        "ObjectLockConfiguration",
        "ObjectLockConfiguration",
        "ObjectLockConfiguration",
        missing=(
            "ObjectLockConfigurationNotFoundError",
            "Object Lock configuration does not exist for this bucket",
        ),
        check=setting_checks.object_lock,
    ),
    Setting(
        bucket_policies.PUBLIC_ACCESS,
        "PublicAccessBlockConfiguration",
        "PublicAccessBlockConfiguration",
        dict.fromkeys(setting_checks.BLOCKS, True),
        ("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"),
        setting_checks.public_access,
    ),
)

_WITHOUT_DELETE = {
    "BucketAbac",
    "BucketAccelerateConfiguration",
    "BucketLogging",
    "BucketRequestPayment",
    "ObjectLockConfiguration",
}

OPERATIONS: dict[str, Handler] = {
    **{f"Put{setting.noun}": setting.put for setting in SETTINGS},
    **{f"Get{setting.noun}": setting.get for setting in SETTINGS},
    **{
        setting.delete or f"Delete{setting.noun}": setting.remove
        for setting in SETTINGS
        if setting.noun not in _WITHOUT_DELETE
    },
    "GetBucketPolicyStatus": bucket_policies.get_policy_status,
}
