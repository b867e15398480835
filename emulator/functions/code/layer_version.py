"""A version of a layer: what AWS knows of it, how it is named, and which folder has what is in it."""

import dataclasses
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from emulator.functions.errors import InvalidFunctionError, LayerNotFoundError
from emulator.settings import ACCOUNT_ID
from emulator.violations import InvalidValueError, Violation, longer, not_one_of, refuse, unlike

MAX_RUNTIMES = 15
MAX_DESCRIPTION = 256
MAX_LICENSE = 512
MAX_NAME = 140

_ARCHITECTURES = ("x86_64", "arm64")
_LAYER = re.compile(r"arn:[a-zA-Z0-9-]+:lambda:([a-zA-Z0-9-]+):(\d{12}):layer:([a-zA-Z0-9-_]+)")
_VERSION = re.compile(rf"({_LAYER.pattern}):([0-9]+)")
_PATTERN = (
    r"(arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)"
    r"|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)"
)
"""As AWS spells it in its own error."""


@dataclass(frozen=True)
class LayerDescription:
    """What is said about a layer version that is published."""

    description: str = ""
    license_info: str = ""
    runtimes: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()


NOTHING_SAID = LayerDescription()


@dataclass(frozen=True)
class LayerVersion:
    """Published once, never changed."""

    layer: str
    version: int
    content_id: str
    """The folder of its content; two versions of the same content share it."""
    code_sha256: str
    code_size_bytes: int
    created: datetime
    description: str = ""
    license_info: str = ""
    runtimes: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()

    def layer_arn(self, region: str) -> str:
        return f"arn:aws:lambda:{region}:{ACCOUNT_ID}:layer:{self.layer}"

    def arn(self, region: str) -> str:
        return f"{self.layer_arn(region)}:{self.version}"

    def suits(self, runtime: str | None, architecture: str | None) -> bool:
        """Tell whether it is among those that are compatible with what is asked for; one that says nothing is not."""
        return (runtime is None or runtime in self.runtimes) and (
            architecture is None or architecture in self.architectures
        )

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self) | {"created": self.created.isoformat()})

    @classmethod
    def from_json(cls, text: str) -> "LayerVersion":
        values = json.loads(text)
        values["created"] = datetime.fromisoformat(values["created"])
        values["runtimes"], values["architectures"] = tuple(values["runtimes"]), tuple(values["architectures"])
        return cls(**values)


@dataclass(frozen=True)
class LayerReference:
    """A version of a layer, by name and number."""

    layer: str
    version: int


def layer_name(text: str) -> str:
    """Return the name in *text*, a layer's name or ARN."""
    match = _LAYER.fullmatch(text)
    name = match[3] if match else text
    refuse(
        [
            *unlike(name, "layerName", "[a-zA-Z0-9-_]+", "use letters, digits, '-' and '_'"),
            *longer(name, "layerName", MAX_NAME),
        ]
    )
    return name


def parse_layer_arn(text: str, region: str, place: str = "layers") -> LayerReference:
    """
    Return which version of which layer the ARN *text* names; *place* is the parameter that it stands in.

    A layer of another account or region is not here, and never will be: LayerNotFoundError says what to do.

    >>> parse_layer_arn("arn:aws:lambda:us-east-1:000000000000:layer:libraries:3", "us-east-1")
    LayerReference(layer='libraries', version=3)
    """
    match = _VERSION.fullmatch(text)
    if match is None:
        constraint = (
            "Member must satisfy constraint: [Member must have length less than or equal to 2048, Member must have "
            f"length greater than or equal to 1, Member must satisfy regular expression pattern: {_PATTERN}, "
            "Member must not be null]"
        )
        hint = "write the ARN of a version, as publish-layer-version answers it"
        raise InvalidValueError(Violation(f"[{text}]", place, constraint, hint))
    if match[2] != region:
        raise InvalidFunctionError(
            f"Layers are not in the same region as the function. Layers are expected to be in region {region}."
        )
    if match[3] != ACCOUNT_ID:
        raise LayerNotFoundError(
            f"Layer version {text} does not exist.",
            hint="layers of other accounts are not here: have its zip, and publish it with publish-layer-version",
        )
    return LayerReference(match[4], int(match[5]))


def check_description(about: LayerDescription) -> None:
    """Refuse, with InvalidValueError, what Lambda refuses."""
    refuse(_violations(about))


def _violations(about: LayerDescription) -> Iterator[Violation]:
    yield from longer(about.description, "description", MAX_DESCRIPTION)
    yield from longer(about.license_info, "licenseInfo", MAX_LICENSE)
    if len(about.runtimes) > MAX_RUNTIMES:
        constraint = f"Member must have length less than or equal to {MAX_RUNTIMES}"
        yield Violation(f"[{', '.join(about.runtimes)}]", "compatibleRuntimes", constraint)
    for one in about.architectures:
        yield from not_one_of(one, "compatibleArchitectures", _ARCHITECTURES)
