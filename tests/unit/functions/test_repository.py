"""Which version a name stands for, and what goes with its function."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulator.functions.aliases import Alias
from emulator.functions.definition import Function, ImageConfig, LoggingConfig, VpcConfig
from emulator.functions.errors import FunctionNotFoundError, InvalidFunctionError
from emulator.functions.event_config import EventInvokeConfig
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
def repository(database: Database) -> FunctionRepository:
    repository = FunctionRepository(database, "us-east-1", draw=lambda: 0.25)
    repository.save(FUNCTION)
    for memory_mb in (256, 512):
        version = repository.next_version("resize")
        repository.save(dataclasses.replace(FUNCTION, version=version, memory_mb=memory_mb))
    repository.save_alias(Alias("resize", "live", "1", "r"))
    return repository


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
def test_an_alias_with_weights_sends_a_share_elsewhere(
    repository: FunctionRepository, weight: float, version: str
) -> None:
    """The draw is 0.25."""
    repository.save_alias(Alias("resize", "live", "1", "r", weights={"2": weight}))

    assert repository.find("resize", "live").version == version


def test_a_version_number_never_comes_twice(repository: FunctionRepository) -> None:
    """Whoever wrote down version 2 must not find another one there."""
    repository.delete_version("resize", "2")

    assert repository.next_version("resize") == "3"


def test_all_that_belongs_to_a_function_goes_with_it(repository: FunctionRepository) -> None:
    """A new function of the same name begins from nothing."""
    repository.reserve("resize", 2)
    repository.provision("resize", "live", 1)
    repository.save_event_config("resize", "$LATEST", EventInvokeConfig(max_retries=0))

    repository.delete("resize")
    repository.save(FUNCTION)

    assert repository.versions("resize") == [FUNCTION]
    assert not repository.aliases("resize")
    assert repository.reserved_concurrency("resize") is None
    assert not repository.provisioned()
    assert not repository.event_configs("resize")
    assert repository.next_version("resize") == "1"


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


def test_why_no_worker_starts_is_kept_until_one_does(repository: FunctionRepository) -> None:
    """get-function tells it to whoever wonders; a function that is gone has no room for it."""
    repository.note_failure("resize", "$LATEST", "its image is gone")
    repository.note_failure("resize", "$LATEST", "there is no such image")
    repository.note_failure("nobody", "$LATEST", "deleted meanwhile")

    assert repository.failure("resize") == "there is no such image"
    assert repository.failure("resize", "1") is None
    assert repository.failure("nobody") is None

    repository.clear_failure("resize", "$LATEST")

    assert repository.failure("resize") is None


def test_what_was_said_of_a_version_goes_with_it(repository: FunctionRepository) -> None:
    """Else a worker would be kept ready for what is no more."""
    repository.provision("resize", "2", 1)
    repository.provision("resize", "live", 1)
    repository.save_event_config("resize", "live", EventInvokeConfig(max_retries=0))

    repository.delete_version("resize", "2")
    repository.delete_alias("resize", "live")

    assert not repository.provisioned()
    assert not repository.event_configs("resize")


def test_a_loop_is_ended_unless_it_is_allowed(repository: FunctionRepository) -> None:
    assert repository.recursive_loop("resize") == "Terminate"

    repository.set_recursive_loop("resize", "Allow")
    repository.save(dataclasses.replace(FUNCTION, memory_mb=1024))

    assert repository.recursive_loop("resize") == "Allow"
