"""What is remembered of instances, and for how long."""

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from emulator.instances.model import Launch
from emulator.instances.records import Records
from emulator.resources.tags import read_tags
from emulator.state import Database


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "state.db")


def test_a_launch_comes_back_as_it_was(database: Database, launch: Launch) -> None:
    """Times and ports too, which JSON does not know."""
    Records(database).add(launch, {"Name": "web"})

    assert Records(database).all()[launch.instance_id].launch == launch
    assert read_tags(database)[launch.instance_id] == {"Name": "web"}


def test_the_first_reason_for_an_end_counts(database: Database, launch: Launch) -> None:
    """Two shells may notice one end, each in its way."""
    records = Records(database)
    records.add(launch, {})

    records.end(launch, "Client.UserInitiatedShutdown: …", launch.launch_time)
    records.end(launch, "Server.InternalError: …", launch.launch_time + timedelta(minutes=1))

    record = records.all()[launch.instance_id]
    assert (record.reason, record.ended_at) == ("Client.UserInitiatedShutdown: …", launch.launch_time)


def test_the_end_of_an_instance_without_a_row_is_remembered(database: Database, launch: Launch) -> None:
    """After the state file was lost, its container is all there was."""
    Records(database).end(launch, "Client.UserInitiatedShutdown: …", launch.launch_time)

    assert Records(database).all()[launch.instance_id].ended_at == launch.launch_time


def test_an_ended_instance_is_forgotten_after_an_hour(database: Database, launch: Launch) -> None:
    """As on AWS."""
    records = Records(database)
    records.end(launch, "…", launch.launch_time)
    record = records.all()[launch.instance_id]

    assert not record.is_forgotten(launch.launch_time + timedelta(minutes=60))
    assert record.is_forgotten(launch.launch_time + timedelta(minutes=60, seconds=1))


def test_a_launch_drops_what_ended_long_ago(database: Database, launch: Launch) -> None:
    """The state file does not grow for ever; what runs is not touched."""
    records = Records(database)
    running = dataclasses.replace(launch, instance_id="i-00000000000000001")
    records.add(launch, {"Name": "old"})
    records.add(running, {"Name": "running"})
    records.end(launch, "…", launch.launch_time)

    records.add(
        dataclasses.replace(
            launch, instance_id="i-00000000000000002", launch_time=launch.launch_time + timedelta(hours=2)
        ),
        {},
    )

    assert set(records.all()) == {"i-00000000000000001", "i-00000000000000002"}
    assert set(read_tags(database)) == {"i-00000000000000001"}
