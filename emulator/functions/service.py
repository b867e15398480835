"""Functions as the doors see them: all rooms of this house, and the verbs that need no server."""

import functools
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.engine import Engine
from emulator.functions import document
from emulator.functions.code.images import FunctionImages
from emulator.functions.code.layers import Layers
from emulator.functions.code.mounted import MountedCode
from emulator.functions.code.store import CodeStore, FunctionLocks
from emulator.functions.definition import Function
from emulator.functions.errors import FunctionNotFoundError
from emulator.functions.function_records import FunctionRecords
from emulator.functions.logs.group import LogGroup
from emulator.functions.logs.names import group_parts
from emulator.functions.logs.reader import LogReader
from emulator.functions.logs.stream import stream_owner
from emulator.functions.references import function_name, is_function_name, parse_reference
from emulator.functions.runtimes.local import LocalRuntimes
from emulator.home import Home
from emulator.images import Images
from emulator.progress import Progress
from emulator.settings import Settings
from emulator.state import Database
from emulator.units import utc_now

if TYPE_CHECKING:
    from emulator.functions.code.workbench import Workbench
    from emulator.functions.control import Control
    from emulator.functions.deployment import Deployer, Deployment


class Functions:
    """Deploys and keeps the functions of one home."""

    def __init__(
        self,
        engine: Engine,
        database: Database,
        images: Images,
        home: Home,
        settings: Settings,
        progress: Progress,
        *,
        clock: Callable[[], datetime] = utc_now,
        is_bucket: Callable[[str], bool] = lambda name: True,
    ) -> None:
        """*is_bucket* tells whether events can be sent to a bucket of this name."""
        self._engine, self._home, self._settings = engine, home, settings
        self._progress, self._clock = progress, clock
        self.records = FunctionRecords(database, settings.region, clock=clock, is_bucket=is_bucket)
        self.repository = self.records.functions
        self.versions = self.records.versions
        self.aliases = self.records.aliases
        self.concurrency = self.records.concurrency
        self.event_configs = self.records.event_configs
        self.recursion = self.records.recursion
        self.tags = self.records.tags
        self.runtimes = LocalRuntimes(engine, images, home, prefers_aws=settings.aws_runtime_images)
        self.layers = Layers(database, home, settings.region, self._layers_in_use, clock)
        self._code = CodeStore(home, clock)
        self._images = FunctionImages(engine, self.runtimes)

    @functools.cached_property
    def control(self) -> "Control":
        """The verbs that change functions; loaded when one is asked for, as a server that only runs them need not."""
        from emulator.functions.control import Control

        return Control(self.records, self._bench)

    @functools.cached_property
    def _deployer(self) -> "Deployer":
        from emulator.functions.code.dependencies import Dependencies
        from emulator.functions.deployment import Deployer

        dependencies = Dependencies(self._engine, self._home, self._settings, self._progress)
        return Deployer(self.repository, self._bench, dependencies)

    @functools.cached_property
    def _bench(self) -> "Workbench":
        from emulator.functions.code.workbench import Workbench

        locks = FunctionLocks(self._home, self._progress)
        return Workbench(self._home, self._code, locks, self.layers, self._images, self._clock)

    def deploy(self, deployment: "Deployment") -> Function:
        """Create or update a function; the same code and settings again change nothing."""
        return self._deployer.deploy(deployment)

    def list(self) -> list[Function]:
        return self.repository.all()

    def find(self, reference: str, qualifier: str | None = None) -> Function:
        """Return the version that a name or an ARN stands for; FunctionNotFoundError names the nearest functions."""
        return self.repository.find(reference, qualifier)

    def configuration(self, function: Function, qualifier: str | None = None) -> document.Document:
        """Return the answer of GetFunctionConfiguration to somebody who asks for *function* with *qualifier*."""
        return document.configuration(
            function,
            self.repository.region,
            failure=self.records.start_failures.of(function.name, function.version),
            qualifier=qualifier,
            layer_size=self.layers.code_size,
        )

    def description(self, reference: str, qualifier: str | None = None) -> document.Document:
        """Return the answer of GetFunction."""
        asked = parse_reference(reference, qualifier)
        function = self.find(asked.name, asked.qualifier)
        configuration = self.configuration(function, asked.qualifier)
        folder = self.code_folder(function)
        described = document.function(function, configuration, folder.as_uri() if folder else "")
        if tags := self.tags.of(function.name):
            described["Tags"] = tags
        reserved = self.concurrency.reserved_for(function.name)
        if reserved is not None:
            described["Concurrency"] = {"ReservedConcurrentExecutions": reserved}
        return described

    def logs(self, reference: str) -> LogReader:
        """Return a reader of all that the function has logged; the logs of a deleted one can still be read."""
        name, group, owner = function_name(reference), "", ""
        try:
            function = self.find(reference)
        except FunctionNotFoundError:
            if not (is_function_name(name) and self._home.function_logs(name).is_dir()):
                raise
        else:
            name, group, owner = function.name, function.logging.group, stream_owner(function)
        parts = group_parts(group or f"/aws/lambda/{name}")
        return LogReader(LogGroup(self._home.logs.joinpath(*parts)), wanted=lambda stream: f"/{owner}[" in stream)

    def runtime_image(self, function: Function) -> str:
        """Return the image that workers of *function* are made from, built if need be."""
        return self._images.of(function)

    def build_runtime(self, name: str) -> str:
        """Return the image of the runtime called *name*, built if need be."""
        return self.runtimes.ensure(name)

    def mounted_code(self, function: Function) -> MountedCode:
        """Return what workers of *function* see of its code."""
        if function.package_type == "Image":
            return MountedCode(program=self.runtimes.program(function))
        return MountedCode(task=self.code_folder(function), layers=self.layers.folder(function.layers))

    def code_folder(self, function: Function) -> Path | None:
        """Return the folder that a function's code lies in; None for a container image."""
        return self._code.folder(function)

    def _layers_in_use(self) -> Iterator[Sequence[str]]:
        return (version.layers for version in self.repository.every_version())
