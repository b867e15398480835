"""What Lambda says when it cannot: AWS's codes and words, our hints."""

from collections.abc import Iterable
from pathlib import Path

from emulator.errors import ConflictError, EngineError, InvalidRequestError, NotFoundError, nearest

RESERVED_LIMIT = "ReservedFunctionConcurrentInvocationLimitExceeded"
ACCOUNT_LIMIT = "ConcurrentInvocationLimitExceeded"

_THROTTLE_HINTS = {
    RESERVED_LIMIT: "`cloudlet lambda get-function-concurrency --function-name {function}` says its limit",
    ACCOUNT_LIMIT: "try again later: an account has 1000 at once, less what functions have reserved",
}


class FunctionNotFoundError(NotFoundError):
    """No function has this name."""

    code = "ResourceNotFoundException"

    def __init__(self, arn: str, name: str, known: Iterable[str]) -> None:
        super().__init__(
            f"Function not found: {arn}",
            hint=f"{name} is here, but not under that version or alias: see `cloudlet lambda list-aliases` and "
            "`list-versions-by-function`"
            if name in (known := list(known))
            else nearest(name, known) or "list the ones you have with `cloudlet lambda list-functions`",
        )


class InvalidFunctionError(InvalidRequestError):
    """A function cannot be configured like this."""

    code = "InvalidParameterValueException"


class FunctionExistsError(ConflictError):
    """There is a function of this name."""

    code = "ResourceConflictException"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Function already exist: {name}",
            hint="change it with `cloudlet lambda update-function-code` and `update-function-configuration`",
        )


class ResourceConflictError(ConflictError):
    """What is asked for goes against something that is here."""

    code = "ResourceConflictException"


class ResourceNotFoundError(NotFoundError):
    """A part of a function is not here: an alias, a setting."""

    code = "ResourceNotFoundException"


class ProvisionedConcurrencyNotFoundError(NotFoundError):
    """No workers are kept ready under this qualifier."""

    code = "ProvisionedConcurrencyConfigNotFoundException"

    def __init__(self) -> None:
        super().__init__("No Provisioned Concurrency Config found for this function")


class PreconditionFailedError(ConflictError):
    """Somebody else has changed it since it was looked at."""

    code = "PreconditionFailedException"

    def __init__(self, operation: str) -> None:
        super().__init__(
            "The Revision Id provided does not match the latest Revision Id. "
            f"Call the {operation} API to retrieve the latest Revision Id",
            hint="look again, and send the RevisionId that you then find",
        )


class UploadTooLargeError(InvalidRequestError):
    """A zip is too large to come with a request; a larger one comes from a bucket."""

    code = "RequestEntityTooLargeException"

    def __init__(self, operation: str, most_bytes: int) -> None:
        # The request is JSON with the zip in base64, which takes a third more.
        super().__init__(
            f"Request must be smaller than {-(-most_bytes * 4 // 3)} bytes for the {operation} operation",
            hint="put the zip into a bucket and name that: S3Bucket=BUCKET,S3Key=KEY",
        )


class PackageChangedError(ConflictError):
    """Files were saved while they were being deployed."""

    def __init__(self, source: Path) -> None:
        super().__init__(f"{source} changed while it was being deployed", hint="deploy it again")


class LayerVersionNotFoundError(NotFoundError):
    """No layer has this version."""

    code = "ResourceNotFoundException"

    def __init__(self, layer: str, version: int, known: Iterable[str]) -> None:
        super().__init__(
            "The resource you requested does not exist.",
            hint=nearest(layer, known) or f"{layer} has no version {version}; see `cloudlet lambda list-layers`",
        )


class LayerNotFoundError(InvalidFunctionError):
    """A function cannot have a layer that is not here."""


class BrokenCodeError(InvalidRequestError):
    """A file that was saved cannot be loaded; what was deployed before goes on."""

    code = "Runtime.UserCodeSyntaxError"


class RuntimeNotFoundError(InvalidRequestError):
    """AWS has no such runtime."""

    code = "InvalidParameterValueException"

    def __init__(self, runtime: str, available: Iterable[str]) -> None:
        names = sorted(available)
        super().__init__(
            f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
            f"[{', '.join(names)}] or be a valid ARN",
            hint=nearest(runtime, names) or "see what there is here with `cloudlet lambda list-runtimes`",
        )


class RuntimeUnavailableError(EngineError):
    """AWS has this runtime, and this machine cannot come by an image of it."""

    code = "InvalidParameterValueException"

    def __init__(self, runtime: str, reason: EngineError, aws_image: str) -> None:
        super().__init__(
            f"not available here: {runtime}: {reason.message}",
            hint=f"{runtime} is there once this machine has AWS's image of it: docker pull {aws_image}, "
            "or docker load one; `cloudlet lambda list-runtimes` shows what there is",
        )
        self.log = reason.log


class InvalidPayloadError(InvalidRequestError):
    """The payload of an invocation is no JSON."""

    code = "InvalidRequestContentException"


class PayloadTooLargeError(InvalidRequestError):
    """The payload of an invocation is larger than Lambda takes."""

    code = "RequestTooLargeException"


class RecursiveInvocationError(InvalidRequestError):
    """A function invokes itself, through whatever lies between, again and again."""

    code = "RecursiveInvocationException"

    def __init__(self, name: str) -> None:
        super().__init__(
            "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services"
            " resources and stopped your function's invocation.",
            hint="have it write elsewhere than where it is run from; if the loop is meant, allow it:"
            f" `cloudlet lambda put-function-recursion-config --function-name {name} --recursive-loop Allow`",
        )


class ThrottledError(ConflictError):
    """More invocations at once than a function or an account may have; an event waits, a caller is told."""

    code = "TooManyRequestsException"

    def __init__(self, reason: str, function: str = "NAME") -> None:
        super().__init__("Rate Exceeded.", hint=_THROTTLE_HINTS[reason].format(function=function))
        self.reason = reason
        """What AWS calls the limit: the field `Reason` of its answer."""


class WorkerStartError(ConflictError):
    """A worker could not be started; the reason is the message."""

    code = "ServiceException"


class WorkerLostError(WorkerStartError):
    """A worker ended before its handler saw the event: another one may have it."""

    def __init__(self) -> None:
        super().__init__("the worker ended before it was given the event", hint="try again")
