"""A function as it is configured: the record of one version. `quotas` says which values it may have."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emulator.functions.references import LATEST, FunctionReference
from emulator.settings import ACCOUNT_ID
from emulator.units import MIB

DEFAULT_ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/cloudlet"
_MB_PER_VCPU = 1769
_MAX_VCPUS = 6.0


@dataclass(frozen=True)
class ImageConfig:
    """What is run in a container image, where that is not what the image says."""

    entry_point: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    working_directory: str = ""


@dataclass(frozen=True)
class VpcConfig:
    """The subnets and security groups that a function was given."""

    subnet_ids: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class LoggingConfig:
    """How a function logs. Levels are set for the JSON format only; `group` is "" for /aws/lambda/NAME."""

    format: str = "Text"
    application_level: str = ""
    system_level: str = ""
    group: str = ""


@dataclass(frozen=True)
class Function:
    """
    One version of a function; `$LATEST` is the one that changes.

    `code_id` names the folder its code lies in and changes with the code; a container image has none, but `image_uri`.
    """

    name: str
    runtime: str
    handler: str
    code_id: str
    code_sha256: str
    code_size_bytes: int
    revision_id: str
    last_modified: datetime
    version: str = LATEST
    memory_mb: int = 128
    timeout_seconds: int = 3
    environment: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    role: str = DEFAULT_ROLE
    image: str = ""
    """The runtime's image when it was deployed: its dependencies were installed for that one."""
    package_type: str = "Zip"
    image_uri: str = ""
    image_config: ImageConfig = ImageConfig()
    layers: tuple[str, ...] = ()
    """ARNs of layer versions, in the order in which they are laid over each other."""
    ephemeral_storage_mb: int = 512
    dead_letter_arn: str = ""
    vpc: VpcConfig | None = None
    logging: LoggingConfig = LoggingConfig()
    tracing_mode: str = "PassThrough"
    architecture: str = "x86_64"

    @property
    def memory_bytes(self) -> int:
        return self.memory_mb * MIB

    @property
    def cpus(self) -> float:
        """Return the share of processors that AWS gives for the memory."""
        return min(self.memory_mb / _MB_PER_VCPU, _MAX_VCPUS)

    @property
    def key(self) -> str:
        """Return what tells this version from all others of this home: `resize:$LATEST`, `resize:7`."""
        return f"{self.name}:{self.version}"

    @property
    def log_group(self) -> str:
        return self.logging.group or f"/aws/lambda/{self.name}"

    def arn(self, region: str, qualifier: str | None = None) -> str:
        """Return the ARN as somebody asks for it who gives *qualifier*, or none."""
        return FunctionReference(self.name, qualifier).arn(region)

    def runtime_version_arn(self, region: str) -> str:
        """Return the ARN of the version of the runtime that it runs on: another image is another version."""
        digest = hashlib.sha256(f"{self.runtime}\0{self.image}".encode()).hexdigest()
        return f"arn:aws:lambda:{region}::runtime:{digest}"

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self) | {"last_modified": self.last_modified.isoformat()})

    @classmethod
    def from_json(cls, text: str) -> "Function":
        """Return what to_json() was made of; what an older cloudlet did not write is AWS's default."""
        values = json.loads(text)
        values["last_modified"] = datetime.fromisoformat(values["last_modified"])
        values["layers"] = tuple(values.get("layers", ()))
        if "package_type" not in values:
            values["image"] = ""  # of an older cloudlet, whose runtimes lay where layers are now
        for name, kind in (("image_config", ImageConfig), ("vpc", VpcConfig), ("logging", LoggingConfig)):
            if given := values.get(name):
                values[name] = kind(**{key: _frozen(value) for key, value in given.items()})
        return cls(**values)


def new_function(name: str, now: datetime) -> Function:
    """Return a function of which nothing is said yet."""
    return Function(
        name=name,
        runtime="",
        handler="",
        code_id="",
        code_sha256="",
        code_size_bytes=0,
        revision_id="",
        last_modified=now,
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
