"""Parameters: given, as the last time, by default, and refused."""

from typing import Any

import pytest

from emulator.stacks.errors import ValidationError
from emulator.stacks.parameters import parameter_values, typed

DECLARED: dict[str, dict[str, Any]] = {
    "Stage": {"Type": "String", "Default": "dev", "AllowedValues": ["dev", "prod"]},
    "Size": {"Type": "Number", "Default": 256, "MinValue": 128},
    "Zones": {"Type": "CommaDelimitedList", "Default": "a, b"},
}


def test_what_is_given_wins_over_the_last_time_and_that_over_the_default() -> None:
    values = parameter_values(DECLARED, {"Stage": "prod"}, {"Stage": "dev", "Size": "512", "Gone": "1"})

    assert values == {"Stage": "prod", "Size": "512", "Zones": "a, b"}
    assert typed(DECLARED, values)["Zones"] == ["a", "b"]


@pytest.mark.parametrize(
    ("declared", "given", "message"),
    [
        ({"A": {"Type": "String"}, "B": {"Type": "String"}}, {}, "Parameters: [A, B] must have values"),
        (DECLARED, {"Stag": "x"}, "Parameters: [Stag] do not exist in the template"),
        (DECLARED, {"Stage": "test"}, "Parameter 'Stage' must be one of AllowedValues: [dev, prod]"),
        (DECLARED, {"Size": "big"}, "Parameter 'Size' must be a number."),
        (DECLARED, {"Size": "64"}, "Parameter 'Size' must be a number not less than 128"),
        ({"A": {"Type": "String", "AllowedPattern": "[a-z]+"}}, {"A": "A"}, "Parameter 'A' must match pattern [a-z]+"),
        ({"A": {"Type": "String", "MaxLength": 2}}, {"A": "abc"}, "Parameter 'A' must contain at most 2 characters"),
        (
            {"A": {"Type": "String", "AllowedPattern": "["}},
            {"A": "A"},
            "Template format error: a constraint of parameter A makes no sense: unterminated character set",
        ),
    ],
)
def test_what_is_not_allowed_is_refused(declared: Any, given: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        parameter_values(declared, given, {})

    assert str(refused.value).startswith(message)
