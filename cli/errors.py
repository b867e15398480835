"""Errors as users see them: what, then the next step, then an exit code that a script can tell apart."""

import logging
import sys

from cli.output import printable
from emulator.errors import EmulatorError, EngineUnavailableError, InvalidRequestError

log = logging.getLogger(__name__)

FAILED = 1
USAGE = 2
NO_ENGINE = 3
FUNCTION_FAILED = 4
BUG = 70
EXEC_FAILED = 125
INTERRUPTED = 130


def exit_code_for(error: EmulatorError) -> int:
    """Return the documented exit code of *error*."""
    if isinstance(error, EngineUnavailableError):
        return NO_ENGINE
    if isinstance(error, InvalidRequestError):
        return USAGE
    return FAILED


def refused(error: OSError) -> int:
    """Show what the operating system refused, such as to write on a full disk; return the exit code."""
    log.debug("the operating system refused", exc_info=error)
    where = f": {error.filename}" if error.filename else ""
    show(EmulatorError(f"{error.strerror or error}{where}"))
    return FAILED


def show(error: EmulatorError) -> None:
    """Write *error* to stderr: the log of what failed first, one `error:` line a problem, the hint last."""
    for line in error.log:
        print(line, file=sys.stderr)  # noqa: T201
    for line in error.message.splitlines():
        print(f"error: {printable(line)}{_code(error)}", file=sys.stderr)  # noqa: T201
    if error.hint:
        print(f"hint: {printable(error.hint)}", file=sys.stderr)  # noqa: T201


def _code(error: EmulatorError) -> str:
    """Return AWS's code for the end of a line: a leaf of the tree has one, a branch only a name of our own."""
    namer = next(kind for kind in type(error).__mro__ if "code" in vars(kind))
    is_awss = "code" in vars(error) or namer.__module__ != EmulatorError.__module__
    return f" ({error.code})" if is_awss else ""
