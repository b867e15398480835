"""The fields of an `ami.yaml` as pydantic models: the one place that says what may stand where.

Values are checked by `checks`; what needs the folder or the other AMIs comes in through the validation context.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from emulator import checks
from emulator.errors import nearest
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
    """What an AMI without a parent starts from."""

    image: Annotated[str, checks.image_name] = Field(
        description="An image with its tag, from the engine's local store, else from its registry."
    )
    bootstrap: Annotated[str, checks.suite] | None = Field(
        None, description="A Debian suite: with no registry in reach, the base is made from its packages."
    )


class FileModel(_Model):
    """A file that the AMI gets: `content` or `source` says what is in it."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["content"]}, {"required": ["source"]}]})

    path: Annotated[str, AfterValidator(checks.path)] = Field(
        description="Where it goes, an absolute path. Folders on the way are made.",
        json_schema_extra={"pattern": f"^{checks.PATH}$"},
    )
    content: str | None = Field(None, description="What is in it; short texts may stand here.")
    source: str | None = Field(None, description="A file in the AMI's folder that has the content.")
    mode: Annotated[str, BeforeValidator(checks.mode)] = Field(
        "0644", description="Its permissions, octal and in quotes.", json_schema_extra={"pattern": f"^{checks.MODE}$"}
    )
    owner: Annotated[str, checks.owner] = Field(
        "root:root", description="Whose it is: user or user:group; user alone means the group of the same name."
    )

    @field_validator("source")
    @classmethod
    def _source(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None:
            source_path(_surroundings(info).folder, value)
        return value


_Value = Annotated[
    str, AfterValidator(checks.variable_value), Field(json_schema_extra={"pattern": r"^[^\x00-\x1f\x7f]*$"})
]
_Command = Annotated[str, AfterValidator(checks.command), Field(json_schema_extra={"pattern": r"\S"})]


class AmiModel(_Model):
    """An AMI of cloudlet: what instances start from."""

    model_config = ConfigDict(
        title="AMI definition",
        json_schema_extra={
            "oneOf": [{"required": ["base"]}, {"required": ["extends"]}],
            "not": {
                "properties": {"init": {"const": "none"}, "services": {"minItems": 1}},
                "required": ["init", "services"],
            },
        },
    )

    version: Literal[1] = Field(description="The version of this format.")
    name: Annotated[str, AfterValidator(checks.ami_name)] = Field(
        description="The folder's name: small letters, digits, dots and dashes, at most 63.",
        json_schema_extra={"pattern": f"^{checks.NAME}$"},
    )
    description: Annotated[str, AfterValidator(checks.sentence)] = Field("", description="A sentence, shown in lists.")
    base: BaseModelOfAmi | None = Field(None, description="What it starts from; an AMI has either `base` or `extends`.")
    extends: str | None = Field(None, description="The name of another AMI that it starts from, with all that one has.")
    packages: list[Annotated[str, checks.package]] = Field(
        [], description="Debian packages, without those they merely recommend."
    )
    pip: list[Annotated[str, checks.requirement]] = Field(
        [], description="Python packages, into a virtual environment in /opt/venv that comes first on PATH."
    )
    files: list[FileModel] = Field([], description="Files that it gets.")
    run: list[_Command] = Field([], description="Shell commands, run as root while it is built, each a step.")
    services: list[Annotated[str, checks.service]] = Field(
        [], description="systemd units that start at boot; not with `init: none`."
    )
    env: dict[Annotated[str, checks.variable], _Value] = Field(
        {},
        description="Environment variables of all that runs in an instance; values are text on one line.",
        json_schema_extra={"additionalProperties": False},
    )
    user: Annotated[str, checks.account] | None = Field(
        None, description="Who logs in: the parent's, else root. Made if it is not there."
    )
    ports: list[Annotated[int, Field(ge=1, le=65535)]] = Field(
        [], description="Ports that it serves, besides the parents'; `--publish auto` publishes them."
    )
    init: Literal["systemd", "none"] | None = Field(
        None, description="The first process: the parent's, else systemd. With none it only sleeps."
    )

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
