"""The queue against a model of it: whatever is done in whatever order, no event is lost, doubled or told wrongly."""

import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.strategies import booleans, sampled_from

from emulator.functions.event_config import EventInvokeConfig
from emulator.functions.events.event import STATES, Condition, QueuedInvocation
from emulator.functions.events.history import EventHistory
from emulator.functions.events.queue import InvocationQueue
from emulator.functions.events.verdict import Verdict
from emulator.state import Database
from tests.unit.functions.test_queue import Clock, add, bad, good, judge


class QueueModel(RuleBasedStateMachine):
    """
    Whatever happens in whatever order, every event is in exactly one place and none is lost.

    The model is what a reader of AWS's page would expect. Each end is told exactly once: to a function, which makes
    another event, or to a bucket, which makes a delivery.
    """

    max_age_seconds = 300

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.database = Database(Path(self.folder.name) / "state.db")
        self.queue = InvocationQueue(self.database, 1.0, self.clock)
        self.history = EventHistory(self.database, self.clock)
        self.expected: dict[str, str] = {}
        self.attempts: dict[str, int] = {}
        self.aged_from: dict[str, datetime] = {}
        self.age_when_seen: dict[str, timedelta] = {}
        self.undelivered = 0
        self.in_hand: list[QueuedInvocation] = []

    @rule(function=sampled_from(["f", "g"]))
    def add(self, function: str) -> None:
        request_id = add(self.queue, self.database, function)
        self.expected[request_id] = "queued"
        self.attempts[request_id] = 0
        self.aged_from[request_id] = self.clock.now

    @rule(most=sampled_from([1, 3]), reserved=sampled_from([None, 1, 2]))
    def claim(self, most: int, reserved: int | None) -> None:
        busy = Counter(one.function for one in self.in_hand)
        claimed = self.queue.claim(busy, most, {"f": reserved} if reserved else {})
        for one in claimed:
            request_id = one.invocation.request_id
            assert self.expected[request_id] == "queued"
            assert one.attempt == self.attempts[request_id] + 1
            self.expected[request_id] = "running"
            self.in_hand.append(one)
            busy[one.function] += 1
        assert all(busy[one.function] <= most for one in claimed)
        assert reserved is None or busy["f"] <= reserved or all(one.function != "f" for one in claimed)

    @rule(
        ending=sampled_from(["good", "bad", "refused"]),
        retries=sampled_from([0, 1, 2]),
        count=sampled_from([1, 2]),
        to_bucket=booleans(),
    )
    def end(self, ending: str, retries: int, count: int, to_bucket: bool) -> None:
        target = "arn:aws:s3:::records" if to_bucket else "arn:aws:lambda:us-east-1:000000000000:function:listener"
        config = EventInvokeConfig(retries, self.max_age_seconds, on_success=target, on_failure=target)
        ended, self.in_hand = self.in_hand[:count], self.in_hand[count:]
        verdicts = [self._judged(one, ending, config) for one in ended]
        known = set(self._states())
        self.queue.settle(verdicts)
        self._adopt(set(self._states()) - known, verdicts)

    def _judged(self, one: QueuedInvocation, ending: str, config: EventInvokeConfig) -> Verdict:
        request_id = one.invocation.request_id
        asked = judge(one, config)
        is_old = self.clock.now - self.aged_from[request_id] >= timedelta(seconds=self.max_age_seconds)
        verdict = asked.before(self.clock(), None, may_loop=False)
        assert (verdict is not None) == is_old
        if verdict is not None:
            assert (verdict.condition, verdict.attempts) == (Condition.EVENT_AGE_EXCEEDED, self.attempts[request_id])
            self.expected[request_id] = "failed"
        elif ending == "good":
            verdict = asked.ended(good(one), self.clock())
            self.attempts[request_id] += 1
            self.expected[request_id] = "done"
        elif ending == "bad":
            verdict = asked.ended(bad(one), self.clock())
            self.attempts[request_id] += 1
            over = self.attempts[request_id] > config.max_retries
            assert (verdict.condition is Condition.RETRIES_EXHAUSTED) == over
            self.expected[request_id] = "failed" if over else "queued"
        else:
            verdict = asked.refused("TooManyRequestsException: Rate Exceeded.", self.clock())
            self.expected[request_id] = "queued"
        assert len(verdict.notices) == (0 if verdict.condition is None else 1)
        return verdict

    def _adopt(self, new: set[str], verdicts: list[Verdict]) -> None:
        """The record to another function is an event like any other."""
        notices = [one for verdict in verdicts for one in verdict.notices]
        self.undelivered += sum(one.is_for_bucket for one in notices)
        assert len(new) == sum(not one.is_for_bucket for one in notices)
        for request_id in new:
            self.expected[request_id] = "queued"
            self.attempts[request_id] = 0
            self.aged_from[request_id] = self.clock.now

    @rule()
    def crash_and_recover(self) -> None:
        running = [request_id for request_id, state in self.expected.items() if state == "running"]
        self.in_hand.clear()
        assert self.queue.recover() == len(running)
        self.expected.update(dict.fromkeys(running, "queued"))
        for request_id, state in self.expected.items():
            if state == "queued":  # as old as it was when there certainly was a server
                self.aged_from[request_id] = self.clock.now - self.age_when_seen.get(request_id, timedelta(0))
        self._see()

    @rule()
    def the_server_is_seen(self) -> None:
        self.queue.uptime.note_now()
        self._see()

    def _see(self) -> None:
        self.age_when_seen = {one: self.clock.now - since for one, since in self.aged_from.items()}

    @rule()
    def end_in_order(self) -> None:
        self.queue.release([one.invocation.request_id for one in self.in_hand])
        self.expected.update({one.invocation.request_id: "queued" for one in self.in_hand})
        self.in_hand.clear()

    @rule()
    def replay_failed(self) -> None:
        failed = {request_id for request_id, state in self.expected.items() if state == "failed"}
        assert set(self.history.replay_failed()) == failed
        self._replayed(failed)

    @rule(number=sampled_from(range(6)))
    def replay_any(self, number: int) -> None:
        settled = [request_id for request_id, state in self.expected.items() if state in ("done", "failed")]
        if number < len(settled):
            assert self.history.replay(settled[number]) == settled[number]
            self._replayed({settled[number]})

    def _replayed(self, request_ids: set[str]) -> None:
        for request_id in request_ids:
            self.expected[request_id] = "queued"
            self.attempts[request_id] = 0
            self.aged_from[request_id] = self.clock.now
            self.age_when_seen.pop(request_id, None)

    @rule()
    def deliver(self) -> None:
        for delivery in self.queue.outbox.due():
            self.queue.outbox.delivered(delivery)
            self.undelivered -= 1

    @rule(seconds=sampled_from([1, 60, 120, 300]))
    def time_passes(self, seconds: int) -> None:
        self.clock.pass_seconds(seconds)

    def _states(self) -> dict[str, str]:
        rows = self.database.rows("SELECT request_id, state FROM invocation")
        return {row["request_id"]: row["state"] for row in rows}

    @invariant()
    def every_event_is_where_it_should_be(self) -> None:
        assert self._states() == self.expected

    @invariant()
    def counts_are_of_what_there_is(self) -> None:
        assert self.queue.counts() == dict.fromkeys(STATES, 0) | Counter(self.expected.values())

    @invariant()
    def no_event_ages_without_a_server(self) -> None:
        rows = self.database.rows("SELECT request_id, aged_from FROM invocation WHERE state IN ('queued', 'running')")
        assert [row["aged_from"] for row in rows] == [self.aged_from[row["request_id"]].timestamp() for row in rows]

    @invariant()
    def every_attempt_is_counted(self) -> None:
        rows = self.database.rows("SELECT request_id, attempts, state FROM invocation")
        assert {row["request_id"]: row["attempts"] - (row["state"] == "running") for row in rows} == self.attempts

    @invariant()
    def something_is_due_if_and_only_if_something_waits(self) -> None:
        assert (self.queue.seconds_until_due() is not None) == ("queued" in self.expected.values())
        assert self.queue.pending() == sum(state in ("queued", "running") for state in self.expected.values())

    @invariant()
    def no_record_is_lost_or_doubled(self) -> None:
        assert self.queue.outbox.pending() == self.undelivered

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()


TestQueueModel = QueueModel.TestCase
TestQueueModel.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
