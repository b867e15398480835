"""Which process counts as this machine's engine."""

from pathlib import Path

import pytest

from emulator.engine.host import running_dockerd


@pytest.fixture
def processes(tmp_path: Path) -> Path:
    """A folder laid out as /proc, of a process in the network namespace 1."""
    add_process(tmp_path, "self", "python3", namespace=1)
    return tmp_path


def add_process(processes: Path, pid: str, name: str, namespace: int | None, state: str = "S") -> None:
    folder = processes / pid / "ns"
    folder.mkdir(parents=True)
    (processes / pid / "stat").write_text(f"{pid} ({name}) {state} 1 1 1 0 -1")
    if namespace is not None:
        (folder / "net").symlink_to(f"net:[{namespace}]")


def test_an_engine_in_this_network_namespace_is_found(processes: Path) -> None:
    """
    Whatever pid file it keeps: a second one would delete its bridge.
    """
    add_process(processes, "40", "containerd", namespace=1)
    add_process(processes, "41", "dockerd", namespace=1)

    assert running_dockerd(processes) == 41


def test_an_engine_in_another_network_namespace_is_none_of_ours(processes: Path) -> None:
    """
    It serves a container of its own, and cannot be disturbed from here.
    """
    add_process(processes, "41", "dockerd", namespace=2)

    assert running_dockerd(processes) is None


def test_an_engine_whose_namespace_is_hidden_counts_as_here(processes: Path) -> None:
    """
    Who is not root cannot see where root's engine lives; starting one beside it is the worse mistake.
    """
    add_process(processes, "41", "dockerd", namespace=None)

    assert running_dockerd(processes) == 41


def test_an_engine_that_has_ended_does_not_count(processes: Path) -> None:
    """
    A zombie holds no bridge, and waiting for it to answer would last for ever.
    """
    add_process(processes, "41", "dockerd", namespace=None, state="Z")

    assert running_dockerd(processes) is None
