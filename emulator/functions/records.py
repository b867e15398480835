"""One invocation: what goes to a handler, and what came of it. A handler that raises is a result, no error of ours."""

import json
import math
from dataclasses import dataclass, field
from enum import StrEnum

from emulator.ids import new_request_id

MAX_SYNC_PAYLOAD_BYTES = 6 * 1024 * 1024
MAX_ASYNC_PAYLOAD_BYTES = 1024 * 1024
MAX_RESPONSE_BYTES = 6_291_556
"""What AWS names in its own error: 100 bytes over 6 MiB."""

_SIGNALS = {
    1: "hangup",
    2: "interrupt",
    3: "quit",
    4: "illegal instruction",
    5: "trace/breakpoint trap",
    6: "aborted",
    7: "bus error",
    8: "floating point exception",
    9: "killed",
    10: "user defined signal 1",
    11: "segmentation fault",
    12: "user defined signal 2",
    13: "broken pipe",
    14: "alarm clock",
    15: "terminated",
}
"""In the words of Go, which AWS's own platform is written in."""

SEGMENTATION_FAULT = 128 + 11
"""The exit code of a runtime that touched memory which is not its own, as a shell tells it."""


@dataclass(frozen=True)
class Invocation:
    """An event on its way to a handler."""

    payload: bytes
    request_id: str = field(default_factory=new_request_id)
    client_context: str | None = None
    qualifier: str | None = None
    """As it was asked for: what the handler sees in `invoked_function_arn`."""
    trace: str = ""
    """The X-Ray trace header that came with it, "" for none."""


class Outcome(StrEnum):
    """How it ended; the value is what REPORT says, nothing for a good end."""

    SUCCESS = ""
    ERROR = "error"
    TIMEOUT = "timeout"


@dataclass(frozen=True)
class InvocationResult:
    """What an invocation came to. Times are milliseconds; `init_ms` only when the worker was new."""

    request_id: str
    payload: bytes
    outcome: Outcome = Outcome.SUCCESS
    error_type: str | None = None
    duration_ms: float = 0.0
    init_ms: float | None = None
    max_memory_bytes: int = 0
    log_tail: bytes = b""

    @property
    def billed_ms(self) -> int:
        """Return the whole milliseconds that AWS takes money for: the start of a new worker counts, too."""
        return math.ceil(self.duration_ms + (self.init_ms or 0))

    @property
    def function_error(self) -> str | None:
        """Return what the header X-Amz-Function-Error says."""
        return None if self.outcome is Outcome.SUCCESS else "Unhandled"


@dataclass(frozen=True)
class Failure:
    """A handler's end that is no answer: the payload the caller gets and the name REPORT gives it."""

    payload: bytes
    error_type: str
    outcome: Outcome = Outcome.ERROR


def timed_out(request_id: str, timeout_seconds: int) -> Failure:
    return _failure(
        "Sandbox.Timedout",
        f"RequestId: {request_id} Error: Task timed out after {timeout_seconds:.2f} seconds",
        Outcome.TIMEOUT,
    )


def exited(request_id: str, exit_code: int) -> Failure:
    """Return the failure of a runtime that ended by itself; 137 is the kernel's kill, mostly for memory."""
    return _failure("Runtime.ExitError", f"RequestId: {request_id} Error: {exit_reason(exit_code)}")


def exit_reason(exit_code: int) -> str:
    """Say in AWS's words how a runtime ended: over 128 the code tells which signal ended it, as a shell's does.

    >>> exit_reason(0), exit_reason(1), exit_reason(137)
    ('Runtime exited without providing a reason', 'Runtime exited with error: exit status 1', \
'Runtime exited with error: signal: killed')
    """
    if exit_code == 0:
        return "Runtime exited without providing a reason"
    if signal_name := _SIGNALS.get(exit_code - 128):
        return f"Runtime exited with error: signal: {signal_name}"
    return f"Runtime exited with error: exit status {exit_code}"


def response_too_large() -> Failure:
    return _failure(
        "Function.ResponseSizeTooLarge",
        f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes).",
    )


def raised(body: bytes, error_type: str | None) -> Failure:
    """Return the failure that a runtime client reported with *body*, which goes to the caller as it is."""
    if error_type is None:
        try:
            error_type = str(json.loads(body)["errorType"])
        except (ValueError, KeyError, TypeError):
            error_type = "Unhandled"
    return Failure(body, error_type)


def _failure(error_type: str, message: str, outcome: Outcome = Outcome.ERROR) -> Failure:
    payload = json.dumps({"errorType": error_type, "errorMessage": message}, separators=(",", ":"))
    return Failure(payload.encode(), error_type, outcome)
