"""A function as it is configured: the record, and the rules its values follow (AWS's quotas)."""

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from emulator.functions.errors import InvalidFunctionError
from emulator.settings import ACCOUNT_ID
from emulator.units import MIB

MIN_MEMORY_MB, MAX_MEMORY_MB = 128, 10_240
MAX_TIMEOUT_SECONDS = 900
_MB_PER_VCPU = 1769
_MAX_VCPUS = 6.0
_ENVIRONMENT_BYTES = 4096

_RESERVED = re.compile(
    r"AWS_LAMBDA_(?!EXEC_WRAPPER$).*|AWS_(DEFAULT_)?REGION|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_.*|AWS_SESSION_TOKEN"
    r"|AWS_EXECUTION_ENV|_HANDLER|_X_AMZN_TRACE_ID|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR|TZ"
)


@dataclass(frozen=True)
class Function:
    """One deployed function. `code_id` names the folder its code lies in and changes with the code."""

    name: str
    runtime: str
    handler: str
    code_id: str
    code_sha256: str
    code_size_bytes: int
    revision_id: str
    last_modified: datetime
    memory_mb: int = 128
    timeout_seconds: int = 3
    environment: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    image: str = ""
    """The runtime's image when it was deployed: its dependencies were installed for that one."""

    @property
    def memory_bytes(self) -> int:
        return self.memory_mb * MIB

    @property
    def cpus(self) -> float:
        """Return the share of processors that AWS gives for the memory."""
        return min(self.memory_mb / _MB_PER_VCPU, _MAX_VCPUS)

    def arn(self, region: str) -> str:
        return function_arn(self.name, region)

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self) | {"last_modified": self.last_modified.isoformat()})

    @classmethod
    def from_json(cls, text: str) -> "Function":
        values = json.loads(text)
        return cls(**(values | {"last_modified": datetime.fromisoformat(values["last_modified"])}))


def function_arn(name: str, region: str) -> str:
    return f"arn:aws:lambda:{region}:{ACCOUNT_ID}:function:{name}"


_REFERENCE = re.compile(r"(?:arn:[^:]*:lambda:[^:]*:)?(?:\d{12}:)?(?:function:)?([^:]*)")


def function_name(reference: str) -> str:
    """Return the name in *reference*: a name, an ARN or the last part of one, with or without a qualifier."""
    found = _REFERENCE.match(reference)
    return found[1] if found else reference


def is_function_name(text: str) -> bool:
    return re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", text) is not None


def check_configuration(function: Function) -> None:
    """Refuse, with InvalidFunctionError, what Lambda refuses."""
    if not is_function_name(function.name):
        raise InvalidFunctionError(f"{function.name!r} is no function name: use 1 to 64 letters, digits, '-' and '_'")
    if not re.fullmatch(r"\S{1,128}", function.handler):
        raise InvalidFunctionError(f"{function.handler!r} is no handler: write module.function, such as app.handler")
    if not MIN_MEMORY_MB <= function.memory_mb <= MAX_MEMORY_MB:
        raise InvalidFunctionError(
            f"MemorySize {function.memory_mb} is not between {MIN_MEMORY_MB} and {MAX_MEMORY_MB} MB"
        )
    if not 1 <= function.timeout_seconds <= MAX_TIMEOUT_SECONDS:
        raise InvalidFunctionError(f"Timeout {function.timeout_seconds} is not between 1 and {MAX_TIMEOUT_SECONDS} s")
    _check_environment(function.environment)


def _check_environment(environment: Mapping[str, str]) -> None:
    reserved = [key for key in environment if _RESERVED.fullmatch(key)]
    if reserved:
        raise InvalidFunctionError(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided contains reserved keys that are currently not supported for modification. Reserved keys used "
            f"in this request: {', '.join(reserved)}"
        )
    for key in environment:
        if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]+", key):
            raise InvalidFunctionError(
                f"{key!r} is not the name of an environment variable: "
                "two or more letters, digits and '_', a letter first"
            )
    measured = json.dumps(dict(environment), separators=(",", ":"))
    if len(measured.encode()) > _ENVIRONMENT_BYTES:
        raise InvalidFunctionError(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided exceeded the 4KB limit. String measured: {measured}"
        )
