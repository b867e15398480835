"""The verbs that make a function and change it, as `aws lambda` has them; `lambda deploy` does the like in one step.

As on AWS nothing is installed into a zip, and nobody looks for its handler: that is found out by an invocation.
"""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from emulator.functions.changes import Changes
from emulator.functions.code.contents import bytes_in
from emulator.functions.code.layers import Layers
from emulator.functions.code.package import install_package, open_package, unzipped_bytes
from emulator.functions.definition import Function
from emulator.functions.errors import (
    FunctionExistsError,
    InvalidFunctionError,
    PreconditionFailedError,
    ResourceConflictError,
)
from emulator.functions.function_tags import FunctionTags
from emulator.functions.references import LATEST, is_version, parse_reference
from emulator.functions.repository import FunctionRepository
from emulator.functions.rules import check_configuration, check_name
from emulator.functions.runtimes.registry import find_runtime
from emulator.functions.versions import Versions
from emulator.home import Home
from emulator.ids import new_request_id

NEEDS_REVISION = "GetFunction/GetAlias"
"""What AWS's error names where a revision is not the latest."""


@dataclass(frozen=True)
class Code:
    """A zip by its bytes, or a container image by its name: one of them."""

    zip: bytes | None = None
    image_uri: str = ""


@dataclass(frozen=True)
class Making:
    """What a function is made with, besides its configuration."""

    package_type: str = ""
    """Zip or Image; "" is what the code says."""
    publish: bool = False
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Tools:
    """What Control works with, besides the records."""

    home: Home
    layers: Layers
    alone_with: Callable[[str], AbstractContextManager[None]]
    """Keeps other shells from changing a function."""
    runtime_image: Callable[[Function], str]
    image_id: Callable[[str], str]
    """Returns the id of a container image that is here, "" of one that is not."""
    remove_unused: Callable[[str, set[str]], None]
    clock: Callable[[], datetime]


class Control:
    """Creates functions and changes their code and their configuration."""

    def __init__(self, repository: FunctionRepository, versions: Versions, tags: FunctionTags, tools: Tools) -> None:
        self._repository = repository
        self._versions = versions
        self._tags = tags
        self._tools = tools

    def create(self, name: str, code: Code, changes: Changes, making: Making) -> Function:
        """Make a function; return it, or its first version if that is to be published."""
        name = parse_reference(name).name
        check_name(name)
        self._tags.check(making.tags)
        package_type = making.package_type or ("Image" if code.image_uri else "Zip")
        new = Function(name, "", "", "", "", 0, "", self._tools.clock(), package_type=package_type)
        function = changes.applied_to(new)
        check_configuration(function)
        with self._tools.alone_with(name):
            if name in {one.name for one in self._repository.all()}:
                raise FunctionExistsError(name)
            self._tools.layers.check(function.layers)
            function = self._renewed(self._with_code(function, code))
            self._repository.save(function)
            self._tags.add(name, making.tags)
            return self._versions.publish_unlocked(function) if making.publish else function

    def update_code(
        self,
        reference: str,
        code: Code,
        changes: Changes,
        *,
        publish: bool = False,
        dry_run: bool = False,
        revision_id: str | None = None,
    ) -> Function:
        """Give a function other code, of *changes* only the architecture; with *dry_run* only see whether it could."""
        with self._changing(reference, revision_id) as function:
            changed = changes.applied_to(function)
            check_configuration(changed)
            if function.package_type == "Image" and code.zip is not None:
                raise InvalidFunctionError("Please provide ImageUri when updating a function with packageType Image.")
            if function.package_type == "Zip" and code.image_uri:
                raise InvalidFunctionError(
                    "Please don't provide ImageUri when updating a function with packageType Zip."
                )
            changed = self._with_code(changed, code)
            if dry_run:
                return changed
            return self._saved(function, changed, publish=publish)

    def update_configuration(self, reference: str, changes: Changes, revision_id: str | None = None) -> Function:
        """Change what *changes* speaks of, and return the function."""
        with self._changing(reference, revision_id) as function:
            changed = changes.applied_to(function)
            check_configuration(changed)
            if changed.runtime != function.runtime:
                changed = dataclasses.replace(changed, runtime=find_runtime(changed.runtime).name, image="")
                changed = dataclasses.replace(changed, image=self._tools.runtime_image(changed))
            if changes.layers is not None:
                self._check_layers(changed)
            return self._saved(function, changed, publish=False)

    def delete_version(self, reference: str, qualifier: str) -> None:
        """Remove a published version; one that is not there is no error, as on AWS."""
        name = self._repository.find(parse_reference(reference).name).name
        if qualifier == LATEST:
            raise InvalidFunctionError("$LATEST version cannot be deleted without deleting the function.")
        if not is_version(qualifier):
            raise InvalidFunctionError(
                "Deletion of aliases is not currently supported.", hint="there is `cloudlet lambda delete-alias`"
            )
        with self._tools.alone_with(name):
            pointing = [one.name for one in self._repository.aliases(name) if qualifier in (one.version, *one.weights)]
            if pointing:
                raise ResourceConflictError(
                    f"Unable to delete version because the following aliases reference it: [{', '.join(pointing)}]"
                )
            self._repository.delete_version(name, qualifier)
            self._tools.remove_unused(name, set())

    @contextlib.contextmanager
    def _changing(self, reference: str, revision_id: str | None) -> Iterator[Function]:
        """Yield $LATEST, which nobody else changes meanwhile; refuse if it is no more what *revision_id* was."""
        asked = parse_reference(reference)
        with self._tools.alone_with(self._repository.find(asked.name).name):
            function = self._repository.find(asked.name)
            if revision_id not in (None, function.revision_id):
                raise PreconditionFailedError(NEEDS_REVISION)
            yield function

    def _saved(self, before: Function, function: Function, *, publish: bool) -> Function:
        function = self._renewed(function)
        self._repository.save(function)
        self._tools.remove_unused(function.name, {before.code_id})
        return self._versions.publish_unlocked(function) if publish else function

    def _renewed(self, function: Function) -> Function:
        return dataclasses.replace(function, revision_id=new_request_id(), last_modified=self._tools.clock())

    def _with_code(self, function: Function, code: Code) -> Function:
        if function.package_type == "Image":
            return self._with_image(function, code)
        if code.zip is None:
            raise InvalidFunctionError(
                "Please provide a source for function code.", hint="give --zip-file, or S3Bucket="
            )
        function = dataclasses.replace(function, runtime=find_runtime(function.runtime).name)
        image = self._tools.runtime_image(function)
        with open_package(code.zip, self._tools.home.scratch) as package:
            self._tools.layers.check_size(function.layers, unzipped_bytes(package, None))
            code_id = install_package(package, None, self._tools.home, function.name)
        return dataclasses.replace(
            function,
            code_id=code_id,
            code_sha256=package.code_sha256,
            code_size_bytes=package.code_size_bytes,
            image=image,
        )

    def _with_image(self, function: Function, code: Code) -> Function:
        if not code.image_uri:
            raise InvalidFunctionError("Please provide ImageUri for a function with packageType Image.")
        image_id = self._tools.image_id(code.image_uri)
        if not image_id:
            raise InvalidFunctionError(
                f"Source image {code.image_uri} does not exist. Provide a valid source image.",
                hint=f"an image of the local store is meant: docker pull {code.image_uri}, or docker build -t it",
            )
        return dataclasses.replace(
            function, image_uri=code.image_uri, image=image_id, code_sha256=image_id.removeprefix("sha256:")
        )

    def _check_layers(self, function: Function) -> None:
        folder = self._code_folder(function)
        self._tools.layers.check(function.layers, bytes_in(folder) if folder else 0)

    def _code_folder(self, function: Function) -> Path | None:
        return self._tools.home.functions / function.name / function.code_id if function.code_id else None
