"""Fixtures for every kind of test. Each has a home of its own, and so runs beside others and a user's cloud."""

import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from emulator.cloud import Cloud
from emulator.settings import Settings

T = TypeVar("T")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """This machine's settings, with a home that nobody else uses and a port that nobody else listens on."""
    return dataclasses.replace(Settings.from_environment(), home=tmp_path / "home", port=0, time_scale=0.01)


@pytest.fixture
def cloud(settings: Settings) -> Iterator[Cloud]:
    """A cloud on a live engine; what the test starts is gone afterwards. Without an engine the test fails."""
    with Cloud(settings) as cloud:
        try:
            yield cloud
        finally:
            if "engine" in cloud.__dict__:
                cloud.engine.containers.remove_all()


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
