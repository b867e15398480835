"""The verbs on functions with real records and real folders; only the engine's two answers are given by hand."""

import contextlib
import io
import itertools
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from emulator.functions.aliasing import Aliases
from emulator.functions.changes import Changes
from emulator.functions.code.layers import Layers
from emulator.functions.code.package import remove_others
from emulator.functions.concurrency import Concurrency
from emulator.functions.control import Code, Control, Making, Tools
from emulator.functions.definition import Function
from emulator.functions.event_configs import EventConfigs
from emulator.functions.function_tags import FunctionTags
from emulator.functions.repository import FunctionRepository
from emulator.functions.versions import Versions
from emulator.home import Home
from emulator.state import Database

REGION = "us-east-1"
ARN = f"arn:aws:lambda:{REGION}:000000000000:function:resize"
IMAGES = {"mine:latest": f"sha256:{'a' * 64}"}
APP = Changes(runtime="python3.11", handler="app.handler")


def zipped(text: str = "def handler(event, context): ...") -> Code:
    """Return a zip with app.py in it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), text)
    return Code(zip=content.getvalue())


@dataclass(frozen=True)
class Rooms:
    """What the verbs are in."""

    home: Home
    repository: FunctionRepository
    layers: Layers
    control: Control
    versions: Versions
    aliases: Aliases
    concurrency: Concurrency
    event_configs: EventConfigs
    tags: FunctionTags

    def create(self, name: str = "resize", text: str = "def handler(event, context): ...", **making: Any) -> Function:
        return self.control.create(name, zipped(text), APP, Making(**making))

    def code(self, function: Function) -> str:
        """Return what lies in the folder of a version's code."""
        return (self.home.functions / function.name / function.code_id / "app.py").read_text()


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    home = Home(tmp_path / "home")
    home.create()
    database = Database(home.state_file)
    seconds = itertools.count()

    def clock() -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=next(seconds))

    def alone_with(name: str) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def remove_unused(name: str, kept: set[str]) -> None:
        remove_others(home, name, kept | {version.code_id for version in repository.versions(name)})

    repository = FunctionRepository(database, REGION)
    layers = Layers(database, home, REGION, tuple, clock)
    tags = FunctionTags(database, repository, REGION)
    versions = Versions(repository, alone_with)
    tools = Tools(
        home=home,
        layers=layers,
        alone_with=alone_with,
        runtime_image=lambda function: f"image of {function.runtime}",
        image_id=lambda name: IMAGES.get(name, ""),
        remove_unused=remove_unused,
        clock=clock,
    )
    yield Rooms(
        home=home,
        repository=repository,
        layers=layers,
        control=Control(repository, versions, tags, tools),
        versions=versions,
        aliases=Aliases(repository, REGION, alone_with),
        concurrency=Concurrency(repository, clock),
        event_configs=EventConfigs(repository, REGION, clock),
        tags=tags,
    )
    database.close()
