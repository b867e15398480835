"""What goes to an engine and what comes back. Sizes are bytes, CPU is in whole processors, times are aware UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from emulator.engine.labels import Kind

CPU_PERIOD_US = 100_000
"""Over which a share of the processors is measured, unless somebody says otherwise."""


@dataclass(frozen=True)
class Bind:
    """A path of this machine inside a container."""

    source: Path
    target: str
    read_only: bool = False


@dataclass(frozen=True)
class Tmpfs:
    """Memory mounted as a folder; gone when the container stops."""

    target: str
    options: str = "rw,nosuid,nodev"


@dataclass(frozen=True)
class ContainerSpec:
    """Everything about a container before it exists."""

    image: str
    kind: Kind
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    name: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    hostname: str | None = None
    domain: str | None = None
    """What follows the hostname in the container's own full name."""
    user: str | None = None
    working_dir: str | None = None
    memory_bytes: int | None = None
    """The limit, swap included: a machine has no more."""
    cpus: float | None = None
    """A share of this machine's processors; more than it has is allowed and means all."""
    cpu_period_us: int = CPU_PERIOD_US
    pids: int | None = None
    network: str | None = None
    """A network's name, `container:<id>`, `none`, or the engine's default."""
    ip_address: str | None = None
    aliases: tuple[str, ...] = ()
    ports: tuple[tuple[int, int], ...] = ()
    """(port of this machine's loopback, port of the container); 0 lets the engine choose."""
    mounts: tuple[Bind | Tmpfs, ...] = ()
    read_only: bool = False
    cap_add: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    security_options: tuple[str, ...] = ()
    cgroup_namespace: str | None = None
    stop_signal: str | None = None
    ulimits: Mapping[str, int] = field(default_factory=dict)
    restart: str | None = None
    """`unless-stopped`: start again whenever it ended by itself, and with the engine; `on-failure`: if its exit code
    is not 0."""
    tty: bool = False
    """Give it a terminal: what is written to /dev/console is then among its output."""
    mac_address: str | None = None
    shared_memory_bytes: int | None = None
    """The size of /dev/shm; default: the engine's, which is small."""
    processors: str | None = None
    """The processors of this machine that it may run on, such as `0,2`; default: all."""


@dataclass(frozen=True)
class Container:
    """A container as the engine last described it."""

    id: str
    kind: Kind
    labels: Mapping[str, str]
    state: str
    """created, running, paused, restarting, removing, exited or dead."""
    image: str
    created_at: datetime
    exit_code: int | None = None
    """How it ended, where the state is `exited`."""
    ip_address: str | None = None
    mac_address: str | None = None
    ports: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class ContainerEvent:
    """A container of ours ended. `exit_code` is 137 when it was killed."""

    container_id: str
    exit_code: int


@dataclass(frozen=True)
class ExecResult:
    """A command that ran inside a container to its end."""

    exit_code: int
    output: bytes
    errors: bytes


@dataclass(frozen=True)
class Image:
    """An image in the local store."""

    id: str
    tags: tuple[str, ...]
    labels: Mapping[str, str]
    size_bytes: int
    created_at: datetime


@dataclass(frozen=True)
class ImageStart:
    """What a container of an image runs, and where, unless it is told otherwise."""

    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    working_dir: str


@dataclass(frozen=True)
class EngineInfo:
    """What an engine is and what it can enforce."""

    name: str
    version: str
    api_version: str
    url: str
    source: str
    """Where its address came from: `DOCKER_HOST`, `context desktop`, a socket's path."""
    cgroup_version: int
    cgroup_driver: str
    cpus: int
    memory_bytes: int
    memory_limit: bool
    cpu_quota: bool
    apparmor: bool
    warnings: tuple[str, ...] = ()
