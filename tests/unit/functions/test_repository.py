"""Which version a name stands for, and what goes with its function."""

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulator.functions.alias import Alias
from emulator.functions.definition import Function, ImageConfig, LoggingConfig, VpcConfig
from emulator.functions.errors import FunctionNotFoundError, InvalidFunctionError
from emulator.functions.event_config import EventInvokeConfig
from emulator.functions.function_records import FunctionRecords
from emulator.functions.references import FunctionReference
from emulator.functions.repository import FunctionRepository
from emulator.state import Database

FUNCTION = Function("resize", "python3.11", "app.handler", "c", "s", 1, "r", datetime(2026, 1, 1, tzinfo=UTC))
ARN = "arn:aws:lambda:us-east-1:000000000000:function:resize"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "state.db")
    yield database
    database.close()


@pytest.fixture
def records(database: Database) -> FunctionRecords:
    records = FunctionRecords(database, "us-east-1", draw=lambda: 0.25)
    for memory_mb in (256, 512, 128):
        records.functions.save(dataclasses.replace(FUNCTION, memory_mb=memory_mb))
        if memory_mb != FUNCTION.memory_mb:
            records.versions.publish("resize")
    records.aliases.save(Alias("resize", "live", "1", "r"))
    return records


@pytest.fixture
def repository(records: FunctionRecords) -> FunctionRepository:
    return records.functions


@pytest.mark.parametrize(
    ("reference", "qualifier", "version"),
    [
        ("resize", None, "$LATEST"),
        ("resize", "$LATEST", "$LATEST"),
        ("resize:2", None, "2"),
        ("resize", "live", "1"),
        (f"{ARN}:live", None, "1"),
        (f"{ARN}:live", "live", "1"),
        ("000000000000:function:resize:2", None, "2"),
    ],
)
def test_a_version_is_found_by_every_name_that_aws_takes(
    repository: FunctionRepository, reference: str, qualifier: str | None, version: str
) -> None:
    """Scripts use them all."""
    assert repository.find(reference, qualifier).version == version


def test_two_qualifiers_that_differ_are_refused(repository: FunctionRepository) -> None:
    """One of them is a mistake."""
    with pytest.raises(InvalidFunctionError, match="does not match the specified qualifier"):
        repository.find("resize:1", "2")


@pytest.mark.parametrize("qualifier", ["3", "nobody"])
def test_what_is_not_there_is_named_with_its_qualifier(repository: FunctionRepository, qualifier: str) -> None:
    """AWS's message has the whole ARN."""
    with pytest.raises(FunctionNotFoundError, match=f"{ARN}:{qualifier}$"):
        repository.find("resize", qualifier)


@pytest.mark.parametrize(("weight", "version"), [(0.2, "1"), (0.3, "2")])
def test_an_alias_with_weights_sends_a_share_elsewhere(records: FunctionRecords, weight: float, version: str) -> None:
    """The draw is 0.25."""
    records.aliases.save(Alias("resize", "live", "1", "r", weights={"2": weight}))

    assert records.functions.find("resize", "live").version == version


def test_an_alias_that_is_moved_at_that_instant_is_found_all_the_same(tmp_path: Path) -> None:
    """Its old version may go as soon as it stands for the new one; an event for it must not be given up."""
    database = Database(tmp_path / "state.db")
    records = FunctionRecords(database, "us-east-1")
    records.functions.save(FUNCTION)
    records.versions.publish("resize")
    records.aliases.save(Alias("resize", "live", "1", "r"))

    def move_on() -> None:
        for number in range(2, 100):
            records.functions.save(dataclasses.replace(FUNCTION, description=str(number)))
            records.versions.publish("resize")
            records.aliases.update("resize", "live", version=str(number))
            records.versions.delete("resize", str(number - 1))

    with ThreadPoolExecutor() as threads:
        moving = threads.submit(move_on)
        while not moving.done():
            records.functions.find("resize", "live")

    moving.result()
    database.close()


def test_a_version_number_never_comes_twice(records: FunctionRecords) -> None:
    """Whoever wrote down version 2 must not find another one there."""
    records.versions.delete("resize", "2")

    assert records.versions.publish("resize").version == "3"


def test_all_that_belongs_to_a_function_goes_with_it(records: FunctionRecords) -> None:
    """A new function of the same name begins from nothing."""
    records.concurrency.reserve("resize", 2)
    records.concurrency.provision(FunctionReference("resize", "live"), 1)
    records.event_configs.save("resize", EventInvokeConfig(max_retries=0))

    records.functions.delete("resize")
    records.functions.save(FUNCTION)

    assert records.functions.versions("resize") == [FUNCTION]
    assert not records.aliases.list("resize")
    assert records.concurrency.reserved("resize") is None
    assert not records.concurrency.wanted()
    assert not records.event_configs.list("resize")
    assert records.versions.publish("resize").version == "1"


def test_a_record_survives_the_state_file(repository: FunctionRepository) -> None:
    """Its nested parts, too."""
    function = dataclasses.replace(
        FUNCTION,
        environment={"A1": "b"},
        layers=("one", "two"),
        image_config=ImageConfig(("sh",), ("-c", "x"), "/work"),
        vpc=VpcConfig(("subnet-1",), ("sg-1",)),
        logging=LoggingConfig("JSON", "DEBUG", "WARN", "/mine"),
    )

    repository.save(function)

    assert repository.find("resize") == function


def test_why_no_worker_starts_is_kept_until_one_does(records: FunctionRecords) -> None:
    """get-function tells it to whoever wonders; a function that is gone has no room for it."""
    failures = records.start_failures
    failures.note("resize", "$LATEST", "its image is gone")
    failures.note("resize", "$LATEST", "there is no such image")
    failures.note("nobody", "$LATEST", "deleted meanwhile")

    assert failures.of("resize") == "there is no such image"
    assert failures.of("resize", "1") is None
    assert failures.of("nobody") is None

    failures.forget("resize", "$LATEST")

    assert failures.of("resize") is None


def test_what_was_said_of_a_version_goes_with_it(records: FunctionRecords) -> None:
    """Else a worker would be kept ready for what is no more."""
    records.concurrency.provision(FunctionReference("resize", "2"), 1)
    records.concurrency.provision(FunctionReference("resize", "live"), 1)
    records.event_configs.save("resize", EventInvokeConfig(max_retries=0), "live")

    records.versions.delete("resize", "2")
    records.aliases.delete("resize", "live")

    assert not records.concurrency.wanted()
    assert not records.concurrency.all_provisioned("resize")
    assert not records.event_configs.list("resize")


def test_a_loop_is_ended_unless_it_is_allowed(records: FunctionRecords) -> None:
    assert records.recursion.of("resize") == "Terminate"

    records.recursion.set("resize", "Allow")
    records.functions.save(dataclasses.replace(FUNCTION, memory_mb=1024))

    assert records.recursion.of("resize") == "Allow"
