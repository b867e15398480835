"""The same request, made twice."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulator.instances.shell import Shell
from emulator.instances.tokens import ClientTokens
from emulator.resources.client_tokens import IdempotentParameterMismatchError
from emulator.state import Database

NOW = datetime(2026, 1, 2, tzinfo=UTC)


_KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from emulator.instances.shell import Shell
from emulator.instances.tokens import ClientTokens
from emulator.state import Database

home = Path(sys.argv[1])
tokens = ClientTokens(Database(home / "state.db"), Shell(home / "locks"), lambda _: False)
with tokens.claimed("token", "request", "r-1", datetime.now(UTC)):
    print("claimed", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def made() -> set[str]:
    """The reservations of which something lives."""
    return set()


@pytest.fixture
def tokens(tmp_path: Path, made: set[str]) -> ClientTokens:
    return ClientTokens(Database(tmp_path / "state.db"), Shell(tmp_path / "locks"), made.__contains__)


@pytest.fixture
def other(tmp_path: Path, tokens: ClientTokens) -> "Iterator[subprocess.Popen[str]]":
    """A shell that has claimed the token and goes on until its input ends."""
    command = [sys.executable, "-c", _KILLED, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as shell:
        assert shell.stdout is not None
        assert shell.stdout.readline() == "claimed\n"
        yield shell
        shell.kill()


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


def test_a_token_of_a_shell_that_died_before_it_made_anything_is_free(
    tokens: ClientTokens, other: "subprocess.Popen[str]"
) -> None:
    """It was killed while an image was built, say; the script is run again."""
    other.kill()
    other.wait()

    with tokens.claimed("token", "request", "r-2", datetime.now(UTC)) as earlier:
        assert earlier is None


def test_a_token_of_a_shell_that_died_when_all_was_made_stands_for_that(
    tokens: ClientTokens, made: set[str], other: "subprocess.Popen[str]"
) -> None:
    """Nothing is made twice."""
    made.add("r-1")
    other.kill()
    other.wait()

    with tokens.claimed("token", "request", "r-2", datetime.now(UTC)) as earlier:
        assert earlier == "r-1"


def test_who_comes_while_another_is_at_it_waits(tokens: ClientTokens, other: "subprocess.Popen[str]") -> None:
    """What it gets is what the other one has made."""
    got: list[str | None] = []

    def claim() -> None:
        with tokens.claimed("token", "request", "r-2", datetime.now(UTC)) as earlier:
            got.append(earlier)

    second = threading.Thread(target=claim)
    second.start()
    second.join(timeout=0.3)
    before = list(got)
    assert other.stdin is not None
    other.stdin.close()
    second.join(timeout=60)

    assert (before, got) == ([], ["r-1"])
