"""`--since`: a moment, as people write it."""

from datetime import UTC, datetime

import pytest

from cli.since import parse_since
from emulator.errors import InvalidRequestError

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90m", datetime(2026, 3, 10, 10, 30, tzinfo=UTC)),
        ("24h", datetime(2026, 3, 9, 12, tzinfo=UTC)),
        ("7d", datetime(2026, 3, 3, 12, tzinfo=UTC)),
        ("2w", datetime(2026, 2, 24, 12, tzinfo=UTC)),
        ("0h", NOW),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01 08:30", datetime(2026, 3, 1, 8, 30, tzinfo=UTC)),
        ("2026-03-01T08:30:00+02:00", datetime(2026, 3, 1, 6, 30, tzinfo=UTC)),
    ],
)
def test_how_long_ago_and_dates_are_understood(text: str, moment: datetime) -> None:
    """A date without a zone is UTC, as all times here are."""
    assert parse_since(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "24", "24 h", "-1h", "1y", "999999w", "2026-13-01", "٣h"])
def test_what_is_not_understood_is_refused_with_examples(text: str) -> None:
    """Guessing would give somebody the bill of another time."""
    with pytest.raises(InvalidRequestError) as caught:
        parse_since(text, NOW)

    assert "24h" in (caught.value.hint or "")


def test_the_future_is_refused() -> None:
    """A year mistyped would show an empty bill."""
    with pytest.raises(InvalidRequestError, match="in the future"):
        parse_since("2027-03-01", NOW)
