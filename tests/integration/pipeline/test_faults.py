"""What breaks under a run of events: the server, the engine, an image, the disk. Nothing is lost, and it goes on."""

import contextlib
import dataclasses
import json
import os
import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.engine import Kind
from emulator.functions import Function
from emulator.functions.changes import Changes
from emulator.functions.deployment import Deployment
from emulator.functions.runtimes.registry import DEFINITIONS
from emulator.functions.service import Functions
from emulator.functions.workers.transport.holder_images import ensure_holder_image
from emulator.images import Images
from emulator.progress import Silent
from emulator.settings import Settings
from emulator.units import KIB, MIB
from tests.conftest import wait_for
from tests.integration.functions.conftest import Lab
from tests.integration.instances.second_engine import SecondEngine, second_engine
from tests.integration.pipeline.conftest import House, open_house

EVENTS = 500
ROUNDS = int(os.environ.get("CLOUDLET_FAULT_ROUNDS", "20"))
SEED = int(os.environ.get("CLOUDLET_FAULT_SEED", "20261126"))

NOTES = """
import json
import time

def handler(event, context):
    key = event["Records"][0]["s3"]["object"]["key"]
    print("NOTE " + json.dumps([key, context.aws_request_id]))
    time.sleep(0.01)
"""


TALKS = """
def handler(event, context):
    print("word " * 2000)
    return "said"
"""


class Notebook:
    """A function that notes what it handles, and a bucket that triggers it."""

    def __init__(self, house: House, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "app.py").write_text(NOTES)
        self.house = house
        self.function: Function = house.cloud.functions.deploy(
            Deployment(
                folder,
                "notebook",
                Changes(handler="app.handler", runtime="python3.11", memory_mb=1024, timeout_seconds=60),
            )
        )
        self.bucket = house.bucket("raw")
        house.trigger(self.function, "raw")

    def drop(self, prefix: str, count: int) -> set[str]:
        """Drop *count* files at once and return their keys."""
        for number in range(count):
            (self.bucket / f"{prefix}-{number:03}").touch()
        return {f"{prefix}-{number:03}" for number in range(count)}

    def settled(self) -> int:
        """Return how many events have ended well."""
        return self.house.cloud.queue.counts()["done"]

    def notes(self) -> Counter[tuple[str, str]]:
        """Return how often each key was handled under which request id."""
        lines = self.house.cloud.functions.logs("notebook").new_lines()
        found = (json.loads(line.partition("NOTE ")[2]) for line in lines if "NOTE " in line)
        return Counter((key, request_id) for key, request_id in found)


@pytest.mark.timeout(300 + 60 * ROUNDS)
def test_killed_at_any_moment_the_server_settles_every_event_under_one_request_id(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    What had begun may be handled again, as what it was; nothing else is, and nothing is left.

    Set CLOUDLET_FAULT_ROUNDS to have it killed more or less often, CLOUDLET_FAULT_SEED for other moments.
    """
    containers = house.cloud.engine.containers
    notebook = Notebook(house, tmp_path / "code")
    moments = random.Random(SEED)
    expected: set[str] = set()
    house.start()
    for number in range(ROUNDS):
        until = moments.randrange(EVENTS)
        with capsys.disabled():
            print(f"\nround {number + 1} of {ROUNDS}, seed {SEED}: kill -9 after {until} of {EVENTS} events")

        settled = len(expected) + until
        expected |= notebook.drop(f"round-{number:02}", EVENTS)
        wait_for(lambda: notebook.settled() >= settled, deadline_seconds=120, pause_seconds=0.001)  # noqa: B023
        left = {container.id for container in containers.list(Kind.WORKER, Kind.HOLDER)}
        house.kill()
        house.start()
        outcome = house.settle()

        assert left.isdisjoint(container.id for container in containers.list(Kind.WORKER, Kind.HOLDER))
        assert (outcome["Idle"], outcome["Failed"], outcome["Retried"]) == (True, [], [])
        notes = notebook.notes()
        assert {key for key, _ in notes} == expected
        assert len(notes) == len(expected)  # each under one request id
        assert sum(notes.values()) - len(notes) <= 2 * house.cloud.settings.max_workers * (number + 1)
        assert house.cloud.queue.counts() == {"queued": 0, "running": 0, "done": len(expected), "failed": 0}
    house.stop()
    assert containers.list(Kind.WORKER, Kind.HOLDER) == []


@pytest.fixture(scope="module")
def engine(images: None) -> Iterator[SecondEngine]:
    """An engine that may be killed, with what functions are made of."""
    settings = Settings.from_environment()
    with second_engine() as engine, Cloud(settings) as first:
        runtime = first.functions.build_runtime("python3.11")
        engine.load([first.images.holder_image(), runtime, ensure_holder_image(first.engine, first.home, settings)])
        yield engine


@pytest.mark.timeout(600)
def test_an_engine_that_is_killed_and_comes_back_costs_no_event(
    engine: SecondEngine, settings: Settings, tmp_path: Path
) -> None:
    """
    Workers, holders and the spare one are gone at once, and nobody has heard of it.

    The engine is in a network of its own, from which this machine cannot be reached over TCP: that is found out, too.
    """
    with (
        Cloud(dataclasses.replace(settings, engine_url=engine.url)) as cloud,
        open_house(cloud, DOCKER_HOST=engine.url) as house,
    ):
        notebook = Notebook(house, tmp_path / "code")
        server = house.start()
        keys = notebook.drop("first", 200)
        wait_for(lambda: notebook.settled() > 50)

        engine.kill()
        keys |= notebook.drop("meanwhile", 50)
        engine.start()
        keys |= notebook.drop("afterwards", 50)
        outcome = house.settle()

        assert (outcome["Idle"], outcome["Failed"]) == (True, [])
        assert {key for key, _ in notebook.notes()} == keys
        assert len(notebook.notes()) == len(keys)
        assert server.status()["worker_transport"]["transport"] == "unix"
        house.stop()
        assert cloud.engine.containers.list(Kind.WORKER, Kind.HOLDER) == []


def test_an_image_that_is_removed_in_the_middle_is_made_again(cloud: Cloud, tmp_path: Path) -> None:
    """`docker image prune` is often typed, and takes what has no container."""
    folder = tmp_path / "images"
    shutil.copytree(DEFINITIONS / "python3.11", folder / "python3.11")
    with (folder / "python3.11" / "ami.yaml").open("a") as definition:
        definition.write(f"  - echo {tmp_path.name} >/own-image\n")  # nobody else's
    images = Images(cloud.engine, cloud.home, cloud.settings, Silent(), folders=[folder])
    cloud.__dict__["functions"] = Functions(cloud.engine, cloud.database, images, cloud.home, cloud.settings, Silent())
    tag = images.ensure_built(images.find("python3.11"))
    lab = Lab(cloud)
    try:
        function = lab.deploy("faults", "app.counts")
        assert lab.invoke(function).payload == b"1"

        _remove_image(cloud, tag)

        results = lab.invoke_together(function, [b"{}"] * 5)
        assert {result.error_type for result in results} == {None}
        assert cloud.engine.images.get(tag) is not None
    finally:
        lab.close()
        subprocess.run(("docker", "image", "rm", "--force", tag), check=False, capture_output=True)


def _remove_image(cloud: Cloud, tag: str) -> None:
    """Remove what was made of it first: an engine keeps the image of what runs."""
    cloud.engine.containers.remove_all(Kind.WORKER)
    subprocess.run(("docker", "image", "rm", "--force", tag), check=True, capture_output=True)


def test_a_full_disk_takes_logs_and_nothing_else(house: House, tmp_path: Path) -> None:
    """A log line that cannot be written is lost; the invocation, its answer and the lines afterwards are not."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text(TALKS)
    house.cloud.functions.deploy(
        Deployment(tmp_path / "code", "talks", Changes(handler="app.handler", runtime="python3.11"))
    )
    with small_disk(house.cloud.home.logs, 512 * KIB):
        house.start()
        assert _invoke(house).returncode == 0
        filler = fill(house.cloud.home.logs)

        answers = [_invoke(house) for _ in range(3)]
        filler.unlink()
        afterwards = _invoke(house)

        assert {answer.returncode for answer in (*answers, afterwards)} == {0}
        assert {answer.stdout.strip() for answer in (*answers, afterwards)} == {'"said"'}
        lines = house.cloud.functions.logs("talks").new_lines()
        assert 2 <= sum("word" in line for line in lines) < 5
        house.stop()


def test_a_full_disk_for_the_state_stops_events_until_there_is_room(settings: Settings, tmp_path: Path) -> None:
    """What was dropped meanwhile, and what was under way, is handled when there is room again, with no help."""
    with small_disk(settings.home, 24 * MIB), Cloud(settings) as cloud, open_house(cloud) as house:
        notebook = Notebook(house, tmp_path / "code")
        house.start()
        keys = notebook.drop("before", 20)
        house.settle()
        keys |= notebook.drop("under-way", 100)
        wait_for(lambda: notebook.settled() > 20)
        filler = fill(settings.home)

        keys |= notebook.drop("meanwhile", 100)
        server_log = house.cloud.home.server_log
        wait_for(lambda: "No space left on device" in server_log.read_text())
        filler.unlink()
        wait_for(lambda: notebook.settled() >= len(keys), deadline_seconds=120)

        assert {key for key, _ in notebook.notes()} <= keys
        assert cloud.queue.counts() == {"queued": 0, "running": 0, "done": len(keys), "failed": 0}
        assert house.find_server() is not None
        house.stop()
        assert cloud.engine.containers.list(Kind.WORKER, Kind.HOLDER) == []


@contextlib.contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[None]:
    """Have *folder* lie on a file system of its own, with what is in it now."""
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={size_bytes},mode=0755"
    subprocess.run(("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)), check=True)
    try:
        yield
    finally:
        subprocess.run(("umount", "--lazy", str(folder)), check=True)


def fill(folder: Path) -> Path:
    """Leave not a byte of room in *folder*'s file system, and return what takes it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    return filler


def _invoke(house: House) -> "subprocess.CompletedProcess[str]":
    return house.run("lambda", "invoke", "--function-name", "talks", "--payload", "{}")
