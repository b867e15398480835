"""Lists as `aws` takes them."""

import pytest

from cli.options import expand_lists


@pytest.mark.parametrize(
    ("words", "expanded"),
    [
        ("", ""),
        ("--ids a", "--ids a"),
        ("--ids a b c", "--ids a --ids b --ids c"),
        ("--ids a --ids b", "--ids a --ids b"),
        ("--ids a b --other x y", "--ids a --ids b --other x y"),
        ("first --ids a b", "first --ids a --ids b"),
        ("--ids a -q", "--ids a -q"),
        ("--ids=a", "--ids=a"),
        ("-i a b", "-i a -i b"),
        ("--ids a - b", "--ids a --ids - --ids b"),  # stdin is a value
        ("--ids a -- b --ids c", "--ids a -- b --ids c"),  # what follows is somebody else's
        ("-- --ids a b", "-- --ids a b"),
        ("--ids", "--ids"),  # refused later, by name
        ("--ids --quiet", "--ids --quiet"),
        ("--ids -q", "--ids -q"),
        ("--ids -- a", "--ids -- a"),
    ],
)
def test_each_value_gets_its_option(words: str, expanded: str) -> None:
    """Nothing is dropped, nothing is taken that belongs to another."""
    assert expand_lists(words.split(), {"--ids", "-i"}) == expanded.split()


def test_an_empty_value_is_a_value() -> None:
    """An unset shell variable in quotes must be complained about, not vanish."""
    assert expand_lists(["--ids", "", "b"], {"--ids"}) == ["--ids", "", "--ids", "b"]
