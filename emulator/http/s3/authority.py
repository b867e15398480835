"""Who may ask: anybody on this machine, or, where the settings require it, whoever signs with the right secret."""

from datetime import datetime

from aiohttp import web

from emulator.http.s3.address import bucket_of_host
from emulator.settings import Settings
from emulator.signatures import (
    BodyVerifier,
    Credentials,
    Headers,
    Request,
    body_verifier,
    check_expiry,
    parameters_of,
    verify,
    version_2,
)

_SERVICE = "s3"


class Authority:
    """Checks signatures against the credentials of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._required = settings.require_auth
        self._credentials = Credentials(settings.access_key_id, settings.secret_access_key)

    @property
    def is_required(self) -> bool:
        """Tell whether what is not signed is refused."""
        return self._required

    def find(self, access_key_id: str) -> Credentials | None:
        """Return the credentials of *access_key_id*."""
        return self._credentials if access_key_id == self._credentials.access_key_id else None

    def verify(self, request: web.Request, now: datetime) -> BodyVerifier | None:
        """
        Return what checks the body, None if signatures are not required; raises SignatureError if they do not fit.

        A presigned URL expires either way. One of version 2 says nothing of a body.
        """
        path, _, raw_query = request.raw_path.partition("?")
        is_version_2 = version_2.is_presigned(parameters_of(raw_query)) if "AWSAccessKeyId" in raw_query else False
        if not self._required:
            if "X-Amz-Expires" in raw_query:
                check_expiry(raw_query, now)
            if is_version_2:
                version_2.check_expires(parameters_of(raw_query), now)
            return None
        seen = Request(request.method, path, raw_query, Headers.of(request.headers.items()))
        if is_version_2 and "Authorization" not in request.headers:
            version_2.verify_presigned(seen, bucket_of_host(request.host)[0], self.find, now)
            return None
        verified = verify(seen, self.find, now, service=_SERVICE)
        return body_verifier(verified, request.headers.get("x-amz-trailer", ""))
