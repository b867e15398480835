"""What EventBridge says when it cannot: AWS's codes and words, our hints."""

from collections.abc import Iterable

from emulator.errors import ConflictError, InvalidRequestError, NotFoundError, nearest

MAX_TARGETS = 5


class InvalidScheduleError(InvalidRequestError):
    """A schedule expression that EventBridge does not take; the hint says why."""

    code = "ValidationException"

    def __init__(self, reason: str) -> None:
        super().__init__(
            "Parameter ScheduleExpression is not valid.",
            hint=f"{reason}; write 'rate(5 minutes)', or 'cron(0 12 * * ? *)': minute, hour, day, month, weekday, year",
        )


class InvalidRuleError(InvalidRequestError):
    """A rule or a target cannot be like this."""

    code = "ValidationException"


class RuleNotFoundError(NotFoundError):
    """No rule has this name."""

    code = "ResourceNotFoundException"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(
            f"Rule {name} does not exist on EventBus default.",
            hint=nearest(name, known) or "list the ones you have with `cloudlet events list-rules`",
        )


class RuleHasTargetsError(ConflictError):
    """A rule is deleted only when nothing is sent anywhere by it."""

    code = "ValidationException"

    def __init__(self, name: str, ids: Iterable[str]) -> None:
        super().__init__(
            "Rule can't be deleted since it has targets.",
            hint=f"remove them first: cloudlet events remove-targets --rule {name} --ids {' '.join(ids)}",
        )


class TooManyTargetsError(InvalidRequestError):
    """A rule has at most five targets."""

    code = "LimitExceededException"

    def __init__(self) -> None:
        super().__init__(
            "The requested resource exceeds the maximum number allowed.",
            hint=f"a rule has up to {MAX_TARGETS} targets; make another rule with the same schedule",
        )
