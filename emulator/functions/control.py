"""The verbs that make a function and change it, as `aws lambda` has them; `lambda deploy` does the like in one step.

As on AWS nothing is installed into a zip, and nobody looks for its handler: that is found out by an invocation.
"""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from emulator.functions.changes import Changes
from emulator.functions.code.contents import bytes_in
from emulator.functions.code.package import Package, open_package, unzipped_bytes
from emulator.functions.code.workbench import Workbench
from emulator.functions.definition import Function, new_function
from emulator.functions.errors import FunctionExistsError, InvalidFunctionError, PreconditionFailedError
from emulator.functions.function_records import FunctionRecords
from emulator.functions.quotas import check_configuration, check_name
from emulator.functions.references import FunctionReference, unqualified
from emulator.functions.runtimes.registry import find_runtime
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
class _Prepared:
    """A function as it will be, with the code that is to be laid down for it, if it gets another."""

    function: Function
    package: Package | None = None


class Control:
    """Creates functions and changes their code and their configuration."""

    def __init__(self, records: FunctionRecords, bench: Workbench) -> None:
        self._records = records
        self._bench = bench

    def create(self, name: str, code: Code, changes: Changes, making: Making) -> Function:
        """Make a function; return it, or its first version if that is to be published."""
        name = unqualified(name)
        check_name(name)
        self._records.tags.check(making.tags)
        package_type = making.package_type or ("Image" if code.image_uri else "Zip")
        new = dataclasses.replace(new_function(name, self._bench.clock()), package_type=package_type)
        function = changes.applied_to(new)
        check_configuration(function)
        with self._bench.locks.alone_with(name):
            if self._records.functions.get(name):
                raise FunctionExistsError(name)
            self._bench.layers.check(function.layers)
            with self._coded(function, code) as prepared:
                return self._saved(prepared, making)

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
            with self._coded(changed, code) as prepared:
                if dry_run:
                    return prepared.function
                return self._saved(prepared, Making(publish=publish), before=function)

    def update_configuration(self, reference: str, changes: Changes, revision_id: str | None = None) -> Function:
        """Change what *changes* speaks of, and return the function."""
        with self._changing(reference, revision_id) as function:
            changed = changes.applied_to(function)
            check_configuration(changed)
            if changed.runtime != function.runtime:
                changed = dataclasses.replace(changed, runtime=find_runtime(changed.runtime).name, image="")
                changed = dataclasses.replace(changed, image=self._bench.images.of(changed))
            if changes.layers is not None:
                folder = self._bench.code.folder(changed)
                self._bench.layers.check(changed.layers, bytes_in(folder) if folder else 0)
            return self._saved(_Prepared(changed), Making(), before=function)

    def delete(self, asked: FunctionReference, also: Callable[[], None] = lambda: None) -> None:
        """
        Remove a function with its code, or one version of it; its logs stay, as on AWS.

        *also* is what goes with it elsewhere, in the same transaction.
        """
        records, name = self._records, self._records.functions.find(asked.name).name
        with self._bench.locks.alone_with(name):
            with records.transaction():
                if asked.qualifier is None:
                    records.functions.delete(records.functions.find(name).name)
                    records.tags.forget(name)
                else:
                    records.versions.delete(name, asked.qualifier)
                also()
            if asked.qualifier is None:
                self._bench.code.remove_all(name)
            else:
                self._remove_unused_code(name)

    @contextlib.contextmanager
    def _changing(self, reference: str, revision_id: str | None) -> Iterator[Function]:
        """Yield $LATEST, which nobody else changes meanwhile; refuse if it is no more what *revision_id* was."""
        name = self._records.functions.find(unqualified(reference)).name
        with self._bench.locks.alone_with(name):
            function = self._records.functions.find(name)
            if revision_id not in (None, function.revision_id):
                raise PreconditionFailedError(NEEDS_REVISION)
            yield function

    def _saved(self, prepared: _Prepared, making: Making, before: Function | None = None) -> Function:
        """Lay the code down, write the record, and return it or the version that it is published as."""
        function = prepared.function
        if prepared.package is not None:
            code_id = self._bench.code.install(prepared.package, None, function.name)
            function = dataclasses.replace(function, code_id=code_id)
        function = dataclasses.replace(function, revision_id=new_request_id(), last_modified=self._bench.clock())
        with self._records.transaction():
            self._records.functions.save(function)
            if making.tags:
                self._records.tags.add(function.name, making.tags)
            saved = self._records.versions.publish(function.name) if making.publish else function
        self._remove_unused_code(function.name, *([before] if before else []))
        return saved

    def _remove_unused_code(self, name: str, *until_lately: Function) -> None:
        versions = [*self._records.functions.versions(name), *until_lately]
        self._bench.code.remove_unused(name, {version.code_id for version in versions})

    @contextlib.contextmanager
    def _coded(self, function: Function, code: Code) -> Iterator[_Prepared]:
        """Yield what *function* is with *code*, of which nothing is laid down yet."""
        if function.package_type == "Image":
            yield _Prepared(self._with_image(function, code))
            return
        if code.zip is None:
            raise InvalidFunctionError(
                "Please provide a source for function code.", hint="give --zip-file, or S3Bucket="
            )
        function = dataclasses.replace(function, runtime=find_runtime(function.runtime).name)
        image = self._bench.images.of(function)
        with open_package(code.zip, self._bench.home.scratch) as package:
            self._bench.layers.check_size(function.layers, unzipped_bytes(package, None))
            function = dataclasses.replace(
                function, code_sha256=package.code_sha256, code_size_bytes=package.code_size_bytes, image=image
            )
            yield _Prepared(function, package)

    def _with_image(self, function: Function, code: Code) -> Function:
        if not code.image_uri:
            raise InvalidFunctionError("Please provide ImageUri for a function with packageType Image.")
        image_id = self._bench.images.id_of(code.image_uri)
        if not image_id:
            raise InvalidFunctionError(
                f"Source image {code.image_uri} does not exist. Provide a valid source image.",
                hint=f"an image of the local store is meant: docker pull {code.image_uri}, or docker build -t it",
            )
        return dataclasses.replace(
            function, image_uri=code.image_uri, image=image_id, code_sha256=image_id.removeprefix("sha256:")
        )
