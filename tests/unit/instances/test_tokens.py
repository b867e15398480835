"""The same request, made twice."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulator.instances.tokens import ClientTokens
from emulator.resources.client_tokens import IdempotentParameterMismatchError
from emulator.state import Database

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def tokens(tmp_path: Path) -> ClientTokens:
    return ClientTokens(Database(tmp_path / "state.db"))


def test_the_second_request_gets_the_reservation_of_the_first(tokens: ClientTokens) -> None:
    """Whatever it would have called its own."""
    with tokens.claimed("token", "request", "r-1", NOW) as first:
        pass
    with tokens.claimed("token", "request", "r-2", NOW) as second:
        pass

    assert (first, second) == (None, "r-1")


def test_a_token_cannot_be_used_for_another_request(tokens: ClientTokens) -> None:
    """It is likely a mistake in a script."""
    with tokens.claimed("token", "request", "r-1", NOW):
        pass

    with (
        pytest.raises(IdempotentParameterMismatchError) as caught,
        tokens.claimed("token", "another request", "r-2", NOW),
    ):
        pytest.fail("it was let through")

    assert caught.value.code == "IdempotentParameterMismatch"


def test_a_launch_that_fails_gives_its_token_back(tokens: ClientTokens) -> None:
    """So that the script may be run again."""
    with pytest.raises(ZeroDivisionError), tokens.claimed("token", "request", "r-1", NOW):
        raise ZeroDivisionError

    with tokens.claimed("token", "request", "r-2", NOW) as earlier:
        assert earlier is None


def test_a_token_is_forgotten_after_two_days(tokens: ClientTokens) -> None:
    """What it stood for is long gone."""
    with tokens.claimed("token", "request", "r-1", NOW):
        pass

    with tokens.claimed("token", "request", "r-2", NOW + timedelta(days=3)) as earlier:
        assert earlier is None
