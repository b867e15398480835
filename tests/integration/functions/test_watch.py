"""`lambda deploy --watch` beside a real server: what is saved is what runs next."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.engine import Kind
from tests.conftest import wait_for
from tests.integration.pipeline.conftest import House, house

__all__ = ["house"]


class Watcher:
    """`lambda deploy --watch`, and what it has said so far."""

    def __init__(self, house: House, source: Path, log: Path) -> None:
        self.house = house
        self._log = log
        with log.open("w") as out:
            self.process = subprocess.Popen(
                [*house.python, "lambda", "deploy", str(source), "--name", "hot", "--watch"],
                env=house.environment,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self._log.read_text()

    def deployments(self) -> int:
        return self.said().count("hot is deployed")

    def revision(self) -> str:
        return self.house.cloud.functions.find("hot").revision_id

    def run(self) -> object:
        invoked = self.house.run("lambda", "invoke", "--function-name", "hot")
        assert invoked.returncode == 0, invoked.stderr
        return json.loads(invoked.stdout)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "code"
    source.mkdir()
    (source / "app.py").write_text(code(1))
    return source


@pytest.fixture
def watcher(house: House, source: Path, tmp_path: Path) -> Iterator[Watcher]:
    """A watcher whose first deployment is done."""
    watcher = Watcher(house, source, tmp_path / "watch.log")
    try:
        wait_for(lambda: watcher.deployments() == 1)
        yield watcher
    finally:
        watcher.process.kill()
        watcher.process.wait()


def code(number: int) -> str:
    return f"def handler(event, context):\n    return {number}\n"


def test_what_is_saved_runs_next(watcher: Watcher, source: Path) -> None:
    """However an editor saves: in place, by a rename, in a new folder, by deleting."""
    watcher.house.start()
    assert watcher.run() == 1

    (source / "app.py").write_text(code(2))
    wait_for(lambda: watcher.deployments() == 2)
    assert watcher.run() == 2

    (source / ".app.py.tmp").write_text("from deep.inner import NUMBER\n" + code(3).replace("3", "NUMBER"))
    (source / "deep").mkdir()
    (source / "deep" / "inner.py").write_text("NUMBER = 3\n")
    (source / ".app.py.tmp").rename(source / "app.py")
    wait_for(lambda: watcher.run() == 3)

    (source / "deep" / "inner.py").write_text("NUMBER = 4\n")
    wait_for(lambda: watcher.run() == 4)


def test_a_broken_save_is_told_and_the_last_good_one_goes_on(watcher: Watcher, source: Path) -> None:
    """One saves half-finished code all the time."""
    before = watcher.revision()

    (source / "app.py").write_text("def handler(event, context:\n")
    wait_for(lambda: "app.py, line 1: '(' was never closed" in watcher.said())
    assert watcher.revision() == before
    assert "what was deployed before goes on" in watcher.said()

    (source / "app.py").write_text(code(2))
    wait_for(lambda: watcher.deployments() == 2)
    assert watcher.revision() != before


def test_requirements_that_cannot_be_installed_keep_the_last_good_code(watcher: Watcher, source: Path) -> None:
    """What pip says is shown, and the function goes on without."""
    before = watcher.revision()

    (source / "requirements.txt").write_text("./no-such-folder\n")

    wait_for(lambda: "could not be installed" in watcher.said())
    assert watcher.revision() == before


def test_a_save_that_changes_nothing_deploys_nothing(watcher: Watcher, source: Path) -> None:
    """Workers are kept; the next save, which changes something, is one deployment, not two."""
    before = watcher.revision()

    (source / "app.py").write_text(code(1))
    os.utime(source / "app.py")
    (source / "app.py~").write_text("an editor's own")
    time.sleep(0.3)  # nothing to wait for: nothing is what happens
    assert watcher.revision() == before
    (source / "app.py").write_text(code(2))

    wait_for(lambda: watcher.revision() != before)
    wait_for(lambda: watcher.deployments() == 2)


def test_queued_events_outlive_saves(watcher: Watcher, source: Path) -> None:
    """An event is handled by the code of before or of after, but it is handled, and once."""
    house = watcher.house
    house.start()
    function = house.cloud.functions.find("hot")
    bucket = house.bucket("drops")
    house.trigger(function, "drops")

    for number in range(40):
        (bucket / f"{number}.txt").write_text("x")
        if number % 10 == 0:
            (source / "app.py").write_text(code(100 + number))
    wait_for(lambda: watcher.run() == 130)
    counts = house.settle()

    handled = house.handled(function)
    assert len(handled) == len(set(handled)) >= 41
    assert counts.get("failed", 0) == 0


def test_ctrl_c_ends_it_as_it_ends_other_commands(watcher: Watcher) -> None:
    """With 130, without a word of Python, and with nothing half-made."""
    watcher.process.send_signal(signal.SIGINT)

    assert watcher.process.wait(30) == 130
    assert "Traceback" not in watcher.said()
    home = watcher.house.cloud.home
    assert [path.name for path in home.function_codes("hot").iterdir() if path.name.startswith(".")] == []


def test_ctrl_c_in_the_middle_of_an_installation_leaves_nothing_half_made(house: House, tmp_path: Path) -> None:
    """Nor a container that goes on installing for nobody."""
    source = tmp_path / "code"
    source.mkdir()
    (source / "app.py").write_text(code(1))
    (source / "requirements.txt").write_text("humanize==4.9.0\n")
    home = house.cloud.home
    process = subprocess.Popen(
        [*house.python, "lambda", "deploy", str(source), "--name", "stopped"],
        env=house.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: house.cloud.engine.containers.list(Kind.BUILD))

    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "Traceback" not in said
    assert house.cloud.engine.containers.list(Kind.BUILD) == []
    assert house.cloud.functions.list() == []
    assert [path.name for path in home.dependencies.iterdir() if not path.name.endswith("-cache")] == []
