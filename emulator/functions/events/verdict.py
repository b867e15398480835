"""What is to become of an event after a try: AWS's rules for asynchronous invocation, with no row or clock in sight.

A handler that fails has used one of its tries. What no handler has seen - no worker, no concurrency left - has not, and
is tried at growing intervals for as long as the event is young enough.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from emulator.functions.definition import Function
from emulator.functions.event_config import EventInvokeConfig
from emulator.functions.events.event import Condition, QueuedInvocation
from emulator.functions.events.lineage import MOST_PASSES, passes, traced
from emulator.functions.events.notice import End, Notice, dead_letter_for, record_for
from emulator.functions.events.reason import reason, storable
from emulator.functions.records import InvocationResult, Outcome
from emulator.functions.references import LATEST, FunctionReference, function_arn

RETRY_SECONDS = (60.0, 120.0)
"""Lambda tries a failed event again after one minute, then after two more."""

FIRST_BACKOFF_SECONDS, LONGEST_BACKOFF_SECONDS = 1.0, 300.0
"""Between tries that no handler has seen; each wait is twice as long as the one before."""

RECURSION_ERROR = (
    f"RecursiveInvocationException: it came of {MOST_PASSES} invocations of the same function, one after the other:"
    " a loop, which was stopped"
)


@dataclass(frozen=True)
class Verdict:
    """What is written about a try. Without a condition it is not over: the event is due again at `due_at`."""

    queued: QueuedInvocation
    condition: Condition | None = None
    error: str | None = None
    due_at: float = 0.0
    is_attempt: bool = True
    """Whether a handler may have seen the event."""
    result: InvocationResult | None = None
    executed_version: str | None = None
    notices: tuple[Notice, ...] = ()
    trace: str = ""
    """What the notices carry: all that comes of them has this event in its lineage."""

    @property
    def state(self) -> str:
        if self.condition is None:
            return "queued"
        return "done" if self.condition is Condition.SUCCESS else "failed"

    @property
    def attempts(self) -> int:
        return self.queued.attempt if self.is_attempt else self.queued.attempt - 1


@dataclass(frozen=True)
class Judge:
    """Judges one try of one event of *function*; *config* is what was said about its events."""

    queued: QueuedInvocation
    function: Function
    config: EventInvokeConfig
    region: str
    time_scale: float

    @property
    def trace(self) -> str:
        """Return the trace header that the handler is given."""
        invocation = self.queued.invocation
        return traced(invocation.trace, self._arn, invocation.request_id)

    @property
    def is_looping(self) -> bool:
        """Whether the event came of as many invocations of its function as one chain may have."""
        return self._passes >= MOST_PASSES

    def before(self, now: datetime, reserved: int | None, *, may_loop: bool) -> Verdict | None:
        """Return why the event is not even tried; None if it is."""
        if self.is_looping and not may_loop:
            return self._given_up(Condition.RECURSION, RECURSION_ERROR, now, is_attempt=False)
        if reserved == 0:
            return self._given_up(
                Condition.ZERO_RESERVED_CONCURRENCY, "the function's reserved concurrency is 0", now, is_attempt=False
            )
        if now.timestamp() >= self._expires_at:
            last = f"; the last try: {self.queued.last_error}" if self.queued.last_error else ""
            error = f"EventAgeExceeded: the event is older than {self.config.max_age_seconds} s{last}"
            return self._given_up(Condition.EVENT_AGE_EXCEEDED, error, now, is_attempt=False)
        return None

    def ended(self, result: InvocationResult, now: datetime) -> Verdict:
        """Judge what the handler came to."""
        if result.outcome is Outcome.SUCCESS:
            verdict = self._verdict(condition=Condition.SUCCESS, result=result)
            return self._told(verdict, now, destination=self.config.on_success, dead_letter="")
        return self.failed(reason(result), now, result)

    def failed(self, error: str, now: datetime, result: InvocationResult | None = None) -> Verdict:
        """Judge a try that failed when the handler may have seen the event."""
        tries = self.queued.attempt
        if tries > min(self.config.max_retries, len(RETRY_SECONDS)):
            return self._given_up(Condition.RETRIES_EXHAUSTED, error, now, result)
        return self._again(error, now, RETRY_SECONDS[tries - 1], result=result)

    def refused(self, error: str, now: datetime) -> Verdict:
        """Judge a try that no handler has seen."""
        wait = min(FIRST_BACKOFF_SECONDS * 2.0 ** min(self.queued.refusals, 30), LONGEST_BACKOFF_SECONDS)
        return self._again(error, now, wait, is_attempt=False)

    def _again(
        self, error: str, now: datetime, wait: float, *, is_attempt: bool = True, result: InvocationResult | None = None
    ) -> Verdict:
        """Have it tried later, or looked at when it has grown too old, whichever comes first."""
        due_at = max(now.timestamp(), min(now.timestamp() + wait * self.time_scale, self._expires_at))
        return self._verdict(error=error, due_at=due_at, is_attempt=is_attempt, result=result)

    def _given_up(
        self,
        condition: Condition,
        error: str,
        now: datetime,
        result: InvocationResult | None = None,
        *,
        is_attempt: bool = True,
    ) -> Verdict:
        verdict = self._verdict(condition=condition, error=error, is_attempt=is_attempt, result=result)
        if condition is Condition.RECURSION and self._passes > MOST_PASSES:
            return verdict  # what was told of the one before has come back: to tell it again would be the loop itself
        return self._told(verdict, now, destination=self.config.on_failure, dead_letter=self.function.dead_letter_arn)

    def _told(self, verdict: Verdict, now: datetime, *, destination: str, dead_letter: str) -> Verdict:
        if not (destination or dead_letter):
            return verdict
        invocation = self.queued.invocation
        end = End(
            invocation.request_id,
            FunctionReference(self.function.name, invocation.qualifier or LATEST).arn(self.region),
            invocation.payload,
            verdict.condition or Condition.SUCCESS,
            verdict.attempts,
            now,
            verdict.error,
            verdict.executed_version,
            verdict.result,
        )
        notices = [record_for(destination, end)] if destination else []
        if dead_letter:
            notices.append(dead_letter_for(dead_letter, end))
        return replace(verdict, notices=tuple(notices), trace=self.trace)

    def _verdict(
        self,
        *,
        condition: Condition | None = None,
        error: str | None = None,
        due_at: float = 0.0,
        is_attempt: bool = True,
        result: InvocationResult | None = None,
    ) -> Verdict:
        version = self.function.version if result is not None else None
        said = None if error is None else storable(error)
        return Verdict(self.queued, condition, said, due_at, is_attempt, result, version)

    @property
    def _arn(self) -> str:
        return function_arn(self.function.name, self.region)

    @property
    def _passes(self) -> int:
        return passes(self.queued.invocation.trace, self._arn)

    @property
    def _expires_at(self) -> float:
        return self.queued.aged_from + self.config.max_age_seconds


def orphaned(queued: QueuedInvocation, error: str) -> Verdict:
    """Return the verdict on an event whose function is no more, and all that was said about it with it."""
    return Verdict(queued, Condition.FUNCTION_NOT_FOUND, storable(error), is_attempt=False)


def faulted(queued: QueuedInvocation, error: str, now: datetime, time_scale: float) -> Verdict:
    """Return the verdict on an event that met a fault of ours: it is tried as often as if its handler had failed."""
    if queued.attempt > len(RETRY_SECONDS):
        return Verdict(queued, Condition.RETRIES_EXHAUSTED, storable(error))
    return Verdict(
        queued, error=storable(error), due_at=now.timestamp() + RETRY_SECONDS[queued.attempt - 1] * time_scale
    )
