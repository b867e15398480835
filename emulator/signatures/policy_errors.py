"""What S3 says to a form that its policy does not allow."""

import json

from emulator.signatures.errors import AccessDeniedError, InvalidArgumentError, MalformedSignatureError


class PolicyViolationError(AccessDeniedError):
    """The policy does not allow this upload."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Invalid according to Policy: {reason}")


class ConditionFailedError(PolicyViolationError):
    """One condition does not hold; it is shown as a list, in whichever form it was written."""

    def __init__(self, *condition: str) -> None:
        super().__init__(f"Policy Condition failed: {json.dumps(condition, ensure_ascii=False)}")


class InvalidPolicyDocumentError(MalformedSignatureError):
    """What was signed is no policy."""

    code = "InvalidPolicyDocument"

    def __init__(self, reason: str) -> None:
        super().__init__(f"Invalid Policy: {reason}")


class MissingFieldError(InvalidArgumentError):
    """A field is not there, or comes after the file, where nobody reads it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Bucket POST must contain a field named '{name}'."
            "  If it is specified, please check the order of the fields.",
            name,
            "",
        )


class MalformedPostRequestError(MalformedSignatureError):
    """The body is no form. Raised by whoever reads it, before there are fields to check."""

    code = "MalformedPOSTRequest"

    def __init__(self) -> None:
        super().__init__("The body of your POST request is not well-formed multipart/form-data.")


class EntityTooLargeError(MalformedSignatureError):
    """The file is larger than the policy allows."""

    code = "EntityTooLarge"

    def __init__(self, size_bytes: int, most_bytes: int) -> None:
        super().__init__(
            "Your proposed upload exceeds the maximum allowed size",
            {"ProposedSize": str(size_bytes), "MaxSizeAllowed": str(most_bytes)},
        )


class EntityTooSmallError(MalformedSignatureError):
    """The file is smaller than the policy allows."""

    code = "EntityTooSmall"

    def __init__(self, size_bytes: int, least_bytes: int) -> None:
        super().__init__(
            "Your proposed upload is smaller than the minimum allowed size",
            {"ProposedSize": str(size_bytes), "MinSizeAllowed": str(least_bytes)},
        )
