"""The verbs on functions with real records and real folders; only the engine's two answers are given by hand."""

import io
import itertools
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from emulator.functions.aliases import Aliases
from emulator.functions.changes import Changes
from emulator.functions.code.images import FunctionImages
from emulator.functions.code.layers import Layers
from emulator.functions.code.store import CodeStore, FunctionLocks
from emulator.functions.code.workbench import Workbench
from emulator.functions.concurrency import Concurrency
from emulator.functions.control import Code, Control, Making
from emulator.functions.definition import Function
from emulator.functions.event_configs import EventConfigs
from emulator.functions.function_records import FunctionRecords
from emulator.functions.function_tags import FunctionTags
from emulator.functions.repository import FunctionRepository
from emulator.functions.versions import Versions
from emulator.home import Home
from emulator.progress import Silent
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


class Images(FunctionImages):
    """Those of an engine that has one of the user's, and of each runtime one."""

    def __init__(self) -> None:
        """Need no engine."""

    def of(self, function: Function) -> str:
        return f"image of {function.runtime}"

    def id_of(self, name: str) -> str:
        return IMAGES.get(name, "")


@dataclass(frozen=True)
class Rooms:
    """What the verbs are in."""

    home: Home
    database: Database
    records: FunctionRecords
    layers: Layers
    store: CodeStore
    control: Control

    @property
    def repository(self) -> FunctionRepository:
        return self.records.functions

    @property
    def versions(self) -> Versions:
        return self.records.versions

    @property
    def aliases(self) -> Aliases:
        return self.records.aliases

    @property
    def concurrency(self) -> Concurrency:
        return self.records.concurrency

    @property
    def event_configs(self) -> EventConfigs:
        return self.records.event_configs

    @property
    def tags(self) -> FunctionTags:
        return self.records.tags

    def create(self, name: str = "resize", text: str = "def handler(event, context): ...", **making: Any) -> Function:
        return self.control.create(name, zipped(text), APP, Making(**making))

    def code(self, function: Function) -> str:
        """Return what lies in the folder of a version's code."""
        folder = self.store.folder(function)
        assert folder is not None
        return (folder / "app.py").read_text()


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    home = Home(tmp_path / "home")
    home.create()
    database = Database(home.state_file)
    seconds = itertools.count()

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=next(seconds))

    records = FunctionRecords(database, REGION, clock=clock, is_bucket=lambda name: name == "failed")
    layers = Layers(database, home, REGION, tuple, clock)
    store = CodeStore(home, clock)
    bench = Workbench(home, store, FunctionLocks(home, Silent()), layers, Images(), clock)
    yield Rooms(home, database, records, layers, store, Control(records, bench))
    database.close()
