"""Filter patterns mean what they mean on AWS; what is not understood is refused, not misread."""

import pytest

from emulator.functions.logs.errors import InvalidLogParameterError
from emulator.functions.logs.filter_pattern import filter_pattern

DOCUMENT = (
    '{"level": "ERROR", "took": 120.5, "code": 404, "ok": false, "none": null, "ip": "10.1.2.3", '
    '"user": {"name": "Ann Bee", "tags": ["a", "b"]}, "my key": 1, "url": "/a/b?c"}'
)


@pytest.mark.parametrize(
    ("pattern", "message", "matches"),
    [
        ("", "anything", True),
        ("   ", "anything", True),
        ("ERROR", "[ERROR] no", True),
        ("ERROR", "[error] no", False),
        ("ERROR code", "code of an ERROR", True),
        ("ERROR code", "an ERROR", False),
        ("?ERROR ?WARN", "a WARN", True),
        ("?ERROR ?WARN", "an INFO", False),
        ("ERROR -code", "an ERROR", True),
        ("ERROR -code", "an ERROR with a code", False),
        ("-code", "an ERROR", True),
        ('"code 404"', "code 404", True),
        ('"code 404"', "404 code", False),
        ('-"code 404" ERROR', "ERROR code 404", False),
        ('?"a b" ?"c d"', "x c d", True),
        (r'"say \"no\""', 'they say "no"', True),
        ("naïve", "a naïve one", True),
        ("ERROR", "first\nan ERROR below", True),
    ],
)
def test_terms(pattern: str, message: str, matches: bool) -> None:
    assert filter_pattern(pattern)(message) is matches


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ('{ $.level = "ERROR" }', True),
        ("{$.level=ERROR}", True),
        ('{ $.level = "WARN" }', False),
        ('{ $.level != "WARN" }', True),
        ('{ $.absent != "WARN" }', False),
        ('{ $.level = "ERR*" }', True),
        ('{ $.level = "*RR*" }', True),
        ("{ $.ip = 10.1.* }", True),
        ("{ $.ip != 10.2.* }", True),
        ("{ $.url = *b?c }", True),
        ("{ $.took > 100 }", True),
        ("{ $.took > 1e3 }", False),
        ("{ $.took <= 120.5 }", True),
        ("{ $.took < 120.5 }", False),
        ("{ $.took >= -1 }", True),
        ("{ $.level > 1 }", False),
        ("{ $.ok > -1 }", False),
        ("{ $.code = 404 }", True),
        ("{ $.code = 404.0 }", True),
        ("{ $.code != 404 }", False),
        ("{ $.ok IS FALSE }", True),
        ("{ $.ok IS TRUE }", False),
        ("{ $.none IS NULL }", True),
        ("{ $.absent IS NULL }", False),
        ("{ $.absent NOT EXISTS }", True),
        ("{ $.level EXISTS }", True),
        ('{ $.user.name = "Ann Bee" }', True),
        ("{ $.user.tags[1] = b }", True),
        ("{ $.user.tags[7] NOT EXISTS }", True),
        ("{ $['my key'] = 1 }", True),
        ("{ $.took > 100 && $.code = 404 }", True),
        ("{ $.took > 100 && $.code = 500 }", False),
        ("{ $.took > 1000 || $.code = 404 }", True),
        ("{ $.code = 404 || $.code = 500 && $.took > 1000 }", True),
        ("{ ($.code = 404 || $.code = 500) && $.took > 1000 }", False),
        ("{ (($.code = 404)) }", True),
    ],
)
def test_json(pattern: str, matches: bool) -> None:
    assert filter_pattern(pattern)(DOCUMENT) is matches


@pytest.mark.parametrize("message", ["plain", "{broken", '["level"]', "", '"level"', "null"])
def test_what_is_no_json_object_matches_no_json_pattern(message: str) -> None:
    assert filter_pattern("{ $.level NOT EXISTS }")(message) is False


@pytest.mark.parametrize(
    "pattern",
    [
        "%ERR.R%",
        "[ip, user, status = 4*]",
        "app.py",
        "-",
        "?",
        '"no end',
        '"a"b',
        "{",
        "{}",
        "{ }",
        "{ $.level }",
        "{ level = 1 }",
        '{ $.level = "ERROR }',
        '{ $.level = "ERROR" ',
        '{ $.level = "ERROR" } more',
        "{ $.level == ERROR }",
        "{ $.level = ERROR && }",
        "{ $.level = %ERR% }",
        "{ $.level > high }",
        "{ ($.level = 1 }",
        "{ $.a = 1 & $.b = 2 }",
        "{ $.a IS NOT NULL }",
    ],
)
def test_what_is_not_understood_is_refused(pattern: str) -> None:
    """A filter that silently means something else hides the event one looks for."""
    with pytest.raises(InvalidLogParameterError) as caught:
        filter_pattern(pattern)

    assert caught.value.hint
