"""`lambda deploy`: from a folder, a zip or a file to a function that runs, its requirements installed; our own verb.

What AWS finds out by an invocation is asked for here: whether there is a handler at all, in what is to be laid down.
"""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from emulator.functions.changes import NOTHING, Changes
from emulator.functions.code.dependencies import Dependencies
from emulator.functions.code.handlers import default_handler, default_runtime, importable, require_handler
from emulator.functions.code.package import Package, open_package, unzipped_bytes
from emulator.functions.code.syntax import check_syntax
from emulator.functions.code.workbench import Workbench
from emulator.functions.definition import Function, new_function
from emulator.functions.errors import InvalidFunctionError
from emulator.functions.quotas import check_configuration, check_name
from emulator.functions.repository import FunctionRepository
from emulator.functions.runtimes.registry import find_runtime
from emulator.ids import new_request_id


@dataclass(frozen=True)
class Deployment:
    """What `lambda deploy` is asked for. What *changes* does not speak of is as the function has it, or as AWS has."""

    source: Path
    """A folder, a zip or a single file."""
    name: str
    changes: Changes = NOTHING
    """With no handler, it is the only one that the code has; with no runtime, the one that its files speak for."""
    checks_syntax: bool = False
    """Whether files with a mistake in their grammar are refused, as AWS does only when they are loaded."""


class Deployer:
    """Creates and updates functions, each in one step; the same code and settings again change nothing."""

    def __init__(self, repository: FunctionRepository, bench: Workbench, dependencies: Dependencies) -> None:
        self._repository = repository
        self._bench = bench
        self._dependencies = dependencies

    def deploy(self, wanted: Deployment) -> Function:
        """Return the function as it is from now on."""
        check_name(wanted.name)  # it names the lock
        bench = self._bench
        with open_package(wanted.source, bench.home.scratch) as package, bench.locks.alone_with(wanted.name):
            known = self._repository.get(wanted.name)
            function = self._configured(wanted, known, package)
            deployed = self._with_code(function, known, package, wanted)
            if known is not None and _same(known, deployed):
                return known
            self._repository.save(deployed)
            kept = {version.code_id for version in self._repository.versions(deployed.name)}
            bench.code.remove_unused(deployed.name, kept | ({known.code_id} if known else set()))
        return deployed

    def _configured(self, wanted: Deployment, known: Function | None, package: Package) -> Function:
        """Return the function as it will be, but for its code; what makes no sense is refused before any wait."""
        if known is not None and known.package_type != "Zip":
            raise InvalidFunctionError(
                f"{known.name} is a container image", hint="delete it first, or take another name"
            )
        function = wanted.changes.applied_to(known or new_function(wanted.name, self._bench.clock()))
        runtime = function.runtime or default_runtime(package)
        handler = function.handler or default_handler(package, runtime)
        function = dataclasses.replace(function, runtime=find_runtime(runtime).name, handler=handler, image="")
        check_configuration(function)
        if wanted.changes.layers is not None:
            self._bench.layers.check(function.layers, package.size_bytes)
        return function

    def _with_code(self, function: Function, known: Function | None, package: Package, wanted: Deployment) -> Function:
        layers = self._bench.layers
        runtime = find_runtime(function.runtime)
        beside = importable(layers.folder(function.layers))
        if runtime.manifest not in package:
            require_handler(package, function.handler, function.runtime, beside)
        image = self._bench.images.of(function)
        if wanted.checks_syntax:
            current = self._bench.code.folder(known) if known else None
            check_syntax(package, current, runtime, image, self._bench.images.engine)
        dependencies = self._dependencies.install(package, runtime, image)
        installed = [dependencies] if dependencies else []
        require_handler(package, function.handler, function.runtime, [*beside, *installed])
        layers.check_size(function.layers, unzipped_bytes(package, dependencies))
        return dataclasses.replace(
            function,
            code_id=self._bench.code.install(package, dependencies, function.name),
            code_sha256=package.code_sha256,
            code_size_bytes=package.code_size_bytes,
            image=image,
            revision_id=new_request_id(),
            last_modified=self._bench.clock(),
        )


def _same(one: Function, other: Function) -> bool:
    return one == dataclasses.replace(other, revision_id=one.revision_id, last_modified=one.last_modified)
