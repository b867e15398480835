"""Instances that an engine has stopped, of which one cannot be started again."""

import socket

import pytest

from cli.main import run
from emulator.cloud import Cloud
from emulator.instances import Instance, InstanceState, LaunchRequest


def stop_as_the_engine_would(cloud: Cloud, instance: Instance) -> None:
    assert instance.container_id is not None
    assert instance.interface_id is not None
    for container_id in (instance.container_id, instance.interface_id):
        cloud.engine.containers.stop(container_id, 0)


def test_one_that_cannot_be_started_keeps_no_other_from_it(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A port that somebody has taken since is enough; what is wrong is told at the end, with the exit code for it."""
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        port = somebody.getsockname()[1]
    (blocked,) = cloud.instances.run(LaunchRequest("minimal", "t3.nano", publish=((port, 80),)))
    (other,) = cloud.instances.run(LaunchRequest("minimal", "t3.nano"))
    for instance in (blocked, other):
        stop_as_the_engine_would(cloud, instance)
    monkeypatch.setenv("CLOUDLET_HOME", str(cloud.home.root))

    with socket.create_server(("127.0.0.1", port)):
        code = run(["doctor", "--fix"])

    out = capsys.readouterr().out
    assert code == 1
    assert f"FAIL  instance {blocked.id}" in out
    assert f"port {port}" in out
    assert f"instance {other.id}" not in out
    states = {one.id: one.state for one in cloud.instances.describe()}
    assert states == {blocked.id: InstanceState.STOPPED, other.id: InstanceState.RUNNING}

    assert run(["doctor", "--fix"]) == 0

    states = {one.id: one.state for one in cloud.instances.describe()}
    assert set(states.values()) == {InstanceState.RUNNING}
