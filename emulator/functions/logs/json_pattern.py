"""Filter patterns for events that are JSON: `{ $.level = "ERROR" && $.took > 100 }`.

    pattern    = "{" either "}"
    either     = both { "||" both }
    both       = test { "&&" test }
    test       = "(" either ")" | selector ("=" | "!=" | "<" | "<=" | ">" | ">=") value
               | selector ("IS NULL" | "IS TRUE" | "IS FALSE" | "EXISTS" | "NOT EXISTS")
    selector   = "$" { "." name | "[" number "]" | "['" name "']" }
    value      = number | "text" | word, both with * for anything

An event that is no JSON object, or has not what is compared, does not match.
"""

import json
import operator
import re
from collections.abc import Callable
from typing import Any

from emulator.functions.logs.errors import InvalidLogParameterError

_Test = Callable[[Any], bool]

_MISSING = object()
_STEP = re.compile(r"""\.([A-Za-z0-9_\-]+)|\[(\d+)\]|\[['"]([^'"]+)['"]\]|\.?\["([^"]+)"\]""")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_WORD = re.compile(r"[^\s()&|{}\"=<>!][^\s()&|{}\"]*")
_NUMERIC = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def json_pattern(text: str) -> Callable[[str], bool]:
    """Return what tells whether a message matches *text*; InvalidParameterException says where it cannot be read."""
    test = _Parser(text).pattern()

    def matches(message: str) -> bool:
        if not message.lstrip().startswith("{"):
            return False
        try:
            document = json.loads(message)
        except ValueError:
            return False
        return test(document)

    return matches


class _Parser:
    """Reads a pattern from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def pattern(self) -> _Test:
        self._expect("{")
        test = self._either()
        self._expect("}")
        if self._peek():
            raise self._wrong()
        return test

    def _either(self) -> _Test:
        tests = [self._both()]
        while self._takes("||"):
            tests.append(self._both())
        return lambda document: any(test(document) for test in tests)

    def _both(self) -> _Test:
        tests = [self._test()]
        while self._takes("&&"):
            tests.append(self._test())
        return lambda document: all(test(document) for test in tests)

    def _test(self) -> _Test:
        if self._takes("("):
            test = self._either()
            self._expect(")")
            return test
        select = self._selector()
        if (unary := self._unary()) is not None:
            return lambda document: unary(select(document))
        sign = next((one for one in ("!=", "<=", ">=", "=", "<", ">") if self._takes(one)), None)
        if sign is None:
            raise self._wrong()
        compare = self._comparison(sign)
        return lambda document: compare(select(document))

    def _unary(self) -> _Test | None:
        for words, test in _UNARY:
            if match := re.compile(rf"\s*{words}(?![A-Za-z])", re.IGNORECASE).match(self._text, self._at):
                self._at = match.end()
                return test
        return None

    def _selector(self) -> Callable[[Any], Any]:
        self._expect("$")
        steps: list[str | int] = []
        while match := _STEP.match(self._text, self._at):
            self._at = match.end()
            steps.append(int(match[2]) if match[2] else match[1] or match[3] or match[4])
        return lambda document: _select(document, steps)

    def _comparison(self, sign: str) -> _Test:
        if self._peek() == "%":
            raise self._wrong("regular expressions are not supported here")
        if self._takes('"'):
            quoted = re.compile(r'((?:[^"\\]|\\.)*)"').match(self._text, self._at)
            if quoted is None:
                raise self._wrong()
            self._at = quoted.end()
            word, number = re.sub(r"\\(.)", r"\1", quoted[1]), None
        else:
            self._peek()
            found = _WORD.match(self._text, self._at)
            if found is None:
                raise self._wrong()
            self._at = found.end()
            word, number = found[0], float(found[0]) if _NUMBER.fullmatch(found[0]) else None
        if sign in _NUMERIC:
            if number is None:
                raise self._wrong(f"{sign} compares numbers")
            return _compares(_NUMERIC[sign], number)
        equal = _equals_text(word) if number is None else _equals_number(number, word)
        return equal if sign == "=" else lambda value: value is not _MISSING and not equal(value)

    def _peek(self) -> str:
        while self._text[self._at : self._at + 1].isspace():
            self._at += 1
        return self._text[self._at : self._at + 1]

    def _takes(self, sign: str) -> bool:
        self._peek()
        if not self._text.startswith(sign, self._at):
            return False
        self._at += len(sign)
        return True

    def _expect(self, sign: str) -> None:
        if not self._takes(sign):
            raise self._wrong()

    def _wrong(self, reason: str = "") -> InvalidLogParameterError:
        return InvalidLogParameterError(
            f"Invalid filter pattern: {self._text} cannot be read from character {self._at + 1} on"
            + (f": {reason}" if reason else ""),
            hint="""write such as '{ $.level = "ERROR" && $.took > 100 }'""",
        )


def _select(document: Any, steps: list[str | int]) -> Any:
    for step in steps:
        if isinstance(step, int):
            document = document[step] if isinstance(document, list) and step < len(document) else _MISSING
        else:
            document = document.get(step, _MISSING) if isinstance(document, dict) else _MISSING
    return document


def _equals_text(pattern: str) -> _Test:
    """Return what compares with *pattern*, in which a star stands for anything."""
    wanted = re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)
    return lambda value: wanted.fullmatch(_as_text(value)) is not None if value is not _MISSING else False


def _equals_number(number: float, word: str) -> _Test:
    return lambda value: value == number if _is_number(value) else value == word


def _compares(compare: Callable[[float, float], bool], number: float) -> _Test:
    return lambda value: _is_number(value) and compare(value, number)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


_UNARY: tuple[tuple[str, _Test], ...] = (
    (r"IS\s+NULL", lambda value: value is None),
    (r"IS\s+TRUE", lambda value: value is True),
    (r"IS\s+FALSE", lambda value: value is False),
    (r"NOT\s+EXISTS", lambda value: value is _MISSING),
    (r"EXISTS", lambda value: value is not _MISSING),
)
