"""Layers: libraries and data that functions share, published in versions and mounted as /opt."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from emulator.functions.code.archive import MAX_UNZIPPED_BYTES, too_large
from emulator.functions.code.contents import bytes_in
from emulator.functions.code.layer_records import LayerRecords
from emulator.functions.code.layer_store import LayerStore, combination
from emulator.functions.code.layer_version import (
    NOTHING_SAID,
    LayerDescription,
    LayerVersion,
    check_description,
    layer_name,
    parse_layer_arn,
)
from emulator.functions.code.package import Source, open_package
from emulator.functions.errors import InvalidFunctionError, LayerNotFoundError, LayerVersionNotFoundError
from emulator.home import Home
from emulator.locks import locked
from emulator.state import Database

MAX_LAYERS = 5


class Layers:
    """Publishes and keeps the layers of one home; *in_use* gives the layers of each version of each function."""

    def __init__(
        self,
        database: Database,
        home: Home,
        region: str,
        in_use: Callable[[], Iterable[Sequence[str]]],
        clock: Callable[[], datetime],
    ) -> None:
        self._home = home
        self._region = region
        self._in_use = in_use
        self._clock = clock
        self._records = LayerRecords(database)
        self._store = LayerStore(home)

    def publish(self, name: str, source: Source, about: LayerDescription = NOTHING_SAID) -> LayerVersion:
        """Make a layer's next version from a folder or a zip: as on AWS each time, of the same content, too."""
        layer = layer_name(name)
        check_description(about)
        with open_package(source, self._home.scratch) as package, locked(self._home.lock("layers")):
            if package.size_bytes >= MAX_UNZIPPED_BYTES:
                raise too_large()
            version = LayerVersion(
                layer=layer,
                version=0,
                content_id=self._store.add(package),
                code_sha256=package.code_sha256,
                code_size_bytes=package.code_size_bytes,
                created=self._clock(),
                description=about.description,
                license_info=about.license_info,
                runtimes=about.runtimes,
                architectures=about.architectures,
            )
            self._store.note_use(self.location(version), self._clock())
            version = self._records.save_next(version)
            self._tidy()
        return version

    def find(self, name: str, version: int) -> LayerVersion:
        """Return a version that is not deleted; LayerVersionNotFoundError if there is none."""
        layer = layer_name(name)
        _check_version(version)
        found = self._records.find(layer, version)
        if found is None:
            raise LayerVersionNotFoundError(layer, version, {one.layer for one in self._records.all()} - {layer})
        return found

    def find_by_arn(self, arn: str) -> LayerVersion:
        reference = parse_layer_arn(arn, self._region, place="arn")
        return self.find(reference.layer, reference.version)

    def versions(self, name: str, runtime: str | None = None, architecture: str | None = None) -> list[LayerVersion]:
        """Return the versions of a layer that suit, the newest first; none of a layer that is not here, as on AWS."""
        return [one for one in self._records.all(layer_name(name)) if one.suits(runtime, architecture)]

    def list(self, runtime: str | None = None, architecture: str | None = None) -> list[LayerVersion]:
        """Return each layer's newest version among those that suit."""
        newest: dict[str, LayerVersion] = {}
        for one in self._records.all():
            if one.suits(runtime, architecture):
                newest.setdefault(one.layer, one)
        return [*newest.values()]

    def delete(self, name: str, version: int) -> None:
        """Have a version found no more; functions that have it keep it. One that is not here is no error to AWS."""
        layer = layer_name(name)
        _check_version(version)
        with locked(self._home.lock("layers")):
            self._records.mark_deleted(layer, version)
            self._tidy()

    def check(self, arns: Sequence[str], code_bytes: int = 0) -> tuple[str, ...]:
        """Return *arns* if a function of *code_bytes* may have them; InvalidFunctionError if not."""
        if len(arns) > MAX_LAYERS:
            raise InvalidFunctionError(f"Cannot reference more than {MAX_LAYERS} layers.")
        versions = [self._existing(arn) for arn in arns]
        seen: dict[str, str] = {}
        for version, arn in zip(versions, arns, strict=True):
            if version.layer in seen:
                raise InvalidFunctionError(
                    "Two different versions of the same layer are not allowed to be referenced in the same function. "
                    f"{seen[version.layer]} and {arn} are versions of the same layer."
                )
            seen[version.layer] = arn
        for version in versions:
            self._store.note_use(self.location(version), self._clock())  # so that it stays until the function has it
        self.check_size(arns, code_bytes)
        return tuple(arns)

    def check_size(self, arns: Sequence[str], code_bytes: int) -> None:
        """Refuse code that is too large with its layers, which a function has already or was checked for."""
        total = code_bytes + sum(bytes_in(self._store.content(one)) for one in self._content_ids(arns))
        if arns and total >= MAX_UNZIPPED_BYTES:
            raise InvalidFunctionError(
                f"Function code combined with layers exceeds the maximum allowed size of {MAX_UNZIPPED_BYTES} bytes. "
                f"The actual size is {total} bytes."
            )

    def folder(self, arns: Sequence[str]) -> Path | None:
        """Return the folder to mount as /opt: the layers over each other, later ones on top; None for no layers."""
        if not arns:
            return None
        folder = self._store.combined(self._content_ids(arns))
        self._store.note_use(folder, self._clock())
        return folder

    def code_size(self, arn: str) -> int:
        """Return what AWS answers beside the ARN of a function's layer, which may be deleted."""
        return self._of_function(arn).code_size_bytes

    def location(self, version: LayerVersion) -> Path:
        """Return the folder that a version's content lies in."""
        return self._store.content(version.content_id)

    def _existing(self, arn: str) -> LayerVersion:
        reference = parse_layer_arn(arn, self._region)
        found = self._records.find(reference.layer, reference.version)
        if found is None:
            raise LayerNotFoundError(
                f"Layer version {arn} does not exist.", hint="list those there are with `cloudlet lambda list-layers`"
            )
        return found

    def _of_function(self, arn: str) -> LayerVersion:
        reference = parse_layer_arn(arn, self._region)
        found = self._records.find(reference.layer, reference.version, even_deleted=True)
        if found is None:
            raise LayerNotFoundError(f"Layer version {arn} does not exist.")
        return found

    def _content_ids(self, arns: Sequence[str]) -> Sequence[str]:
        return [self._of_function(arn).content_id for arn in arns]

    def _tidy(self) -> None:
        """Remove what no function has and nobody can ask for; the lock is held."""
        now, used = self._clock(), [tuple(arns) for arns in self._in_use() if arns]
        kept = {arn for arns in used for arn in arns}
        for version in self._records.all(deleted=True):
            if version.arn(self._region) not in kept and self._store.is_forgotten(version.content_id, now):
                self._records.forget(version)
        remaining = [*self._records.all(), *self._records.all(deleted=True)]
        combinations = {combination(self._content_ids(arns)) for arns in used if len(arns) > 1}
        self._store.remove_others({one.content_id for one in remaining}, combinations, now)


def _check_version(version: int) -> None:
    if version < 1:
        raise InvalidFunctionError("Layer Version Cannot be less than 1.")
