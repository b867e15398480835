"""What an instance is, by what is left of it."""

import dataclasses
from datetime import UTC, datetime

import pytest

from emulator.engine import Container, Kind
from emulator.instances.containers import INSTANCE_LABEL, LAUNCH_LABEL
from emulator.instances.model import InstanceState, Launch
from emulator.instances.parts import ENGINE_STOPPED, INTERRUPTED, POWERED_OFF, USER_INITIATED, VANISHED, Parts
from emulator.instances.records import Record

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def _machine(launch: Launch, state: str, exit_code: int | None = None) -> Container:
    labels = {INSTANCE_LABEL: launch.instance_id, LAUNCH_LABEL: launch.to_json()}
    return Container("c" * 64, Kind.INSTANCE, labels, state, "image", NOW, exit_code)


def _parts(launch: Launch, record: Record | None, machine: Container | None) -> Parts:
    return Parts(launch.instance_id, record, machine, interface=None, has_folder=True)


@pytest.mark.parametrize(
    ("state", "exit_code", "expected", "reason"),
    [
        ("running", None, InstanceState.RUNNING, None),
        ("paused", None, InstanceState.RUNNING, None),
        ("restarting", None, InstanceState.RUNNING, None),
        ("exited", 0, InstanceState.STOPPED, POWERED_OFF),
        ("exited", 143, InstanceState.STOPPED, ENGINE_STOPPED),
        ("exited", 137, InstanceState.STOPPED, ENGINE_STOPPED),
    ],
)
def test_a_container_says_the_state_and_its_exit_code_why(
    launch: Launch, state: str, exit_code: int | None, expected: InstanceState, reason: str | None
) -> None:
    """As long as nobody has written down another reason."""
    parts = _parts(launch, Record(launch), _machine(launch, state, exit_code))

    assert (parts.state(), parts.stop_reason(), parts.ending()) == (expected, reason, None)


def test_a_reason_that_is_written_down_counts(launch: Launch) -> None:
    """Our own stop ends a machine with the same exit code as the engine's."""
    parts = _parts(launch, Record(launch, reason=USER_INITIATED), _machine(launch, "exited", 143))

    assert parts.stop_reason() == USER_INITIATED


@pytest.mark.parametrize(
    ("exit_code", "reason", "ending"),
    [(0, None, POWERED_OFF), (143, None, None), (137, None, None), (0, USER_INITIATED, None), (0, POWERED_OFF, None)],
)
def test_only_a_power_off_from_inside_terminates_who_was_told_so(
    launch: Launch, exit_code: int, reason: str | None, ending: str | None
) -> None:
    """An engine that is stopped, or a stop of ours, must not cost anybody a disk."""
    told = dataclasses.replace(launch, shutdown_behavior="terminate")

    assert _parts(told, Record(told, reason=reason), _machine(told, "exited", exit_code)).ending() == ending


@pytest.mark.parametrize(
    ("under_way", "state", "ending"),
    [
        (InstanceState.PENDING, None, INTERRUPTED),
        (InstanceState.PENDING, "created", INTERRUPTED),
        (InstanceState.PENDING, "running", None),
        (None, None, VANISHED),
        (None, "created", INTERRUPTED),
        (InstanceState.STOPPING, None, VANISHED),
        (InstanceState.STOPPING, "running", None),
        (InstanceState.SHUTTING_DOWN, "running", USER_INITIATED),
    ],
)
def test_what_a_killed_shell_had_begun_is_over_unless_it_runs(
    launch: Launch, under_way: InstanceState | None, state: str | None, ending: str | None
) -> None:
    """A launch that got as far as a running machine is a launch; a termination that was begun is one."""
    record = Record(launch, under_way=under_way, shell="shell-1")

    assert _parts(launch, record, _machine(launch, state) if state else None).ending() == ending


def test_an_instance_without_a_row_is_what_its_label_says(launch: Launch) -> None:
    """A home that lost its state file loses no instance."""
    parts = _parts(launch, None, _machine(launch, "running"))

    assert (parts.launch, parts.state(), parts.ending()) == (launch, InstanceState.RUNNING, None)


def test_an_ended_instance_is_settled_when_nothing_is_left_of_it(launch: Launch) -> None:
    """Neither container nor folder: there may be volumes in it."""
    ended = Record(launch, ended_at=NOW, reason=USER_INITIATED)
    parts = _parts(launch, ended, None)

    assert parts.ending() == USER_INITIATED
    assert not parts.is_settled
    assert dataclasses.replace(parts, has_folder=False).is_settled
    assert not dataclasses.replace(parts, has_folder=False, machine=_machine(launch, "running")).is_settled
