"""What the user may set, read from the environment once. The only module that looks at `os.environ`."""

import math
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emulator.errors import InvalidRequestError

ACCOUNT_ID = "000000000000"
OUTPUTS = ("table", "json", "yaml", "text")
WORKER_TRANSPORTS = ("auto", "tcp", "unix")

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
_EVENT_VERSION = re.compile(r"2\.(0|[1-9]\d?)")
_REGION_NAMES = ("AWS_REGION", "AWS_DEFAULT_REGION")
_PROXY_NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY")
_CA_NAMES = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


FIRST_REGION = "us-east-1"
"""AWS's first region, which is named by default, and whose names say no region."""


@dataclass(frozen=True)
class Settings:
    """One run's settings. Times are seconds, addresses are without a scheme."""

    home: Path
    port: int = 4566
    region: str = FIRST_REGION
    output: str = "table"
    engine_url: str | None = None
    """DOCKER_HOST: it wins over every other place an engine may be at."""
    docker_context: str | None = None
    """DOCKER_CONTEXT: the name of a Docker context; it wins over the one chosen with `docker context use`."""
    docker_config: Path = field(default_factory=lambda: Path.home() / ".docker")
    runtime_dir: Path | None = None
    vpc_cidr: str = "172.31.0.0/16"
    time_scale: float = 1.0
    """Multiplies the waits before an event is tried again (60 and 120 s): tests and demos set less than 1."""
    worker_pause_seconds: float = 10.0
    """How long an idle worker runs on before its processes are stopped, until it is wanted again."""
    worker_idle_seconds: float = 300.0
    max_workers: int = max(8, 4 * (os.cpu_count() or 1))
    """How many workers may run at once on this machine, over all functions, if its memory allows."""
    worker_transport: str = "auto"
    """How workers reach the server: `tcp`, `unix` for a mounted socket, or whichever is found to work."""
    log_bytes: int = 256 * 1024 * 1024
    """How much of the disk the logs of one group may take; the oldest go first."""
    aws_runtime_images: bool = False
    """Whether AWS's own image of a runtime is taken rather than ours, where the local store has it."""
    access_key_id: str = "test"
    """What signs presigned URLs, and what requests must be signed with where signatures are required."""
    secret_access_key: str = "test"  # noqa: S105 - what people set for an emulator
    require_auth: bool = False
    """Whether the S3 endpoint refuses what is not signed."""
    allowed_hosts: frozenset[str] = frozenset()
    """Names by which the server may be called, in lower case, besides those of this machine that it knows."""
    lifecycle_day_seconds: float = 86_400.0
    """How long a day is to lifecycle rules: demos set seconds, and see objects expire."""
    event_version: str = "2.1"
    """Which version S3's notifications say they have; see `events.version_of`."""
    proxies: Mapping[str, str] = field(default_factory=dict)
    """Upper-case names and their values, handed to builds."""
    ca_bundle: Path | None = None
    """The certificates this machine trusts, where it says so; handed to builds."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read CLOUDLET_* and the neighbours' variables; InvalidRequestError names one that makes no sense."""
        env = os.environ if environ is None else environ
        output = _one_of(env, "CLOUDLET_OUTPUT", OUTPUTS, cls.output)
        runtime_dir = env.get("XDG_RUNTIME_DIR")
        return cls(
            home=_home(env),
            port=int(_number(env, "CLOUDLET_PORT", cls.port, most=65535)),
            region=_region(env),
            output=output,
            engine_url=env.get("DOCKER_HOST") or None,
            docker_context=env.get("DOCKER_CONTEXT") or None,
            docker_config=Path(env.get("DOCKER_CONFIG") or Path.home() / ".docker"),
            runtime_dir=Path(runtime_dir) if runtime_dir else None,
            vpc_cidr=env.get("CLOUDLET_VPC_CIDR", cls.vpc_cidr),
            time_scale=_number(env, "CLOUDLET_TIME_SCALE", cls.time_scale),
            worker_pause_seconds=_number(env, "CLOUDLET_WORKER_PAUSE_SECONDS", cls.worker_pause_seconds),
            worker_idle_seconds=_number(env, "CLOUDLET_WORKER_IDLE_SECONDS", cls.worker_idle_seconds),
            max_workers=int(_number(env, "CLOUDLET_MAX_WORKERS", cls.max_workers, least=1)),
            worker_transport=_one_of(env, "CLOUDLET_WORKER_TRANSPORT", WORKER_TRANSPORTS, cls.worker_transport),
            access_key_id=env.get("CLOUDLET_ACCESS_KEY_ID", cls.access_key_id),
            secret_access_key=env.get("CLOUDLET_SECRET_ACCESS_KEY", cls.secret_access_key),
            require_auth=_one_of(env, "CLOUDLET_REQUIRE_AUTH", ("0", "1"), "0") == "1",
            allowed_hosts=frozenset(env.get("CLOUDLET_ALLOWED_HOSTS", "").lower().replace(",", " ").split()),
            log_bytes=int(_number(env, "CLOUDLET_LOG_BYTES", cls.log_bytes, least=65_536)),
            lifecycle_day_seconds=_number(env, "CLOUDLET_LIFECYCLE_DAY_SECONDS", cls.lifecycle_day_seconds, least=0.1),
            event_version=_event_version(env),
            proxies=_proxies(env),
            ca_bundle=_ca_bundle(env),
            aws_runtime_images=_one_of(env, "CLOUDLET_AWS_RUNTIME_IMAGES", ("0", "1"), "0") == "1",
        )


def _one_of(env: Mapping[str, str], name: str, known: tuple[str, ...], default: str) -> str:
    chosen = env.get(name, default)
    if chosen not in known:
        raise InvalidRequestError(f"{name}={chosen!r} is none of {', '.join(known)}")
    return chosen


def _home(env: Mapping[str, str]) -> Path:
    if chosen := env.get("CLOUDLET_HOME"):
        try:
            return Path(chosen).expanduser().absolute()
        except RuntimeError as error:
            raise InvalidRequestError(f"CLOUDLET_HOME={chosen!r}: {error}", hint="write a path from / on") from error
    from platformdirs import user_state_path  # 40 ms that most runs with a chosen home need not spend

    return user_state_path("cloudlet")


def _region(env: Mapping[str, str]) -> str:
    for name in _REGION_NAMES:
        if chosen := env.get(name):
            if not _REGION.fullmatch(chosen):  # zones and addresses are named after it
                raise InvalidRequestError(
                    f"{name}={chosen!r} is not the name of a region", hint="write one such as us-east-1 or eu-west-1"
                )
            return chosen
    return Settings.region


def _event_version(env: Mapping[str, str]) -> str:
    chosen = env.get("CLOUDLET_EVENT_VERSION", Settings.event_version)
    if not _EVENT_VERSION.fullmatch(chosen):
        raise InvalidRequestError(
            f"CLOUDLET_EVENT_VERSION={chosen!r} is no version of S3's notifications",
            hint="write one such as 2.1 or 2.5",
        )
    return chosen


def _number(
    env: Mapping[str, str], name: str, default: float, least: float = 0, most: float = sys.float_info.max
) -> float:
    text = env.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not least <= value <= most:  # false of "nan", too
        wanted = f"of {least:g} or more" if most == sys.float_info.max else f"from {least:g} to {most:g}"
        raise InvalidRequestError(f"{name}={text!r} is not a number {wanted}")
    return value


def _proxies(env: Mapping[str, str]) -> dict[str, str]:
    found = {name: env.get(name) or env.get(name.lower()) for name in _PROXY_NAMES}
    return {name: value for name, value in found.items() if value}


def _ca_bundle(env: Mapping[str, str]) -> Path | None:
    named = (Path(env[name]) for name in _CA_NAMES if env.get(name))
    return next((path for path in named if path.is_file()), None)
