"""Everything that can go wrong, as one tree. Branches are what a door must tell apart; leaves carry AWS's own code.

EmulatorError
├── InvalidRequestError          can never work      exit 2, HTTP 400
│   └── DefinitionError          a YAML file is wrong; lists every problem
├── NotFoundError                not here            exit 1, HTTP 404
├── ConflictError                wrong moment        exit 1, HTTP 409
├── HomeUnusableError            the folder said no  exit 1, HTTP 500
├── ServerUnavailableError       no server runs      exit 1, HTTP 503
└── EngineError                  the engine said no  exit 1, HTTP 500
    ├── BuildError               an image step failed; carries its whole log
    └── EngineUnavailableError   absent, forbidden or too old  exit 3, HTTP 503

A leaf lives in the room that raises it. A user's handler that raises is no error of ours: its result says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class EmulatorError(Exception):
    """Something the user can be told in a sentence, with the next step as a hint."""

    code = "InternalError"
    log: tuple[str, ...] = ()
    """What a program that failed had printed, where one did."""

    def __init__(self, message: str, *, hint: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code


class InvalidRequestError(EmulatorError):
    """The request can never work, whatever the moment."""

    code = "InvalidParameterValue"


class NotFoundError(EmulatorError):
    """What the request names is not here."""

    code = "NotFound"


class ConflictError(EmulatorError):
    """The request is right, the moment is not."""

    code = "Conflict"


class HomeUnusableError(EmulatorError):
    """The home's folder or its state file cannot be read and written."""


class ServerUnavailableError(EmulatorError):
    """No server answers for this home."""

    code = "ServiceUnavailable"


class EngineError(EmulatorError):
    """The container engine refused; its own words are in the message."""

    code = "InternalError"


class BuildError(EngineError):
    """A step of an image build failed; `log` is all that the build printed."""

    code = "BuildFailed"

    def __init__(self, message: str, *, log: Sequence[str], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.log = tuple(log)


class EngineUnavailableError(EngineError):
    """No engine can be used: there is none, it may not be used, or it is too old."""

    code = "EngineUnavailable"


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a definition: `path` is dotted (`limits.memory`), `value` what stands there now."""

    file: str
    path: str
    message: str
    value: object = None

    def __str__(self) -> str:
        where = f"{self.file}: {self.path}" if self.path else self.file
        return f"{where}: {self.message}"


class DefinitionError(InvalidRequestError):
    """A definition has mistakes; all of them are listed, none was acted upon."""

    code = "InvalidDefinition"

    def __init__(self, problems: Sequence[Problem], *, hint: str | None = None) -> None:
        super().__init__("\n".join(str(problem) for problem in problems), hint=hint)
        self.problems = tuple(problems)


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return a sentence that names what *word* may have meant, or None if nothing is near.

    >>> nearest("t3.mikro", ["t3.micro", "m5.large"])
    'did you mean t3.micro?'
    """
    import difflib  # which few of those who say what went wrong need

    close = difflib.get_close_matches(word, list(candidates), n=3, cutoff=0.6)
    return f"did you mean {' or '.join(close)}?" if close else None
