"""create-function, update-function-code, update-function-configuration, delete-function --qualifier."""

import dataclasses
import os

import pytest

from emulator.errors import EmulatorError, InvalidRequestError, NotFoundError
from emulator.functions.changes import NOTHING, Changes
from emulator.functions.control import Code, Making
from emulator.functions.definition import ImageConfig, VpcConfig
from emulator.functions.errors import (
    FunctionExistsError,
    InvalidFunctionError,
    PreconditionFailedError,
    ResourceConflictError,
)
from emulator.functions.references import FunctionReference
from tests.unit.functions.control.conftest import APP, ARN, IMAGES, Rooms, zipped


def test_a_function_is_created_from_a_zip(rooms: Rooms) -> None:
    function = rooms.create(tags={"stage": "test"})

    assert rooms.repository.find("resize") == function
    assert (function.version, function.package_type, function.image) == ("$LATEST", "Zip", "image of python3.11")
    assert rooms.code(function) == "def handler(event, context): ..."
    assert rooms.tags.of("resize") == {"stage": "test"}


def test_a_name_is_given_once(rooms: Rooms) -> None:
    """AWS's words, without the s."""
    rooms.create()

    with pytest.raises(FunctionExistsError, match=r"^Function already exist: resize$"):
        rooms.create(text="other = 1")

    assert "handler" in rooms.code(rooms.repository.find("resize"))


def test_a_function_may_be_named_by_the_arn_it_will_have(rooms: Rooms) -> None:
    assert rooms.create("arn:aws:lambda:us-east-1:000000000000:function:resize").name == "resize"


def test_published_at_once_it_is_version_1(rooms: Rooms) -> None:
    assert rooms.create(publish=True).version == "1"


@pytest.mark.parametrize(
    ("code", "changes", "making", "sentence"),
    [
        (Code(), APP, Making(), "Please provide a source for function code."),
        (zipped(), NOTHING, Making(), "Runtime and Handler are mandatory"),
        (zipped(), APP, Making("Image"), "Please don't provide Runtime"),
        (zipped(), NOTHING, Making("Image"), "Please provide ImageUri"),
        (Code(image_uri="mine"), NOTHING, Making(), "Source image mine does not exist. Provide a valid source image."),
        (Code(zip=b"no zip"), APP, Making(), "zip"),
        (zipped(), dataclasses.replace(APP, layers=("a", "b", "c", "d", "e", "f")), Making(), "more than 5 layers"),
        (zipped(), APP, Making(tags={"aws:a": "b"}), "reserved"),
        (zipped(), dataclasses.replace(APP, role="me"), Making(), "at 'role' failed to satisfy constraint"),
    ],
)
def test_what_cannot_be_made_leaves_nothing(
    rooms: Rooms, code: Code, changes: Changes, making: Making, sentence: str
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        rooms.control.create("resize", code, changes, making)

    assert sentence in caught.value.message
    assert rooms.repository.all() == []
    assert not rooms.tags.of("resize")


def test_an_image_function_keeps_what_its_name_stood_for(rooms: Rooms) -> None:
    """A tag may move on: the digest says what runs."""
    config = ImageConfig(command=("app.handler",))

    function = rooms.control.create("resize", Code(image_uri="mine:latest"), Changes(image_config=config), Making())

    assert (function.package_type, function.image_uri, function.image) == (
        "Image",
        "mine:latest",
        IMAGES["mine:latest"],
    )
    assert (function.runtime, function.handler, function.code_sha256) == ("", "", "a" * 64)
    assert function.image_config == config


def test_other_code_takes_the_place_of_the_old(rooms: Rooms) -> None:
    before = rooms.create()

    after = rooms.control.update_code("resize", zipped("new = 1"), NOTHING)

    assert rooms.code(after) == "new = 1"
    assert after.revision_id != before.revision_id
    assert after.last_modified > before.last_modified
    assert rooms.repository.find("resize") == after


def test_a_dry_run_changes_nothing(rooms: Rooms) -> None:
    before = rooms.create()

    answered = rooms.control.update_code("resize", zipped("new = 1"), NOTHING, dry_run=True)

    assert answered.code_sha256 != before.code_sha256
    assert rooms.repository.find("resize") == before


def test_code_may_be_published_at_once(rooms: Rooms) -> None:
    rooms.create(publish=True)

    assert rooms.control.update_code("resize", zipped("new = 1"), NOTHING, publish=True).version == "2"


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        (zipped(), Code(image_uri="mine:latest"), "Please don't provide ImageUri"),
        (Code(image_uri="mine:latest"), zipped(), "Please provide ImageUri when updating"),
    ],
)
def test_the_type_of_a_package_stays(rooms: Rooms, first: Code, second: Code, sentence: str) -> None:
    rooms.control.create("resize", first, NOTHING if first.image_uri else APP, Making())

    with pytest.raises(InvalidFunctionError, match=sentence):
        rooms.control.update_code("resize", second, NOTHING)


def test_what_is_not_spoken_of_stays(rooms: Rooms) -> None:
    rooms.create()
    rooms.control.update_configuration("resize", Changes(environment={"AB": "c"}, memory_mb=256))

    changed = rooms.control.update_configuration("resize", Changes(timeout_seconds=9, environment={}))

    assert (changed.memory_mb, changed.timeout_seconds, changed.environment) == (256, 9, {})


def test_a_function_leaves_the_vpc_by_an_empty_configuration(rooms: Rooms) -> None:
    rooms.create()
    joined = rooms.control.update_configuration("resize", Changes(vpc=VpcConfig(("subnet-1",), ("sg-1",))))

    left = rooms.control.update_configuration("resize", Changes(vpc=VpcConfig()))

    assert joined.vpc == VpcConfig(("subnet-1",), ("sg-1",))
    assert left.vpc is None


def test_json_logs_begin_with_info_and_text_has_no_levels(rooms: Rooms) -> None:
    """As on AWS: a level belongs to the format."""
    rooms.create()

    json_logs = rooms.control.update_configuration("resize", Changes(logging={"format": "JSON", "group": "/mine"}))
    louder = rooms.control.update_configuration("resize", Changes(logging={"application_level": "DEBUG"}))
    text = rooms.control.update_configuration("resize", Changes(logging={"format": "Text"}))

    assert (json_logs.logging.application_level, json_logs.logging.system_level) == ("INFO", "INFO")
    assert (louder.logging.application_level, louder.logging.group) == ("DEBUG", "/mine")
    assert (text.logging.application_level, text.logging.group) == ("", "/mine")


def test_two_that_change_the_same_do_not_undo_each_other(rooms: Rooms) -> None:
    """Whoever sends the revision that he saw is told that it is not the latest."""
    seen = rooms.create().revision_id
    latest = rooms.control.update_configuration("resize", Changes(memory_mb=256), seen).revision_id

    with pytest.raises(PreconditionFailedError, match="does not match the latest Revision Id"):
        rooms.control.update_configuration("resize", Changes(memory_mb=512), seen)
    with pytest.raises(PreconditionFailedError):
        rooms.control.update_code("resize", zipped("new = 1"), NOTHING, revision_id=seen)

    assert rooms.repository.find("resize").revision_id == latest


def test_a_change_forgets_why_no_worker_started(rooms: Rooms) -> None:
    """The new code may be better: get-function must not tell of the old one."""
    rooms.create()
    rooms.records.start_failures.note("resize", "$LATEST", "no")

    rooms.control.update_code("resize", zipped("new = 1"), NOTHING)

    assert rooms.records.start_failures.of("resize") is None


@pytest.mark.parametrize("changes", [NOTHING, Changes(memory_mb=256)])
def test_what_is_not_there_cannot_be_changed(rooms: Rooms, changes: Changes) -> None:
    with pytest.raises(NotFoundError, match="Function not found: "):
        rooms.control.update_configuration("resize", changes)


def test_a_version_keeps_its_code_until_it_is_deleted(rooms: Rooms) -> None:
    first = rooms.create(publish=True)
    rooms.control.update_code("resize", zipped("new = 1"), NOTHING)
    rooms.control.update_code("resize", zipped("newer = 1"), NOTHING)
    folder = rooms.home.function_code("resize", first.code_id)
    os.utime(folder, (0, 0))  # long ago
    rooms.control.update_code("resize", zipped("newest = 1"), NOTHING)
    assert rooms.code(rooms.repository.find("resize", "1")) == rooms.code(first)

    os.utime(folder, (0, 0))
    rooms.control.delete(FunctionReference("resize", "1"))

    assert not folder.exists()
    with pytest.raises(NotFoundError):
        rooms.repository.find("resize", "1")


def test_a_version_that_an_alias_needs_stays(rooms: Rooms) -> None:
    rooms.create(publish=True)
    rooms.aliases.create("resize", "live", "1")

    with pytest.raises(ResourceConflictError, match=r"aliases reference it: \[live\]"):
        rooms.versions.delete("resize", "1")


@pytest.mark.parametrize(
    ("qualifier", "sentence"),
    [("$LATEST", "cannot be deleted without deleting the function"), ("live", "Deletion of aliases is not")],
)
def test_only_a_version_is_deleted_by_its_qualifier(rooms: Rooms, qualifier: str, sentence: str) -> None:
    rooms.create()

    with pytest.raises(EmulatorError) as caught:
        rooms.versions.delete("resize", qualifier)

    assert sentence in caught.value.message


def test_to_delete_a_version_twice_is_no_error(rooms: Rooms) -> None:
    rooms.create()

    rooms.versions.delete("resize", "7")


def test_a_dry_run_lays_no_code_down(rooms: Rooms) -> None:
    """Nothing is changed: not the record, not the folder."""
    before = rooms.create()
    folders = {path.name for path in rooms.home.function_codes("resize").iterdir()}

    seen = rooms.control.update_code("resize", zipped("other = 1"), NOTHING, dry_run=True)

    assert seen.code_sha256 != before.code_sha256
    assert rooms.repository.find("resize") == before
    assert {path.name for path in rooms.home.function_codes("resize").iterdir()} == folders


@pytest.mark.parametrize("reference", ["resize:1", "resize:live", f"{ARN}:1"])
def test_a_version_is_not_changed_by_changing_the_function(rooms: Rooms, reference: str) -> None:
    """Nor is the function, by one who meant a version."""
    before = rooms.create(publish=True)

    for verb in (
        lambda: rooms.control.update_code(reference, zipped("other = 1"), NOTHING),
        lambda: rooms.control.update_configuration(reference, Changes(memory_mb=512)),
        lambda: rooms.control.create(reference, zipped(), APP, Making()),
        lambda: rooms.concurrency.reserve(reference, 1),
    ):
        with pytest.raises(InvalidFunctionError, match="Aliases and versions do not support this operation"):
            verb()

    assert rooms.repository.find("resize").code_id == before.code_id


def test_a_deleted_function_leaves_no_folder(rooms: Rooms) -> None:
    rooms.create()

    rooms.control.delete(FunctionReference("resize"))

    assert not rooms.home.function_codes("resize").exists()
