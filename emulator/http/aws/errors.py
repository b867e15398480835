"""Requests that mean nothing, or nothing that can be read. Each has the fields that AWS adds to its error document."""

from collections.abc import Mapping

from emulator.errors import EmulatorError, InvalidRequestError


class InvalidArgumentError(InvalidRequestError):
    """A header, a parameter or a part of the path is missing, or has a value that it cannot have."""

    code = "InvalidArgument"

    def __init__(
        self,
        message: str,
        argument: str,
        value: str | None = None,
        *,
        hint: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, code=code)
        fields = {"ArgumentName": argument, "ArgumentValue": value}
        self.fields: Mapping[str, str] = {name: text for name, text in fields.items() if text is not None}


class MalformedXMLError(InvalidRequestError):
    """The body is no XML, or not the document that the operation takes. The hint says what was wrong."""

    code = "MalformedXML"

    def __init__(self, reason: str) -> None:
        super().__init__(
            "The XML you provided was not well-formed or did not validate against our published schema", hint=reason
        )


class MissingBodyError(InvalidRequestError):
    """The operation takes a document, and there is none."""

    code = "MissingRequestBodyError"

    def __init__(self) -> None:
        super().__init__("Request Body is empty")


class BodyTooLargeError(InvalidRequestError):
    """No document is as large."""

    code = "MaxMessageLengthExceeded"

    def __init__(self) -> None:
        super().__init__("Your request was too big.")


class MethodNotAllowedError(EmulatorError):
    """The service does nothing of this kind to such a resource."""

    code = "MethodNotAllowed"

    def __init__(self, method: str, resource: str) -> None:
        super().__init__("The specified method is not allowed against this resource.")
        self.fields: Mapping[str, str] = {"Method": method, "ResourceType": resource}
