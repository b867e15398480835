"""Two shells at the same instant: neither loses what it said, and both together do not get what neither may."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from emulator.errors import NotFoundError
from emulator.functions.changes import Changes
from emulator.functions.definition import Function
from emulator.functions.errors import InvalidFunctionError
from emulator.functions.event_configs import EventChanges
from emulator.functions.references import FunctionReference
from emulator.functions.urls import FunctionUrls
from tests.unit.functions.control.conftest import ARN, Rooms

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FUNCTION = Function("resize", "python3.11", "app.handler", "", "", 0, "r", NOW)
RESIZE = FunctionReference("resize")


def at_once(*works: Callable[[], object]) -> list[BaseException]:
    """Do all of it at the same instant, and return what was raised."""
    together = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        together.wait()
        work()

    with ThreadPoolExecutor(len(works)) as shells:
        errors = [one.exception() for one in [shells.submit(run, work) for work in works]]
    return [error for error in errors if error is not None]


def test_they_do_not_reserve_more_than_there_is(rooms: Rooms) -> None:
    """Each would fit alone."""
    rooms.create("a")
    rooms.create("b")

    for _ in range(50):
        rooms.concurrency.release("a")
        rooms.concurrency.release("b")
        refused = at_once(lambda: rooms.concurrency.reserve("a", 600), lambda: rooms.concurrency.reserve("b", 600))

        assert [type(one) for one in refused] == [InvalidFunctionError]
        assert rooms.concurrency.unreserved == 400


def test_they_do_not_have_more_workers_ready_than_a_function_may_have(rooms: Rooms) -> None:
    rooms.create(publish=True)
    rooms.control.update_configuration("resize", Changes(description="another"))
    rooms.versions.publish("resize")
    rooms.concurrency.reserve("resize", 2)
    first, second = FunctionReference("resize", "1"), FunctionReference("resize", "2")

    for _ in range(50):
        rooms.concurrency.unprovision(first)
        rooms.concurrency.unprovision(second)
        refused = at_once(lambda: rooms.concurrency.provision(first, 2), lambda: rooms.concurrency.provision(second, 2))

        assert [type(one) for one in refused] == [InvalidFunctionError]


def test_they_change_different_things_about_events(rooms: Rooms) -> None:
    """Neither change may be lost."""
    rooms.create()

    for _ in range(50):
        rooms.event_configs.put(RESIZE, EventChanges(max_retries=2, max_age_seconds=6000))
        refused = at_once(
            lambda: rooms.event_configs.update(RESIZE, EventChanges(max_retries=0)),
            lambda: rooms.event_configs.update(RESIZE, EventChanges(max_age_seconds=60)),
        )

        found = rooms.event_configs.find(RESIZE)
        assert (refused, found.max_retries, found.max_age_seconds) == ([], 0, 60)


def test_they_publish_the_same_once(rooms: Rooms) -> None:
    """As one of them does that publishes twice."""
    rooms.create()

    for number in range(1, 21):
        rooms.control.update_configuration("resize", Changes(description=str(number)))
        refused = at_once(*[lambda: rooms.versions.publish("resize")] * 3)

        assert (refused, len(rooms.versions.list("resize"))) == ([], number + 1)


SETTINGS: dict[str, Callable[[Rooms], object]] = {
    "reserve": lambda rooms: rooms.concurrency.reserve("resize", 1),
    "events": lambda rooms: rooms.event_configs.put(RESIZE, EventChanges(max_retries=0)),
    "alias": lambda rooms: rooms.aliases.create("resize", "live", "$LATEST"),
    "publish": lambda rooms: rooms.versions.publish("resize"),
    "tag": lambda rooms: rooms.tags.tag(ARN, {"stage": "test"}),
    "url": lambda rooms: FunctionUrls(rooms.database, rooms.repository, lambda: NOW).create("resize", "NONE"),
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_what_one_sets_while_the_other_deletes_is_set_or_refused(rooms: Rooms, setting: str) -> None:
    """In AWS's words, not in SQLite's; and nothing is left of it."""
    for _ in range(100):
        rooms.repository.save(FUNCTION)
        refused = at_once(lambda: SETTINGS[setting](rooms), lambda: rooms.control.delete(RESIZE))

        assert all(isinstance(one, NotFoundError) for one in refused), refused
        assert not rooms.tags.of("resize")
