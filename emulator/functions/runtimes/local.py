"""The runtimes of this machine: which there are, and the images that their workers are made from.

An image is made from a definition of ours, or it is AWS's own. AWS's is taken where we have no definition, or where
CLOUDLET_AWS_RUNTIME_IMAGES asks for it.
"""

import io
import os
import tarfile
from dataclasses import dataclass
from pathlib import Path

from emulator.engine import ContainerSpec, Engine, Kind
from emulator.errors import EngineError, EngineUnavailableError
from emulator.functions.code.mounted import Program
from emulator.functions.definition import Function
from emulator.functions.errors import InvalidFunctionError, RuntimeUnavailableError
from emulator.functions.runtimes.registry import RUNTIMES, Runtime, find_runtime
from emulator.home import Home
from emulator.images import Images
from emulator.interrupts import deferred_interrupts

_SHELL_RUNTIME = "provided.al2023"
_SHELL = "/bin/busybox"


@dataclass(frozen=True)
class RuntimeState:
    """A runtime of AWS's, and what there is of it here."""

    runtime: Runtime
    image: str
    """The image that workers are made from, "" if it is not in the local store yet."""

    @property
    def is_available(self) -> bool:
        """Tell whether it can be used without anything that only AWS has."""
        return bool(self.image) or self.runtime.has_definition

    @property
    def explanation(self) -> str:
        """Return a few words for people."""
        if self.image in self.runtime.aws_images:
            return "AWS's image"
        if self.image:
            return "built"
        if self.runtime.has_definition:
            return "is built when it is first needed"
        return f"not available here: needs AWS's image (docker pull {self.runtime.aws_images[0]})"


class LocalRuntimes:
    """Finds the runtimes of one machine and builds their images."""

    def __init__(self, engine: Engine, images: Images, home: Home, *, prefers_aws: bool = False) -> None:
        self._engine = engine
        self._images = images
        self._home = home
        self._prefers_aws = prefers_aws

    def list(self) -> list[RuntimeState]:
        """Return what there is of each runtime that AWS has; nothing is built or fetched."""
        return [RuntimeState(runtime, self._present(runtime)) for runtime in RUNTIMES.values()]

    def ensure(self, name: str) -> str:
        """
        Return the image of the runtime called *name*, built or fetched if need be.

        RuntimeNotFoundError: AWS has none of this name. RuntimeUnavailableError says what is missing for it here.
        """
        runtime = find_runtime(name)
        if self._prefers_aws and (image := self._aws_image(runtime)):
            return image
        try:
            if runtime.has_definition:
                return self._images.ensure_built(self._images.find(name))
            return self._aws_image(runtime) or self._images.base(runtime.aws_images[0], None)
        except EngineUnavailableError:
            raise
        except EngineError as error:
            if image := self._aws_image(runtime):
                return image
            raise RuntimeUnavailableError(name, error, runtime.aws_images[0]) from error

    def program(self, function: Function) -> Program:
        """Return what is run of a container image; InvalidFunctionError if that is nothing."""
        begins = self._engine.images.begins(function.image)
        config = function.image_config
        command = (*(config.entry_point or begins.entrypoint), *(config.command or begins.command))
        if not command:
            raise InvalidFunctionError(
                f"{function.image_uri} has neither an entry point nor a command",
                hint="give --image-config EntryPoint=...,Command=..., or build it with ENTRYPOINT or CMD",
            )
        return Program(command, config.working_directory or begins.working_dir or "/", self._shell())

    def _present(self, runtime: Runtime) -> str:
        aws = self._aws_image(runtime)
        if not runtime.has_definition or (self._prefers_aws and aws):
            return aws
        ami = self._images.find(runtime.name)
        return ami.tag if self._images.is_built(ami) else aws

    def _aws_image(self, runtime: Runtime) -> str:
        return next((image for image in runtime.aws_images if self._engine.images.get(image)), "")

    def _shell(self) -> Path:
        """Return a shell that needs nothing of the image it is mounted into: many have none."""
        path = self._home.shell
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            made = path.with_name(f".{path.name}-{os.getpid()}")
            made.write_bytes(self._file_of(self.ensure(_SHELL_RUNTIME), _SHELL))
            made.chmod(0o755)
            made.replace(path)
        return path

    def _file_of(self, image: str, path: str) -> bytes:
        containers = self._engine.containers
        with deferred_interrupts():
            container_id = containers.create(ContainerSpec(image, Kind.BUILD))
            try:
                packed = b"".join(self._engine.archives.get(container_id, path))
            finally:
                containers.remove(container_id)
        with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
            content = tar.extractfile(tar.getmembers()[0])
            assert content is not None  # noqa: S101 - it is a file
            return content.read()
