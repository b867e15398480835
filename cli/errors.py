"""Errors as users see them: what, then the next step, then an exit code that a script can tell apart."""

import logging
import re
import sys
from typing import Any

import typer

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

_ENDLESS_WORD = re.compile(r"(\S{100})\S{300,}")

UsageError: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "UsageError")
"""What typer raises about words that are not of the command's grammar; it exports nothing but one branch of it."""


class MissingParameterError(InvalidRequestError):
    """An option that must be there is not; said as EC2 says it, which knows options by the names of its parameters."""

    code = "MissingParameter"

    def __init__(self, option: str, command_path: str | None = None) -> None:
        name = "".join(word.capitalize() for word in option.strip("-").split("-"))
        super().__init__(
            f"The request must contain the parameter {name}",
            hint=f"add {option}; see `{command_path} --help`" if command_path else f"add {option}",
        )


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


def misused(error: Any) -> int:
    """Show what is wrong with the words of a command line, a UsageError; return the exit code."""
    kind, param = type(error).__name__, getattr(error, "param", None)
    command_path = error.ctx.command_path if error.ctx else "cloudlet"
    if kind == "NoArgsIsHelpError":
        error.show()
    elif kind == "MissingParameter" and param is not None and param.param_type_name == "option":
        show(MissingParameterError(param.opts[0], command_path))
    else:
        show(InvalidRequestError(error.format_message(), hint=f"see `{command_path} --help`"))
    return USAGE


def no_text(error: UnicodeEncodeError) -> int:
    """Say that a word of the command line, or a name, is made of bytes that are no text; return the exit code."""
    show(
        InvalidRequestError(f"{error.object!r} is no UTF-8 text", hint="write it in UTF-8, or leave its last bytes out")
    )
    return USAGE


def bug(error: Exception) -> int:
    """Show a mistake of ours, with all that is to be reported of it; return the exit code."""
    import traceback

    traceback.print_exception(error)
    attached = "what stands above, and the file that `cloudlet doctor --report` writes"
    hint = f"report it at {where_to_report()}, with {attached}"
    show(EmulatorError(f"{type(error).__name__}: {error}; this is a bug in cloudlet", hint=hint))
    return BUG


def where_to_report() -> str:
    """Return the address of the issue tracker that the installed package names."""
    from importlib import metadata

    try:
        named = metadata.metadata("cloudlet").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:  # run from a folder of sources
        named = []
    addresses = {label.lower(): address for label, _, address in (one.partition(", ") for one in named)}
    known = (addresses[label] for label in ("issues", "bug tracker", "tracker") if label in addresses)
    return next(known, "the project's issue tracker")


def aborted() -> int:
    """Say that a question was answered with no; return the exit code."""
    show(EmulatorError("nothing was changed"))
    return FAILED


def show(error: EmulatorError) -> None:
    """Write *error* to stderr: the log of what failed first, one `error:` line a problem, the hint last."""
    for line in error.log:
        print(line, file=sys.stderr)  # noqa: T201
    for line in error.message.splitlines():
        print(f"error: {_readable(line)}{_code(error)}", file=sys.stderr)  # noqa: T201
    if error.hint:
        print(f"hint: {_readable(error.hint)}", file=sys.stderr)  # noqa: T201


def _readable(text: str) -> str:
    """Return *text* without the end of words that nobody reads to the end, such as a file given as a name."""
    return _ENDLESS_WORD.sub(r"\1…", printable(text))


def _code(error: EmulatorError) -> str:
    """Return AWS's code for the end of a line: a leaf of the tree has one, a branch only a name of our own."""
    namer = next(kind for kind in type(error).__mro__ if "code" in vars(kind))
    is_awss = "code" in vars(error) or namer.__module__ != EmulatorError.__module__
    return f" ({error.code})" if is_awss else ""
