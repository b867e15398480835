"""Fixtures for every kind of test. Each has a home of its own, and so runs beside others and a user's cloud."""

import contextlib
import dataclasses
import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn, TypeVar

import hypothesis
import pytest

from emulator.cloud import Cloud
from emulator.settings import Settings

T = TypeVar("T")

# How long an example takes is the machine's affair.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

# Whoever starts the tests in the background of a shell has them ignore Ctrl-C, and all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """This machine's settings, with a home that nobody else uses and a port that nobody else listens on."""
    return dataclasses.replace(Settings.from_environment(), home=tmp_path / "home", port=0, time_scale=0.01)


@contextlib.contextmanager
def once(tmp_path_factory: pytest.TempPathFactory, name: str) -> Iterator[tuple[Path, bool]]:
    """Yield a folder that all processes of this test run share, and whether this is the first to see it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / ".done"
        yield folder, not done.exists()
        done.touch()


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The images that nearly every test on the engine needs, built by one process, not by all at once."""
    with once(tmp_path_factory, "images") as (folder, first):
        if first:
            with Cloud(dataclasses.replace(Settings.from_environment(), home=folder / "home")) as cloud:
                for name in ("base", "web"):
                    cloud.images.ensure_built(cloud.images.find(name))
                for runtime in ("python3.11", "python3.13", "nodejs20.x", "provided.al2023"):
                    cloud.functions.build_runtime(runtime)


@pytest.fixture
def cloud(settings: Settings, images: None) -> Iterator[Cloud]:
    """A cloud on a live engine; what the test starts is gone afterwards. Without an engine the test fails."""
    with Cloud(settings) as cloud:
        try:
            yield cloud
        finally:
            if "engine" in cloud.__dict__:
                cloud.engine.containers.remove_all()
                cloud.images.captures.drop_all()


def wait_for(fact: Callable[[], T], deadline_seconds: float = 60, pause_seconds: float = 0.02) -> T:
    """Return the first true answer of *fact*; fail the test if there is none before the deadline."""
    end = time.monotonic() + deadline_seconds
    while True:
        answer = fact()
        if answer:
            return answer
        if time.monotonic() > end:
            pytest.fail(f"still {answer!r} after {deadline_seconds} s")
        time.sleep(pause_seconds)


def cannot_run(reason: str) -> NoReturn:
    """Skip the test for what this machine lacks; where all is to be there, as in CI, a skip is a hole."""
    say = pytest.fail if os.environ.get("CLOUDLET_REQUIRE_DOCKER") else pytest.skip
    say(reason)
