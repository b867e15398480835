"""The fields of an `ami.yaml` as pydantic models: the one place that says what may stand where.

Values are checked by `checks`; what needs the folder or the other AMIs comes in through the validation context.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from emulator.errors import nearest
from emulator.images import checks
from emulator.images.sources import source_path


@dataclass(frozen=True)
class Surroundings:
    """What a definition is checked against besides itself."""

    folder: Path
    """Holds the files that `source` names."""
    folder_name: str | None
    """What `name` has to be; None if the definition came without a folder of its own."""
    known: Callable[[], frozenset[str]]
    """The names that `extends` may take."""


def _surroundings(info: ValidationInfo) -> Surroundings:
    surroundings: Surroundings = info.context  # type: ignore[assignment]
    return surroundings


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class BaseModelOfAmi(_Model):
    """`base:`"""

    image: Annotated[str, AfterValidator(checks.image_name)]
    bootstrap: Annotated[str, AfterValidator(checks.suite)] | None = None


class FileModel(_Model):
    """One of `files:`"""

    path: Annotated[str, AfterValidator(checks.path)]
    content: str | None = None
    source: str | None = None
    mode: Annotated[str, BeforeValidator(checks.mode)] = "0644"
    owner: Annotated[str, AfterValidator(checks.owner)] = "root:root"

    @field_validator("source")
    @classmethod
    def _source(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None:
            source_path(_surroundings(info).folder, value)
        return value


class AmiModel(_Model):
    """A whole `ami.yaml`."""

    version: Literal[1]
    name: Annotated[str, AfterValidator(checks.ami_name)]
    description: Annotated[str, AfterValidator(checks.sentence)] = ""
    base: BaseModelOfAmi | None = None
    extends: str | None = None
    packages: list[Annotated[str, AfterValidator(checks.package)]] = []
    pip: list[Annotated[str, AfterValidator(checks.requirement)]] = []
    files: list[FileModel] = []
    run: list[Annotated[str, AfterValidator(checks.command)]] = []
    services: list[Annotated[str, AfterValidator(checks.service)]] = []
    env: dict[
        Annotated[str, AfterValidator(checks.variable)], Annotated[str, AfterValidator(checks.variable_value)]
    ] = {}
    user: Annotated[str, AfterValidator(checks.account)] | None = None
    ports: list[Annotated[int, Field(ge=1, le=65535)]] = []
    init: Literal["systemd", "none"] | None = None

    @field_validator("name")
    @classmethod
    def _name(cls, value: str, info: ValidationInfo) -> str:
        folder_name = _surroundings(info).folder_name
        if folder_name is not None and value != folder_name:
            raise ValueError(f"{checks.shown(value)} stands in the folder {folder_name!r}; the two have to be the same")
        return value

    @field_validator("extends")
    @classmethod
    def _extends(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None or value in (known := _surroundings(info).known()):
            return value
        meant = nearest(value, known) or f"there are {', '.join(sorted(known)) or 'none'}"
        raise ValueError(f"{checks.shown(value)} is no AMI here; {meant}")


def cross_problems(data: Mapping[Any, Any]) -> Iterator[tuple[str, str, object]]:
    """Yield path, sentence and value of what is wrong between fields, however wrong the fields themselves are."""
    if data.get("base") is not None and data.get("extends") is not None:
        yield (
            "extends",
            f"{checks.shown(data['extends'])} stands beside base; an AMI has one of the two",
            data["extends"],
        )
    elif data.get("base") is None and data.get("extends") is None:
        yield "base", "is missing; an AMI starts from a base (base: {image: …}) or from another AMI (extends: …)", None
    if data.get("init") == "none" and data.get("services"):
        yield "services", "cannot be enabled without systemd; leave out `init: none`", data["services"]
    files = data.get("files")
    taken: set[object] = set()
    for index, entry in enumerate(files if isinstance(files, list) else []):
        if not isinstance(entry, dict):
            continue
        given = [field for field in ("content", "source") if entry.get(field) is not None]
        if len(given) != 1:
            what = "has both content and source" if given else "has neither content nor source"
            yield f"files.{index}", f"{what}; give one of the two", entry
        path = entry.get("path")
        if isinstance(path, str) and path in taken:
            yield f"files.{index}.path", f"{checks.shown(path)} is written twice", path
        taken.add(path if isinstance(path, str) else index)
