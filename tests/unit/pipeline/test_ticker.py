"""The ticker queues what comes due, and one rule that cannot be read is not the end of all rules."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulator.functions.events.history import Choice, EventHistory
from emulator.functions.events.queue import InvocationQueue
from emulator.pipeline.ticker import Ticker
from emulator.schedules import Schedules, Target
from emulator.state import Database
from emulator.state.writer import Writer
from tests.unit.functions.test_rounds import until

ARN = "arn:aws:lambda:us-east-1:000000000000:function:{}"


class Home:
    """Rules and a queue, with a clock that a test moves."""

    def __init__(self, database: Database) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.database = database
        self.schedules = Schedules(database, lambda: self.now, lambda target: None)
        self.queue = InvocationQueue(database, 1.0, lambda: self.now)

    def rule(self, name: str, *arns: str) -> None:
        self.schedules.put_rule(name, "rate(1 minute)")
        self.schedules.put_targets(name, [Target(str(number), arn) for number, arn in enumerate(arns)])

    def queued(self, function: str) -> int:
        return len(EventHistory(self.database, lambda: self.now).list(Choice(function=function)).events)

    def tick(self, *facts: Callable[[], bool]) -> None:
        """Have the ticker run; a minute passes before each of *facts* is waited for."""

        async def run() -> None:
            writer = Writer()
            ticker = Ticker(self.schedules, self.queue, "us-east-1", writer, lambda: None)
            ticker.rounds.start()
            await ticker.rounds.wait_idle() if not facts else await asyncio.sleep(0.1)
            for fact in facts:
                self.now += timedelta(minutes=1)
                await until(fact)
            await ticker.rounds.stop()
            await writer.close()

        asyncio.run(run())


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    database = Database(tmp_path / "state.db")
    yield Home(database)
    database.close()


def test_what_comes_due_is_queued_and_what_was_missed_is_not(home: Home) -> None:
    """An hour without a server is not sixty events."""
    home.rule("good", ARN.format("f"))
    home.now += timedelta(hours=1)

    home.tick(lambda: home.queued("f") == 1, lambda: home.queued("f") == 2)

    assert home.queue.counts()["queued"] == 2


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event_rule SET record = json_set(record, '$.later', 'x') WHERE name = 'odd'",
        "UPDATE event_rule SET record = 'no json' WHERE name = 'odd'",
        "UPDATE event_rule SET record = json_set(record, '$.schedule', 'rate(1 week)') WHERE name = 'odd'",
        "UPDATE event_target SET record = '[]' WHERE rule = 'odd'",
    ],
)
def test_a_rule_that_cannot_be_read_is_set_aside(home: Home, change: str, caplog: pytest.LogCaptureFixture) -> None:
    """A later version may have written it. The others come due as if it were not there, and the log names it once."""
    home.rule("odd", ARN.format("odd"))
    home.rule("zeal", ARN.format("f"))
    with home.database.transaction() as transaction:
        transaction.execute(change)

    with caplog.at_level(logging.ERROR):
        home.tick(lambda: home.queued("f") == 1, lambda: home.queued("f") == 2)

    assert home.queued("odd") == 0
    (told,) = caplog.messages
    assert "name=odd" in told


def test_a_rule_whose_target_cannot_be_told_holds_up_no_other(home: Home) -> None:
    """It is tried again, and is the ticker's trouble, for as long as it is so."""
    home.rule("odd", ARN.format("odd"))
    home.schedules.put_targets("odd", [Target("0", ARN.format("odd"), '"half an emoji: \ud83d"')])
    home.rule("zeal", ARN.format("f"))

    home.tick(lambda: home.queued("f") == 1, lambda: home.queued("f") == 2)

    assert home.queue.counts()["queued"] == 2
