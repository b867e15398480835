"""The upload by a browser's form: the policy in it is what was signed, and everything else must be in the policy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from emulator.signatures.credential import read_credential
from emulator.signatures.errors import (
    AccessDeniedError,
    InvalidArgumentError,
    SignatureDoesNotMatchError,
    UnsupportedSignatureError,
)
from emulator.signatures.keys import ALGORITHM, Scope, same, sign, signing_key
from emulator.signatures.policy import SizeRange, read_policy
from emulator.signatures.policy_errors import MissingFieldError, PolicyViolationError
from emulator.signatures.records import Credentials, Lookup
from emulator.signatures.timestamps import from_timestamp
from emulator.signatures.verification import find_credentials

_SIGNATURE, _ALGORITHM, _CREDENTIAL, _DATE = _SIGNING = (
    "X-Amz-Signature",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
)
_NEED_NO_CONDITION = ("policy", "x-amz-signature", "file")
_IGNORED_PREFIX = "x-ignore-"


@dataclass(frozen=True)
class AllowedUpload:
    """An upload that its policy allows, if only the file's size fits."""

    credentials: Credentials | None
    """None where nobody asked who signed."""
    sizes: tuple[SizeRange, ...]

    @property
    def most_bytes(self) -> int | None:
        """Return the size at which reading may stop, None if the policy names none."""
        return min((size.most_bytes for size in self.sizes), default=None)

    def check_size(self, size_bytes: int) -> None:
        """Raise EntityTooLargeError or EntityTooSmallError if the policy does not allow a file of *size_bytes*."""
        for size in self.sizes:
            size.check(size_bytes)


def check_policy(
    fields: Mapping[str, str],
    size_bytes: int | None,
    lookup: Lookup | None,
    now: datetime,
    *,
    bucket: str,
    region: str | None = None,
) -> AllowedUpload:
    """
    Return who allows the upload to *bucket* of a form with *fields*.

    Args:
        fields: Those before the file, `${filename}` already replaced; their names have no case.
        lookup: None takes a policy that anybody signed, or nobody.
        size_bytes: Of the file; None leaves it to `check_size`, once the file has been read.

    Raises:
        SignatureError: AWS's code and words; AccessDenied for a form that is not signed at all.
    """
    named = {name.lower(): value for name, value in fields.items()}
    if "key" not in named:
        raise MissingFieldError("key")
    credentials = _signed_by(named, lookup, region) if lookup else None
    policy = read_policy(named["policy"])
    if now > policy.expires_at:
        raise PolicyViolationError("Policy expired.")
    named["bucket"] = bucket
    for condition in policy.conditions:
        condition.check(named)
    covered = {condition.name for condition in policy.conditions}
    extra = [name for name in (*fields, "bucket") if not _needs_none(name) and name.lower() not in covered]
    if extra:
        raise PolicyViolationError(f"Extra input fields: {', '.join(dict.fromkeys(extra))}")
    allowed = AllowedUpload(credentials, policy.sizes)
    if size_bytes is not None:
        allowed.check_size(size_bytes)
    return allowed


def _needs_none(name: str) -> bool:
    return name.lower() in _NEED_NO_CONDITION or name.lower().startswith(_IGNORED_PREFIX)


def _signed_by(named: Mapping[str, str], lookup: Lookup, region: str | None) -> Credentials:
    if "signature" in named or "awsaccesskeyid" in named:
        raise UnsupportedSignatureError
    missing = [name for name in (*_SIGNING, "policy") if name.lower() not in named]
    if set(missing) >= set(_SIGNING):
        raise AccessDeniedError
    if missing:
        raise MissingFieldError(missing[0])
    access_key_id, scope = _credential(named, region)
    credentials = find_credentials(lookup, access_key_id, named.get("x-amz-security-token"))
    provided, signed = named["x-amz-signature"], named["policy"]
    if not same(sign(signing_key(credentials.secret_access_key, scope), signed), provided):
        raise SignatureDoesNotMatchError(access_key_id, provided, signed)
    return credentials


def _credential(named: Mapping[str, str], region: str | None) -> tuple[str, Scope]:
    algorithm, credential, date = (named[name.lower()] for name in (_ALGORITHM, _CREDENTIAL, _DATE))
    if algorithm != ALGORITHM:
        raise InvalidArgumentError(f'X-Amz-Algorithm only supports "{ALGORITHM}"', _ALGORITHM, algorithm)
    if from_timestamp(date) is None:
        raise InvalidArgumentError("X-Amz-Date must be formated via ISO8601 Long format", _DATE, date)
    return read_credential(
        credential, "s3", region, lambda reason, more: InvalidArgumentError(reason, _CREDENTIAL, credential, more)
    )
