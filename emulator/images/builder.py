"""AMIs built on the engine, parents first. What the local store has is never built again."""

import re
from collections.abc import Sequence
from contextlib import closing

from emulator.engine import Engine
from emulator.errors import BuildError
from emulator.home import Home
from emulator.images.ami import Ami
from emulator.images.base import BaseImages
from emulator.images.context import build_context
from emulator.images.defined import DefinedAmi
from emulator.images.dockerfile import Instruction, instructions
from emulator.images.lock import locked
from emulator.images.steps import STEP, build_steps, follow
from emulator.progress import Progress
from emulator.settings import Settings

_COMPLAINT = re.compile(r"^(?:E: |ERROR: |error: |Failed to )")
_SIGNED = re.compile(r"[a-z][\w.-]*: ")
_ENGINES = re.compile(r" ---> |Removing intermediate container ")
_MOST_COMPLAINTS = 3


class Builder:
    """Makes images of AMIs."""

    def __init__(self, engine: Engine, home: Home, settings: Settings, bases: BaseImages, progress: Progress) -> None:
        self._engine = engine
        self._home = home
        self._settings = settings
        self._bases = bases
        self._progress = progress

    def is_built(self, ami: Ami) -> bool:
        """Tell whether the local store has *ami*."""
        return self._engine.images.get(ami.tag) is not None

    def ensure_built(self, ami: DefinedAmi) -> str:
        """
        Return the tag of *ami*, built if need be, its parents before it.

        Two shells may ask at once: one builds, the other waits. A step that fails raises BuildError, which names
        the field and carries the log; neither it nor Ctrl-C leaves a tag or a container behind.
        """
        if not self.is_built(ami):
            parent_tag = self._parent(ami)
            with locked(self._home.build_lock(ami.id), f"the AMI {ami.name}", self._progress):
                if not self.is_built(ami):
                    self._build(ami, parent_tag)
        return ami.tag

    def _parent(self, ami: DefinedAmi) -> str:
        if ami.parent is not None:
            return self.ensure_built(ami.parent)
        base = ami.definition.base
        return self._bases.ensure(base.image, base.bootstrap) if base else self._bases.ensure()

    def _build(self, ami: DefinedAmi, parent_tag: str) -> None:
        bundle = self._settings.ca_bundle
        steps = instructions(ami, parent_tag, ca_bundle=bundle is not None)
        dockerfile = "".join(f"{step.text}\n" for step in steps)
        with (
            self._progress.step(f"Building the AMI {ami.name} ({ami.id})"),
            build_context(ami, dockerfile, bundle) as tar,
            closing(self._engine.builds.run(tar, ami.tag, {}, self._arguments())) as printed,
        ):
            try:
                follow(printed, build_steps(ami.definition, steps), self._progress)
            except BuildError as error:
                raise _explained(ami, steps, error) from error

    def _arguments(self) -> dict[str, str]:
        """Return the proxies under the names that the engine passes on unasked; tools look for either case."""
        proxies = self._settings.proxies
        return {**proxies, **{name.lower(): value for name, value in proxies.items()}}


def _explained(ami: DefinedAmi, steps: Sequence[Instruction], error: BuildError) -> BuildError:
    """Return *error* with the line and field whose step failed, in the words of the program that failed in it."""
    begun = [(index, match) for index, line in enumerate(error.log) if (match := STEP.match(line))]
    number = int(begun[-1][1][1]) if begun else 0
    field = steps[number - 1].field if 0 < number <= len(steps) else ""
    printed = error.log[begun[-1][0] + 1 :] if begun else error.log
    said = _complaint(printed) or error.message
    field = _blamed(ami, field, said)
    line = ami.definition.lines.get(field)
    place = f"{ami.definition.file}:{line}" if line else ami.definition.file
    return BuildError(
        f"could not build the AMI {ami.name}: {place}: {f'{field}: ' if field else ''}{said}",
        log=error.log,
        hint="all that the failed build printed is above",
    )


def _complaint(printed: Sequence[str]) -> str:
    """Return what the program that failed said of it: marked as an error, else as `program: message`, else last."""
    own = [line.strip() for line in printed if not _ENGINES.match(line)]
    marked = [line for line in own if _COMPLAINT.match(line)][:_MOST_COMPLAINTS]
    return "; ".join(marked or [line for line in own if _SIGNED.match(line)][-1:] or own[-1:])


def _blamed(ami: DefinedAmi, field: str, said: str) -> str:
    """Narrow *field* down to the item that the message names."""
    items = {"packages": ami.definition.packages, "pip": ami.definition.pip, "services": ami.definition.services}
    for index, item in enumerate(items.get(field, ())):
        name = re.split(r"[=<>!~\[ ]", item)[0]
        if re.search(rf"(?<![\w.+-]){re.escape(name)}(?![\w+-])", said):
            return f"{field}.{index}"
    return field
