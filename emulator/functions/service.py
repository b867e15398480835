"""The verbs of Lambda that need no server: deploy, list, look, delete, read logs."""

import dataclasses
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from emulator.engine import Engine
from emulator.functions.code.dependencies import Dependencies
from emulator.functions.code.mounted import MountedCode
from emulator.functions.code.package import Package, install_package, read_package, remove_others
from emulator.functions.definition import Function, check_configuration
from emulator.functions.logs.reader import LogReader
from emulator.functions.references import function_name, is_function_name
from emulator.functions.repository import FunctionRepository
from emulator.functions.runtimes.registry import find_runtime
from emulator.home import Home
from emulator.ids import new_request_id
from emulator.images import Images
from emulator.images.lock import locked
from emulator.progress import Progress
from emulator.settings import Settings
from emulator.state import Database
from emulator.units import utc_now


@dataclass(frozen=True)
class Deployment:
    """What `lambda deploy` is asked for. None keeps what the function has, or takes AWS's default for a new one."""

    source: Path
    name: str
    handler: str
    runtime: str
    memory_mb: int | None = None
    timeout_seconds: int | None = None
    environment: Mapping[str, str] | None = None
    description: str | None = None


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
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._engine = engine
        self._images = images
        self._home = home
        self._progress = progress
        self._clock = clock
        self.repository = FunctionRepository(database, settings.region)
        self._dependencies = Dependencies(engine, home, settings, progress)

    def deploy(self, deployment: Deployment) -> Function:
        """Create or update a function from a folder; the same folder and settings again change nothing."""
        self._configured(deployment, None)  # so that what makes no sense is refused before anything is waited for
        package = read_package(deployment.source, deployment.handler, deployment.runtime)
        with self._alone_with(deployment.name):
            return self._deploy(deployment, package)

    def _deploy(self, deployment: Deployment, package: Package) -> Function:
        known = {function.name: function for function in self.list()}.get(deployment.name)
        function = self._configured(deployment, known)
        runtime = find_runtime(deployment.runtime)
        image = self.runtime_image(function)
        requirements = package.requirements
        dependencies = self._dependencies.install(requirements, runtime, image) if requirements else None
        code_id = install_package(package, dependencies, self._home, function.name)
        deployed = dataclasses.replace(
            function,
            code_id=code_id,
            code_sha256=package.code_sha256,
            code_size_bytes=package.size_bytes,
            image=image,
        )
        if known is not None and _same(known, deployed):
            return known
        self.repository.save(deployed)
        self._remove_unused_code(function.name, {code_id, known.code_id if known else code_id})
        return deployed

    def list(self) -> list[Function]:
        return self.repository.all()

    def find(self, reference: str, qualifier: str | None = None) -> Function:
        """Return the version that a name or an ARN stands for; FunctionNotFoundError names the nearest functions."""
        return self.repository.find(reference, qualifier)

    def delete(self, reference: str) -> Function:
        """Remove a function and its code; its logs stay, as on AWS."""
        with self._alone_with(self.find(reference).name):
            function = self.find(reference)
            self.repository.delete(function.name)
            remove_others(self._home, function.name, set())
        return function

    def logs(self, reference: str) -> LogReader:
        """Return a reader of all that the function has logged; the logs of a deleted one can still be read."""
        name = function_name(reference)
        if not (is_function_name(name) and self._home.function_logs(name).is_dir()):
            name = self.find(reference).name
        return LogReader(self._home.function_logs(name))

    def runtime_image(self, function: Function) -> str:
        """Return the image that workers of *function* are made from, built if need be."""
        if function.image and self._engine.images.get(function.image):
            return function.image  # a server need not load what reads definitions
        return self.build_runtime(function.runtime)

    def build_runtime(self, name: str) -> str:
        """Return the image of the runtime called *name*, built if need be."""
        return self._images.ensure_built(self._images.find(find_runtime(name).name))

    def mounted_code(self, function: Function) -> MountedCode:
        """Return what workers of *function* see of its code."""
        return MountedCode(task=self.code_folder(function))

    def code_folder(self, function: Function) -> Path:
        """Return the folder that a function's code lies in."""
        return self._home.functions / function.name / function.code_id

    def _remove_unused_code(self, name: str, kept: set[str]) -> None:
        """Remove the code that no version has, but for what is *kept*: workers may still run it."""
        remove_others(self._home, name, kept | {version.code_id for version in self.repository.versions(name)})

    def _alone_with(self, name: str) -> AbstractContextManager[None]:
        """Keep other shells from changing the function *name*: each removes the code that it does not know."""
        return locked(self._home.build_lock(f"function-{name}"), f"the function {name}", self._progress)

    def _configured(self, deployment: Deployment, known: Function | None) -> Function:
        """Return the function as it will be, but for its code: what is not asked for stays as it is."""
        new = Function(
            name=deployment.name,
            runtime=find_runtime(deployment.runtime).name,
            handler=deployment.handler,
            code_id="",
            code_sha256="",
            code_size_bytes=0,
            revision_id=new_request_id(),
            last_modified=self._clock(),
        )
        asked = {
            "memory_mb": deployment.memory_mb,
            "timeout_seconds": deployment.timeout_seconds,
            "environment": deployment.environment,
            "description": deployment.description,
        }
        settled: dict[str, Any] = {
            name: getattr(known or new, name) if value is None else value for name, value in asked.items()
        }
        function = dataclasses.replace(new, **settled)
        check_configuration(function)
        return function


def _same(one: Function, other: Function) -> bool:
    return one == dataclasses.replace(other, revision_id=one.revision_id, last_modified=one.last_modified)
