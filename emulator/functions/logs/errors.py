"""What CloudWatch Logs says when it cannot: AWS's codes and words, our hints."""

from collections.abc import Iterable

from emulator.errors import InvalidRequestError, NotFoundError, nearest


class LogGroupNotFoundError(NotFoundError):
    """Nothing was ever logged to this group."""

    code = "ResourceNotFoundException"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(
            "The specified log group does not exist.",
            hint=nearest(name, known)
            or f"{name} has no logs (yet): a function's group comes with its first invocation; "
            "see `cloudlet logs describe-log-groups`",
        )


class LogStreamNotFoundError(NotFoundError):
    """The group has no such stream."""

    code = "ResourceNotFoundException"

    def __init__(self, group: str, name: str, known: Iterable[str]) -> None:
        super().__init__(
            "The specified log stream does not exist.",
            hint=nearest(name, known) or f"see `cloudlet logs describe-log-streams --log-group-name {group}`",
        )


class InvalidLogParameterError(InvalidRequestError):
    """A request that CloudWatch Logs does not take."""

    code = "InvalidParameterException"
