"""What is remembered of instances, and for how long."""

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from emulator.instances.model import InstanceState, Launch
from emulator.instances.records import Records
from emulator.resources.tags import read_tags
from emulator.state import Database


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "state.db")


def test_a_launch_comes_back_as_it_was(database: Database, launch: Launch) -> None:
    """Times and ports too, which JSON does not know."""
    Records(database).add([launch], {"Name": "web"}, "shell-1")

    assert Records(database).all()[launch.instance_id].launch == launch
    assert read_tags(database)[launch.instance_id] == {"Name": "web"}


def test_the_first_reason_for_an_end_counts(database: Database, launch: Launch) -> None:
    """Two shells may notice one end, each in its way."""
    records = Records(database)
    records.add([launch], {}, "shell-1")

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


def test_what_is_forgotten_goes_with_its_tags(database: Database, launch: Launch) -> None:
    """The state file does not grow for ever; what runs is not touched."""
    records = Records(database)
    running = dataclasses.replace(launch, instance_id="i-00000000000000001")
    records.add([launch], {"Name": "old"}, "shell-1")
    records.add([running], {"Name": "running"}, "shell-1")

    records.forget([launch.instance_id])

    assert set(records.all()) == {"i-00000000000000001"}
    assert read_tags(database).keys() == {"i-00000000000000001"}


def test_a_launch_that_is_refused_at_the_last_moment_leaves_nothing(database: Database, launch: Launch) -> None:
    """A group may be deleted while an image is built."""

    def refuse(transaction: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Records(database).add([launch], {"Name": "web"}, "shell-1", refuse)

    assert Records(database).all() == {}


def test_an_instance_is_one_shells_at_a_time(database: Database, launch: Launch) -> None:
    """Until that one is done, or dead."""
    records = Records(database)
    records.add([launch], {}, "shell-1")
    alive = {"shell-1"}

    refused = records.begin(launch, InstanceState.STOPPING, "shell-2", alive.__contains__)
    under_way = records.all()[launch.instance_id].under_way
    alive.clear()
    taken = records.begin(launch, InstanceState.STOPPING, "shell-2", alive.__contains__)

    assert (refused, under_way, taken) == (False, InstanceState.PENDING, True)
    assert records.all()[launch.instance_id].shell == "shell-2"


def test_what_a_shell_has_under_way_is_seen_until_it_is_done(database: Database, launch: Launch) -> None:
    """By all the others, who sign with other names."""
    records = Records(database)
    records.add([launch], {}, "shell-1")
    assert records.all()[launch.instance_id].under_way is InstanceState.PENDING

    records.finish(launch.instance_id, "shell-1")
    assert records.all()[launch.instance_id].under_way is None

    records.begin(launch, InstanceState.STOPPING, "shell-2")
    records.finish(launch.instance_id, "shell-1")
    assert records.all()[launch.instance_id].under_way is InstanceState.STOPPING


def test_an_instance_that_was_ended_while_it_was_launched_has_ended(database: Database, launch: Launch) -> None:
    """Undoing the launch must not take the record of its end with it."""
    records = Records(database)
    records.add([launch], {}, "shell-1")
    records.end(launch, "Client.UserInitiatedShutdown: …", launch.launch_time)

    records.remove(launch.instance_id)

    assert records.has_ended(launch.instance_id)


def test_why_an_instance_stopped_is_forgotten_when_it_starts(database: Database, launch: Launch) -> None:
    """An ended one keeps its reason."""
    records = Records(database)
    records.add([launch], {}, "shell-1")

    records.explain(launch.instance_id, "Client.UserInitiatedShutdown: …", launch.launch_time)
    assert records.all()[launch.instance_id].reason == "Client.UserInitiatedShutdown: …"

    records.explain(launch.instance_id, None, launch.launch_time)
    assert records.all()[launch.instance_id].reason is None

    records.end(launch, "the end", launch.launch_time)
    records.explain(launch.instance_id, None, launch.launch_time)
    assert records.all()[launch.instance_id].reason == "the end"


def test_two_shells_that_change_different_things_at_once_both_have_their_way(
    database: Database, launch: Launch
) -> None:
    """Each looked before the other wrote."""
    records = Records(database)
    records.add([launch], {}, "shell-1")

    records.change(launch, lambda now: dataclasses.replace(now, is_protected=True))
    changed = records.change(launch, lambda now: dataclasses.replace(now, instance_type="m5.large"))

    assert (changed.is_protected, changed.instance_type) == (True, "m5.large")
    assert records.all()[launch.instance_id].launch == changed


def test_a_change_brings_a_lost_record_back(database: Database, launch: Launch) -> None:
    """A home that lost its file knows its instances by their labels."""
    records = Records(database)

    changed = records.change(launch, lambda now: dataclasses.replace(now, is_protected=True))

    assert records.all()[launch.instance_id].launch == changed == dataclasses.replace(launch, is_protected=True)


def test_only_the_living_are_members_of_the_network(database: Database, launch: Launch) -> None:
    """An address is free again when its instance has ended, not when it has stopped."""
    records = Records(database)
    records.add([launch], {}, "shell-1")
    assert [member.private_ip for member in records.members()] == [launch.private_ip]

    records.end(launch, "…", launch.launch_time)
    assert records.members() == []
