"""The verbs on containers, against the engine itself."""

import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.engine import ContainerEvent, ContainerSpec, Engine, Kind
from emulator.errors import EngineError, NotFoundError
from emulator.settings import Settings
from emulator.units import MIB
from tests.conftest import wait_for

_ENDED_BY_KILL = 137


@pytest.fixture
def engine(cloud: Cloud) -> Engine:
    return cloud.engine


@pytest.fixture
def sleeper(cloud: Cloud) -> ContainerSpec:
    """A container that does nothing for long."""
    return ContainerSpec(
        cloud.images.holder_image(), Kind.HOLDER, command=("sleep", "600"), network="none", stop_signal="SIGKILL"
    )


@pytest.fixture
def other_home(settings: Settings, tmp_path: Path) -> Iterator[Engine]:
    with Cloud(dataclasses.replace(settings, home=tmp_path / "other")) as other:
        try:
            yield other.engine
        finally:
            other.engine.containers.remove_all()


def test_large_output_comes_whole_and_apart(engine: Engine, sleeper: ContainerSpec) -> None:
    """Many frames, of two streams in turn."""
    box = engine.containers.run(sleeper)
    script = "for i in 1 2 3 4 5; do head -c 1000000 /dev/zero; head -c 500000 /dev/zero | tr '\\0' e >&2; done; exit 3"

    result = engine.containers.exec(box, ["sh", "-c", script])

    assert result.exit_code == 3
    assert result.output == bytes(5_000_000)
    assert result.errors == b"e" * 2_500_000


def test_short_outputs_are_never_lost(engine: Engine, sleeper: ContainerSpec) -> None:
    """They may lie in the answer's buffer before anybody reads."""
    box = engine.containers.run(sleeper)

    outputs = {engine.containers.exec(box, ["echo", "hi"]).output for _ in range(25)}

    assert outputs == {b"hi\n"}


def test_an_exit_code_is_waited_for_when_the_output_ends_first(engine: Engine, sleeper: ContainerSpec) -> None:
    """A daemon closes its streams and goes on."""
    box = engine.containers.run(sleeper)

    result = engine.containers.exec(box, ["sh", "-c", "exec >&- 2>&-; sleep 0.5; exit 7"])

    assert result.exit_code == 7


def test_a_command_without_an_input_reads_an_empty_one(engine: Engine, sleeper: ContainerSpec) -> None:
    """It must not wait for what nobody sends."""
    box = engine.containers.run(sleeper)

    assert engine.containers.exec(box, ["cat"]).exit_code == 0


def test_a_command_that_is_silent_for_long_is_waited_for(engine: Engine, sleeper: ContainerSpec) -> None:
    """A request may take two minutes; a command may take days."""
    box = engine.containers.run(sleeper)

    session = engine.containers.open_exec(box, ["true"], "", tty=False)

    assert session._socket.gettimeout() is None


@pytest.mark.parametrize(("cpus", "quota"), [(0.5, 50_000), (96, 9_600_000)])
def test_cpu_limits_are_taken_also_above_what_this_machine_has(
    engine: Engine, sleeper: ContainerSpec, cpus: float, quota: int
) -> None:
    """A large type can be launched on a laptop."""
    box = engine.containers.run(dataclasses.replace(sleeper, cpus=cpus, memory_bytes=64 * MIB))

    read = "cat /sys/fs/cgroup/cpu.max 2>/dev/null || cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us"
    found = engine.containers.exec(box, ["sh", "-c", read]).output.split()[0]

    assert int(found) == quota


def test_ends_are_heard_until_the_stream_is_closed(engine: Engine, sleeper: ContainerSpec) -> None:
    """Of the kind that was asked for, with the code; closing ends the listening thread."""
    deaths = engine.containers.deaths(Kind.HOLDER)
    worker = engine.containers.run(dataclasses.replace(sleeper, kind=Kind.WORKER))
    holder = engine.containers.run(sleeper)
    heard: list[ContainerEvent] = []

    def listen() -> None:
        for event in deaths:
            heard.append(event)  # one by one: the stream has no end of its own

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()

    engine.containers.kill(worker)
    engine.containers.kill(holder)
    wait_for(lambda: heard)
    deaths.close()
    listener.join(10)

    assert not listener.is_alive()
    assert heard == [ContainerEvent(holder, _ENDED_BY_KILL)]


def test_a_stream_that_breaks_is_no_quiet_end(engine: Engine) -> None:
    """Whoever listens must know that it hears nothing any more."""
    deaths = engine.containers.deaths(Kind.HOLDER)

    deaths._stream.close()  # as when the engine goes away

    with pytest.raises(EngineError, match="stopped telling"):
        list(deaths)


def test_remove_all_takes_this_home_and_these_kinds_only(
    engine: Engine, other_home: Engine, sleeper: ContainerSpec
) -> None:
    """Another's server, and our own of another kind, stay."""
    mine = engine.containers.create(sleeper)
    of_another_kind = engine.containers.create(dataclasses.replace(sleeper, kind=Kind.WORKER))
    of_another_home = other_home.containers.create(sleeper)

    removed = engine.containers.remove_all(Kind.HOLDER)

    assert removed == 1
    assert [box.id for box in engine.containers.list()] == [of_another_kind]
    assert [box.id for box in other_home.containers.list()] == [of_another_home]
    assert mine not in {of_another_kind, of_another_home}
    assert engine.containers.remove_all() == 1


def test_lists_can_be_narrowed_by_label(engine: Engine, sleeper: ContainerSpec) -> None:
    """One instance's containers are found without the others."""
    wanted = engine.containers.create(dataclasses.replace(sleeper, labels={"cloudlet.instance": "i-1"}))
    engine.containers.create(dataclasses.replace(sleeper, labels={"cloudlet.instance": "i-2"}))

    found = engine.containers.list(Kind.HOLDER, Kind.WORKER, filters={"cloudlet.instance": "i-1"})

    assert [box.id for box in found] == [wanted]
    assert (found[0].state, found[0].kind) == ("created", Kind.HOLDER)


def test_a_container_that_cannot_start_is_not_left(engine: Engine, sleeper: ContainerSpec) -> None:
    """Made, refused, removed."""
    with pytest.raises(EngineError):
        engine.containers.run(dataclasses.replace(sleeper, command=("/no/such/program",)))

    assert engine.containers.list() == []


def test_what_is_gone_may_be_removed_and_killed_again(engine: Engine, sleeper: ContainerSpec) -> None:
    """Two shells clean up at once."""
    box = engine.containers.create(sleeper)

    engine.containers.remove(box)
    engine.containers.remove(box)
    engine.containers.kill(box)

    with pytest.raises(NotFoundError):
        engine.containers.start(box)


def test_a_missing_image_is_an_error_and_no_pull(engine: Engine, sleeper: ContainerSpec) -> None:
    """A launch must not hang on a network."""
    with pytest.raises(NotFoundError, match="no-such-image"):
        engine.containers.create(dataclasses.replace(sleeper, image="cloudlet/no-such-image:1"))


def test_the_vpc_is_made_once_however_many_ask(cloud: Cloud) -> None:
    """All homes of an engine share it."""
    names: list[str] = []
    threads = [threading.Thread(target=lambda: names.append(cloud.engine.networks.ensure_vpc())) for _ in range(4)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(names) == 4
    assert len(set(names)) == 1
    assert cloud.engine.networks.gateway().startswith(cloud.engine.networks.vpc_range().cidr.split(".")[0])


def test_a_process_that_ends_takes_its_temporary_containers_along(other_home: Engine, sleeper: ContainerSpec) -> None:
    """A thread of it was installing something, and is not waited for."""
    spec = dataclasses.replace(sleeper, kind=Kind.BUILD)
    begun, going = threading.Event(), threading.Event()

    def install() -> None:
        with other_home.containers.temporary(spec):
            begun.set()
            going.wait(60)

    thread = threading.Thread(target=install)
    thread.start()
    assert begun.wait(60)
    other_home.close()

    left = other_home.containers.list(Kind.BUILD)
    going.set()
    thread.join()
    assert left == []
