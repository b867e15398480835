"""Which lines a function's log levels let through. Levels count in the JSON format only; text has all of them."""

import json
import re

from emulator.functions.definition import LoggingConfig

_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_ALIASES = {"WARNING": "WARN", "CRITICAL": "FATAL"}
_USUAL = "INFO"
_MAYBE_LOW = re.compile(rb'"level"\s*:\s*"(?:trace|debug)"', re.IGNORECASE)


def is_json(logging: LoggingConfig) -> bool:
    return logging.format.upper() == "JSON"


def passes(level: str, least: str) -> bool:
    """Tell whether what is of *level* is logged where *least* was asked for; "" stands for INFO.

    >>> passes("DEBUG", ""), passes("WARN", "INFO"), passes("INFO", "WARN")
    (False, True, False)
    """
    return _LEVELS.index(level) >= _LEVELS.index(least or _USUAL)


class ApplicationFilter:
    """Takes out the lines of a handler that are of too low a level; a line that names none is of INFO."""

    def __init__(self, logging: LoggingConfig) -> None:
        self._least = (logging.application_level or _USUAL) if is_json(logging) else _LEVELS[0]
        self._drops_plain = not passes(_USUAL, self._least)
        self._drops_nothing = self._least == _LEVELS[0]

    def filter(self, block: bytes) -> bytes:
        """Return of *block*, which is whole lines, those that are logged."""
        if self._drops_nothing or not (self._drops_plain or _MAYBE_LOW.search(block)):
            return block  # as nearly all are: to read each line as JSON would take a hundred times as long
        return b"".join(line for line in block.splitlines(keepends=True) if self._keeps(line))

    def _keeps(self, line: bytes) -> bool:
        if not line.startswith(b"{") or b'"level"' not in line:
            return not self._drops_plain
        try:
            level = str(json.loads(line)["level"]).upper()
        except (ValueError, KeyError, TypeError):
            level = _USUAL
        level = _ALIASES.get(level, level)
        return passes(level if level in _LEVELS else _USUAL, self._least)
