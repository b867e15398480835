"""Signs a request in its headers, as clients of S3 do that send it themselves."""

from collections.abc import Mapping
from datetime import datetime

from emulator.signatures.canonical import canonical_request
from emulator.signatures.keys import ALGORITHM, Scope, sign, signing_key, string_to_sign
from emulator.signatures.payload import HEADER, UNSIGNED
from emulator.signatures.records import Credentials, Headers, Request
from emulator.signatures.timestamps import to_timestamp


def authorization_of(
    method: str, target: str, headers: Mapping[str, str], credentials: Credentials, *, region: str, now: datetime
) -> dict[str, str]:
    """
    Return the headers that sign a request to S3, all of *headers* with it; its body is not signed.

    *target* is percent-encoded; *headers* hold the host, and have names in lower case.
    """
    path, _, query = target.partition("?")
    timestamp = to_timestamp(now)
    scope = Scope(timestamp[:8], region, "s3")
    added = {"x-amz-date": timestamp, HEADER: UNSIGNED}
    if credentials.session_token is not None:
        added["x-amz-security-token"] = credentials.session_token
    signed = {**headers, **added}
    names = sorted(signed)
    canonical = canonical_request(Request(method, path, query, Headers.of(signed.items())), names, UNSIGNED, "s3")
    signature = sign(signing_key(credentials.secret_access_key, scope), string_to_sign(timestamp, scope, canonical))
    credential = f"{credentials.access_key_id}/{scope}"
    added["authorization"] = (
        f"{ALGORITHM} Credential={credential}, SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return added
