"""A build, told in the words of its definition."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from emulator.images.dockerfile import instructions
from emulator.images.steps import build_steps, follow
from emulator.progress import Silent
from tests.unit.images.conftest import Look, Write

LINES = """\
packages: [curl, gcc]
pip: [numpy]
user: admin
env: {A: b}
files: [{path: /f, content: c}, {path: /g, content: c}]
run: ["echo   one\\ntwo", "true"]
services: [ssh]
ports: [80, 443]
"""


class Diary(Silent):
    """Writes down what begins and ends."""

    def __init__(self) -> None:
        self.entries: list[str] = []

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        self.entries.append(f"begin {title}")
        try:
            yield
        finally:
            self.entries.append("end")

    def detail(self, line: str) -> None:
        self.entries.append(line)


def titles(write: Write, catalog: Look, lines: str) -> list[str]:
    write("x", lines)
    ami = catalog().find("x")
    return [step.title for step in build_steps(ami.definition, instructions(ami, "parent:1", ca_bundle=True))]


def test_a_step_is_a_field_with_what_stands_in_it(write: Write, catalog: Look) -> None:
    """Nobody wrote the instructions that it becomes."""
    assert titles(write, catalog, LINES) == [
        "base: debian:bookworm-slim",
        "packages: curl, gcc",
        "init",
        "pip: numpy",
        "user: admin",
        "files: /f, /g",
        "env: A",
        "run.0: echo one two",
        "run.1: true",
        "services: ssh",
        "ports: 80, 443",
        "init",
    ]


def test_a_long_step_fits_on_a_line(write: Write, catalog: Look) -> None:
    """Of the narrowest terminal there is."""
    found = titles(write, catalog, f"run: ['{'x' * 200}']\ninit: none")

    assert max(len(title) for title in found) == 60
    assert found[1].endswith("x…")


def test_steps_follow_the_engines_log(write: Write, catalog: Look) -> None:
    """Each ends where the next begins, and the last with the log."""
    write("x", "init: none\nrun: ['true']")
    ami = catalog().find("x")
    made = instructions(ami, "parent:1")
    diary = Diary()

    follow(
        [f"Step {number}/{len(made)} : x" for number in range(1, len(made) + 1)],
        build_steps(ami.definition, made),
        diary,
    )

    marks = [entry for entry in diary.entries if not entry.startswith("Step")]
    assert marks == [
        "begin [1/3] base: debian:bookworm-slim",
        "end",
        "begin [2/3] run.0: true",
        "end",
        "begin [3/3] init",
        "end",
    ]


def test_a_step_ends_also_when_the_build_breaks_off(write: Write, catalog: Look) -> None:
    """So that it is said how long the failed one took."""
    write("x", "init: none")
    ami = catalog().find("x")
    diary = Diary()

    def printed() -> Iterator[str]:
        yield "Step 1/5 : FROM x"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        follow(printed(), build_steps(ami.definition, instructions(ami, "parent:1")), diary)

    assert diary.entries[-1] == "end"
