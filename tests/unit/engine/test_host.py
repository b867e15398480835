"""Which process counts as this machine's engine."""

from pathlib import Path

import pytest

from emulator.engine.host import forget_ended, running_dockerd


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


@pytest.mark.parametrize(
    ("name", "state", "kept"),
    [("containerd", "S", True), ("containerd", "Z", False), ("bash", "S", False)],
)
def test_a_pid_file_is_forgotten_when_its_number_is_another_programs(
    tmp_path: Path, name: str, state: str, kept: bool
) -> None:
    """An engine that was killed leaves one, and the next takes it for a containerd that lives."""
    add_process(tmp_path, "41", name, namespace=None, state=state)
    pid_file = tmp_path / "containerd.pid"
    pid_file.write_text("41\n")

    forget_ended(pid_file, "containerd", tmp_path)

    assert pid_file.exists() == kept


def test_a_pid_file_of_nobody_is_forgotten(tmp_path: Path) -> None:
    """The usual case after a crash."""
    (tmp_path / "containerd.pid").write_text("41")

    forget_ended(tmp_path / "containerd.pid", "containerd", tmp_path)

    assert not (tmp_path / "containerd.pid").exists()
