"""AWS's signatures, both ways: who signed a request, a chunk or a form, and URLs that are signed beforehand."""

from emulator.signatures import version_2
from emulator.signatures.errors import ContentHashMismatchError, MalformedSignatureError, SignatureError
from emulator.signatures.form import AllowedUpload, check_policy
from emulator.signatures.policy_errors import MalformedPostRequestError
from emulator.signatures.presigned import check_expiry, parameters_of
from emulator.signatures.presigning import Signer, presign
from emulator.signatures.records import Credentials, Headers, Lookup, Request
from emulator.signatures.signing import authorization_of
from emulator.signatures.streaming import BodyVerifier, body_verifier
from emulator.signatures.verification import Verified, verify

__all__ = [
    "AllowedUpload",
    "BodyVerifier",
    "ContentHashMismatchError",
    "Credentials",
    "Headers",
    "Lookup",
    "MalformedPostRequestError",
    "MalformedSignatureError",
    "Request",
    "SignatureError",
    "Signer",
    "Verified",
    "authorization_of",
    "body_verifier",
    "check_expiry",
    "check_policy",
    "parameters_of",
    "presign",
    "verify",
    "version_2",
]
