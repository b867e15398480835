"""An event on its way through the queue, and the words for its end."""

from dataclasses import dataclass
from enum import StrEnum

from emulator.functions.records import Invocation

STATES = ("queued", "running", "done", "failed")


class Condition(StrEnum):
    """Why an event is not tried any more, in the words of AWS's destination records."""

    SUCCESS = "Success"
    RETRIES_EXHAUSTED = "RetriesExhausted"
    EVENT_AGE_EXCEEDED = "EventAgeExceeded"
    ZERO_RESERVED_CONCURRENCY = "ZeroReservedConcurrency"
    RECURSION = "RecursiveInvocation"
    """Ours: AWS's word for it is not known."""
    FUNCTION_NOT_FOUND = "FunctionNotFound"
    """Ours: on AWS nothing is left that could tell of it."""


@dataclass(frozen=True)
class Arrival:
    """An event that is to be queued."""

    function: str
    payload: bytes
    source: str
    """What caused it, for people."""
    qualifier: str | None = None
    trace: str = ""
    """The header that came with the cause, if one did."""
    client_context: str | None = None


@dataclass(frozen=True)
class QueuedInvocation:
    """A row that was claimed; `attempt` counts from 1. Times are seconds since 1970."""

    function: str
    attempt: int
    invocation: Invocation
    aged_from: float
    refusals: int = 0
    """How often in a row no handler has seen it before this try."""
    last_error: str | None = None
    """What came of the try before."""


@dataclass(frozen=True)
class FailedInvocation:
    """A row whose last try failed."""

    request_id: str
    function: str
    source: str
    error: str
    next_try_seconds: float | None = None
    """From now; None if it was given up."""
