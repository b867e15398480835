"""What Lambda says when it cannot: AWS's codes and words, our hints."""

from collections.abc import Iterable

from emulator.errors import ConflictError, InvalidRequestError, NotFoundError, nearest


class FunctionNotFoundError(NotFoundError):
    """No function has this name."""

    code = "ResourceNotFoundException"

    def __init__(self, arn: str, name: str, known: Iterable[str]) -> None:
        super().__init__(
            f"Function not found: {arn}",
            hint=nearest(name, known) or "list the ones you have with `cloudlet lambda list-functions`",
        )


class InvalidFunctionError(InvalidRequestError):
    """A function cannot be configured like this."""

    code = "InvalidParameterValueException"


class RuntimeNotFoundError(NotFoundError):
    """There is no such runtime here."""

    code = "InvalidParameterValueException"

    def __init__(self, runtime: str, available: Iterable[str]) -> None:
        names = sorted(available)
        super().__init__(
            f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
            f"[{', '.join(names)}]",
            hint=nearest(runtime, names) or f"available here: {', '.join(names)}",
        )


class InvalidPayloadError(InvalidRequestError):
    """The payload of an invocation is no JSON."""

    code = "InvalidRequestContentException"


class PayloadTooLargeError(InvalidRequestError):
    """The payload of an invocation is larger than Lambda takes."""

    code = "RequestTooLargeException"


class WorkerStartError(ConflictError):
    """A worker could not be started; the reason is the message."""

    code = "ServiceException"
