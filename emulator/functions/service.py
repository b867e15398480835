"""The verbs of Lambda that need no server: deploy, list, look, delete, read logs."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from emulator.engine import Engine
from emulator.functions import document
from emulator.functions.aliasing import Aliases
from emulator.functions.code.dependencies import Dependencies
from emulator.functions.code.handlers import default_handler, default_runtime, importable, require_handler
from emulator.functions.code.layers import Layers
from emulator.functions.code.mounted import MountedCode
from emulator.functions.code.package import Package, install_package, open_package, remove_others, unzipped_bytes
from emulator.functions.code.syntax import check_syntax
from emulator.functions.concurrency import Concurrency
from emulator.functions.control import Control, Tools
from emulator.functions.definition import Function
from emulator.functions.errors import FunctionNotFoundError, InvalidFunctionError, WorkerStartError
from emulator.functions.event_configs import EventConfigs
from emulator.functions.function_tags import FunctionTags
from emulator.functions.logs.group import LogGroup
from emulator.functions.logs.names import group_parts
from emulator.functions.logs.reader import LogReader
from emulator.functions.logs.stream import stream_owner
from emulator.functions.references import function_name, is_function_name, parse_reference
from emulator.functions.repository import FunctionRepository
from emulator.functions.rules import check_configuration, check_name
from emulator.functions.runtimes.local import LocalRuntimes
from emulator.functions.runtimes.registry import find_runtime
from emulator.functions.versions import Versions
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
    """A folder, a zip or a single file."""
    name: str
    handler: str | None = None
    """None for the only one that the code has, if it has but one; so, too, the runtime that its files speak for."""
    runtime: str | None = None
    memory_mb: int | None = None
    timeout_seconds: int | None = None
    environment: Mapping[str, str] | None = None
    description: str | None = None
    role: str | None = None
    ephemeral_storage_mb: int | None = None
    layers: Sequence[str] | None = None
    checks_syntax: bool = False
    """Whether files with a mistake in their grammar are refused, as AWS does only when they are loaded."""


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
        self._home = home
        self._progress = progress
        self._clock = clock
        self.repository = FunctionRepository(database, settings.region)
        self._dependencies = Dependencies(engine, home, settings, progress)
        self.runtimes = LocalRuntimes(engine, images, home, prefers_aws=settings.aws_runtime_images)
        self.layers = Layers(database, home, settings.region, self._layers_in_use, clock)
        self.tags = FunctionTags(database, self.repository, settings.region)
        self.versions = Versions(self.repository, self._alone_with)
        self.aliases = Aliases(self.repository, settings.region, self._alone_with)
        self.concurrency = Concurrency(self.repository, clock)
        self.event_configs = EventConfigs(self.repository, settings.region, clock)
        tools = Tools(
            home=home,
            layers=self.layers,
            alone_with=self._alone_with,
            runtime_image=self.runtime_image,
            image_id=self._image_id,
            remove_unused=self._remove_unused_code,
            clock=clock,
        )
        self.control = Control(self.repository, self.versions, self.tags, tools)

    def deploy(self, deployment: Deployment) -> Function:
        """Create or update a function; the same code and settings again change nothing."""
        check_name(deployment.name)  # it names the lock
        with open_package(deployment.source, self._home.scratch) as package, self._alone_with(deployment.name):
            known = {function.name: function for function in self.list()}.get(deployment.name)
            return self._deploy(_completed(deployment, known, package), known, package)

    def _deploy(self, deployment: Deployment, known: Function | None, package: Package) -> Function:
        if known is not None and known.package_type != "Zip":
            raise InvalidFunctionError(
                f"{known.name} is a container image", hint="delete it first, or take another name"
            )
        function = self._configured(deployment, known)  # what makes no sense is refused before anything is waited for
        if deployment.layers is not None:
            self.layers.check(deployment.layers, package.size_bytes)
        runtime = find_runtime(function.runtime)
        beside = importable(self.layers.folder(function.layers))
        if runtime.manifest not in package:
            require_handler(package, function.handler, function.runtime, beside)
        image = self.runtime_image(function)
        if deployment.checks_syntax:
            current = self.code_folder(known) if known else None
            check_syntax(package, current, runtime, image, self._engine)
        dependencies = self._dependencies.install(package, runtime, image)
        require_handler(
            package, function.handler, function.runtime, [*beside, *([dependencies] if dependencies else [])]
        )
        self.layers.check_size(function.layers, unzipped_bytes(package, dependencies))
        code_id = install_package(package, dependencies, self._home, function.name)
        deployed = dataclasses.replace(
            function,
            code_id=code_id,
            code_sha256=package.code_sha256,
            code_size_bytes=package.code_size_bytes,
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
            self.tags.forget(function.name)
            remove_others(self._home, function.name, set())
        return function

    def configuration(self, function: Function, qualifier: str | None = None) -> document.Document:
        """Return the answer of GetFunctionConfiguration to somebody who asks for *function* with *qualifier*."""
        return document.configuration(
            function,
            self.repository.region,
            failure=self.repository.failure(function.name, function.version),
            qualifier=qualifier,
            layer_size=self.layers.code_size,
        )

    def description(self, reference: str, qualifier: str | None = None) -> document.Document:
        """Return the answer of GetFunction."""
        asked = parse_reference(reference, qualifier)
        function = self.find(asked.name, asked.qualifier)
        configuration = self.configuration(function, asked.qualifier)
        described = document.function(function, configuration, self.code_folder(function).as_uri())
        if tags := self.tags.of(function.name):
            described["Tags"] = tags
        reserved = self.repository.reserved_concurrency(function.name)
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
        if function.image and self._engine.images.get(function.image):
            return function.image  # a server need not load what reads definitions
        if function.package_type == "Image":
            raise WorkerStartError(
                f"the image of {function.name} is gone from the local store: {function.image_uri}",
                hint=f"bring it back and take it anew: cloudlet lambda update-function-code "
                f"--function-name {function.name} --image-uri {function.image_uri}",
            )
        return self.build_runtime(function.runtime)

    def build_runtime(self, name: str) -> str:
        """Return the image of the runtime called *name*, built if need be."""
        return self.runtimes.ensure(name)

    def _image_id(self, name: str) -> str:
        """Return the id of a container image of the local store, "" if there is none."""
        image = self._engine.images.get(name)
        return image.id if image else ""

    def mounted_code(self, function: Function) -> MountedCode:
        """Return what workers of *function* see of its code."""
        if function.package_type == "Image":
            return MountedCode(program=self.runtimes.program(function))
        return MountedCode(task=self.code_folder(function), layers=self.layers.folder(function.layers))

    def code_folder(self, function: Function) -> Path:
        """Return the folder that a function's code lies in."""
        return self._home.functions / function.name / function.code_id

    def _remove_unused_code(self, name: str, kept: set[str]) -> None:
        """Remove the code that no version has, but for what is *kept* or was until lately: workers may still run it."""
        kept = kept | {version.code_id for version in self.repository.versions(name)}
        remove_others(self._home, name, kept, self._clock())

    def _layers_in_use(self) -> Iterator[Sequence[str]]:
        return (version.layers for function in self.list() for version in self.repository.versions(function.name))

    def _alone_with(self, name: str) -> AbstractContextManager[None]:
        """Keep other shells from changing the function *name*: each removes the code that it does not know."""
        return locked(self._home.build_lock(f"function-{name}"), f"the function {name}", self._progress)

    def _configured(self, deployment: Deployment, known: Function | None) -> Function:
        """Return the function as it will be, but for its code: what is not asked for stays as it is."""
        new = Function(
            name=deployment.name,
            runtime=find_runtime(deployment.runtime or "").name,
            handler=deployment.handler or "",
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
            "role": deployment.role,
            "ephemeral_storage_mb": deployment.ephemeral_storage_mb,
            "layers": None if deployment.layers is None else tuple(deployment.layers),
        }
        settled: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
        renewed = ("runtime", "handler", "code_id", "code_sha256", "code_size_bytes", "revision_id", "last_modified")
        settled |= {name: getattr(new, name) for name in renewed}
        function = dataclasses.replace(known or new, image="", **settled)
        check_configuration(function)
        return function


def _completed(deployment: Deployment, known: Function | None, package: Package) -> Deployment:
    """Return *deployment* with the handler and the runtime that nobody named."""
    runtime = deployment.runtime or (known.runtime if known else default_runtime(package))
    handler = deployment.handler or (known.handler if known else default_handler(package, runtime))
    return dataclasses.replace(deployment, runtime=runtime, handler=handler)


def _same(one: Function, other: Function) -> bool:
    return one == dataclasses.replace(other, revision_id=one.revision_id, last_modified=one.last_modified)
