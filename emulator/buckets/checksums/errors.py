"""What S3 says about a checksum that it does not like: AWS's codes and wording."""

from emulator.errors import InvalidRequestError


class ChecksumRequestError(InvalidRequestError):
    """What a request says about its checksum contradicts itself, the upload, or base64."""

    code = "InvalidRequest"


class BadDigestError(InvalidRequestError):
    """The bytes that came are not the bytes that were sent."""

    code = "BadDigest"


class MalformedTrailerError(InvalidRequestError):
    """A trailer that was announced did not come, or one came that nobody had announced."""

    code = "MalformedTrailerError"

    def __init__(self) -> None:
        super().__init__(
            "The request contained trailing data that was not well-formed or did not conform to our published schema."
        )


def invalid_value(name: str) -> ChecksumRequestError:
    """Return the error for a header, or a `… trailing` one, whose value cannot be."""
    return ChecksumRequestError(f"Value for {name} header is invalid.")
