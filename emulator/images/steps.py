"""A build as its reader sees it: one step a field of the definition, not one an instruction of the Dockerfile."""

import re
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby

from emulator.images.definition import Definition
from emulator.images.dockerfile import Instruction
from emulator.progress import Progress

STEP = re.compile(r"Step (\d+)/\d+ : ")
"""How the engine's log begins the n-th instruction."""

_LONGEST_TITLE = 60


@dataclass(frozen=True)
class Step:
    """Some instructions that belong to one field."""

    title: str
    first: int
    """The number of its first instruction, from 1 as in the engine's log."""


def build_steps(definition: Definition, instructions: Sequence[Instruction]) -> list[Step]:
    """Return what the build of *definition* is made of; what belongs to no field belongs to the one before it."""
    numbered: list[tuple[str, int]] = []
    for number, instruction in enumerate(instructions, 1):
        field = instruction.field if instruction.field.startswith("run.") else instruction.field.partition(".")[0]
        numbered.append((field or numbered[-1][0], number))
    return [
        Step(_title(definition, field), next(group)[1]) for field, group in groupby(numbered, key=lambda one: one[0])
    ]


def follow(printed: Iterable[str], steps: Sequence[Step], progress: Progress) -> None:
    """Read what a build prints to its end, and report each of its steps for as long as it takes."""
    begins = {step.first: (index, step) for index, step in enumerate(steps, 1)}
    with ExitStack() as under_way:
        for line in printed:
            if (match := STEP.match(line)) and (begun := begins.get(int(match[1]))):
                index, step = begun
                under_way.close()
                under_way.enter_context(progress.step(f"[{index}/{len(steps)}] {step.title}"))
            progress.detail(line)


def _title(definition: Definition, field: str) -> str:
    """Return the field and what stands in it, on one line."""
    values = {
        "base": [definition.base.image] if definition.base else [],
        "extends": [definition.extends or ""],
        "packages": definition.packages,
        "pip": definition.pip,
        "user": [definition.user or ""],
        "files": [entry.path for entry in definition.files],
        "env": list(definition.env),
        "services": definition.services,
        "ports": [str(port) for port in definition.ports],
    }
    if field.startswith("run."):
        values[field] = [" ".join(definition.run[int(field.removeprefix("run."))].split())]
    title = f"{field}: {', '.join(values[field])}" if values.get(field) else field
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…"
