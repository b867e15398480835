"""Concurrency, what becomes of events, tags."""

from collections.abc import Callable

import pytest

from emulator.errors import EmulatorError
from emulator.functions.errors import InvalidFunctionError, ProvisionedConcurrencyNotFoundError
from emulator.functions.event_configs import EventChanges
from emulator.functions.references import FunctionReference
from tests.unit.functions.control.conftest import ARN, Rooms

RESIZE, LIVE = FunctionReference("resize"), FunctionReference("resize", "live")


def test_a_hundred_stay_for_those_who_reserved_nothing(rooms: Rooms) -> None:
    """Over all functions; what a function has already does not count against it."""
    rooms.create()
    rooms.create("other")
    rooms.concurrency.reserve("resize", 800)

    with pytest.raises(InvalidFunctionError, match=r"below its minimum value of \[100\]\.$"):
        rooms.concurrency.reserve("other", 101)
    rooms.concurrency.reserve("other", 100)
    rooms.concurrency.reserve("resize", 0)

    assert rooms.concurrency.unreserved == 900
    assert rooms.concurrency.reserved("resize") == 0
    rooms.concurrency.release("resize")
    assert rooms.concurrency.reserved("resize") is None


def test_what_the_account_has_is_counted(rooms: Rooms) -> None:
    """Each version's code, as on AWS."""
    size = rooms.create(publish=True).code_size_bytes
    rooms.create("other")

    account = rooms.concurrency.account()

    assert (account.functions, account.code_bytes, account.unreserved) == (2, 3 * size, 1000)


def test_workers_are_kept_ready_for_a_version_or_an_alias(rooms: Rooms) -> None:
    rooms.create(publish=True)
    rooms.aliases.create("resize", "live", "1")

    rooms.concurrency.provision(LIVE, 2)
    found = rooms.concurrency.provision(LIVE, 3)

    assert (found.qualifier, found.requested) == ("live", 3)
    assert rooms.concurrency.all_provisioned("resize") == [found]
    rooms.concurrency.unprovision(LIVE)
    with pytest.raises(ProvisionedConcurrencyNotFoundError, match="No Provisioned Concurrency Config found"):
        rooms.concurrency.provisioned(LIVE)


@pytest.mark.parametrize(
    ("qualifier", "requested", "sentence"),
    [
        ("$LATEST", 1, "cannot be applied to unpublished function versions"),
        ("newest", 1, "Alias with unpublished version"),
        ("nobody", 1, f"Function not found: {ARN}:nobody"),
        ("live", 0, "Value '0' at 'provisionedConcurrentExecutions'"),
        ("live", 901, "greater than account's unreserved concurrency [900]"),
        ("1", 1, "Version is pointed by a Provisioned Concurrency alias"),
    ],
)
def test_what_cannot_be_kept_ready_is_refused(rooms: Rooms, qualifier: str, requested: int, sentence: str) -> None:
    rooms.create(publish=True)
    for alias, version in (("live", "1"), ("newest", "$LATEST")):
        rooms.aliases.create("resize", alias, version)
    rooms.concurrency.provision(LIVE, 1)

    with pytest.raises(EmulatorError) as caught:
        rooms.concurrency.provision(FunctionReference("resize", qualifier), requested)

    assert sentence in caught.value.message


def test_no_more_is_kept_ready_than_is_reserved(rooms: Rooms) -> None:
    rooms.create(publish=True)
    one = FunctionReference("resize", "1")
    rooms.concurrency.reserve("resize", 2)

    with pytest.raises(InvalidFunctionError, match="greater than the reservedConcurrentExecution"):
        rooms.concurrency.provision(one, 3)
    rooms.concurrency.provision(one, 2)

    with pytest.raises(InvalidFunctionError, match=r"total provisioned concurrency \[2\]"):
        rooms.concurrency.reserve("resize", 1)


def test_putting_says_all_anew_and_updating_a_part(rooms: Rooms) -> None:
    rooms.create()
    rooms.event_configs.put(RESIZE, EventChanges(max_retries=0, on_failure="arn:aws:s3:::failed"))

    updated = rooms.event_configs.update(RESIZE, EventChanges(max_age_seconds=60))
    put = rooms.event_configs.put(RESIZE, EventChanges(max_retries=1))

    assert (updated.max_retries, updated.max_age_seconds, updated.on_failure) == (0, 60, "arn:aws:s3:::failed")
    assert (put.max_retries, put.max_age_seconds, put.on_failure) == (1, 21_600, "")
    assert rooms.event_configs.list("resize") == {"$LATEST": put}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (EventChanges(), "You must specify at least one of error handling or destination setting."),
        (EventChanges(max_retries=3), "Value '3' at 'maximumRetryAttempts'"),
        (EventChanges(max_age_seconds=59), "Value '59' at 'maximumEventAgeInSeconds'"),
        (EventChanges(on_success=ARN), "You can't specify the function as a destination for itself."),
        (EventChanges(on_failure="arn:aws:s3:::nobody/x"), "The destination ARN arn:aws:s3:::nobody/x is invalid."),
        (EventChanges(on_success=f"{ARN}2"), f"The destination ARN {ARN}2 is invalid."),
        (EventChanges(on_failure="arn:aws:sqs:us-east-1:000000000000:q"), "target ARN arn:aws:sqs"),
    ],
)
def test_what_cannot_be_done_with_events_is_refused(rooms: Rooms, changes: EventChanges, sentence: str) -> None:
    rooms.create()

    with pytest.raises(EmulatorError) as caught:
        rooms.event_configs.put(RESIZE, changes)

    assert sentence in caught.value.message
    with pytest.raises(EmulatorError, match=r"\$LATEST doesn't have an EventInvokeConfig"):
        rooms.event_configs.find(RESIZE)


def test_events_of_what_is_not_there_are_not_spoken_of(rooms: Rooms) -> None:
    with pytest.raises(EmulatorError, match=r"The function doesn't exist\."):
        rooms.event_configs.put(RESIZE, EventChanges(max_retries=0))


def test_a_loop_may_be_allowed(rooms: Rooms) -> None:
    rooms.create()
    assert rooms.records.recursion.of("resize") == "Terminate"

    rooms.records.recursion.set("resize", "Allow")

    assert rooms.records.recursion.of("resize") == "Allow"
    with pytest.raises(EmulatorError, match=r"\[Allow, Terminate\]"):
        rooms.records.recursion.set("resize", "allow")


def test_tags_are_the_functions_and_go_with_it(rooms: Rooms) -> None:
    rooms.create(tags={"stage": "test"})

    rooms.tags.tag(ARN, {"stage": "live", "owner": "me"})
    rooms.tags.untag(ARN, ["owner", "nobody"])

    assert rooms.tags.list(ARN) == {"stage": "live"}
    rooms.tags.forget("resize")
    assert rooms.tags.list(ARN) == {}


@pytest.mark.parametrize(
    ("tag", "sentence"),
    [
        (lambda rooms: rooms.tags.list(f"{ARN}:live"), "Tags on function aliases and versions are not supported"),
        (lambda rooms: rooms.tags.list(f"{ARN}2"), f"Function not found: {ARN}2"),
        (lambda rooms: rooms.tags.tag(ARN, {str(one): "" for one in range(51)}), "maximum number of Tags"),
    ],
)
def test_what_cannot_be_tagged_is_refused(rooms: Rooms, tag: Callable[[Rooms], object], sentence: str) -> None:
    rooms.create()

    with pytest.raises(EmulatorError) as caught:
        tag(rooms)

    assert sentence in caught.value.message
    assert rooms.tags.list(ARN) == {}
