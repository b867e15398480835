"""What the user may set, each setting declared once. Read from options, the environment and files; see `reading`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.settings.declaration import declarations_of, setting
from emulator.settings.kinds import Choice, FilePath, Kind, Names, Number, Pattern, PresentFile, Switch

if TYPE_CHECKING:
    from emulator.settings.declaration import Declaration

ACCOUNT_ID = "000000000000"
OUTPUTS = ("table", "json", "yaml", "text")
WORKER_TRANSPORTS = ("auto", "tcp", "unix")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY")

FIRST_REGION = "us-east-1"
"""AWS's first region, which is named by default, and whose names say no region."""


@dataclass(frozen=True)
class Settings:
    """One run's settings. Times are seconds, addresses are without a scheme."""

    home: Path = setting(
        FilePath(),
        "CLOUDLET_HOME",
        meaning="the folder of this cloud",
        default_words="cloudlet in $XDG_STATE_HOME or ~/.local/state",
    )
    port: int = setting(
        Number(most=65535, whole=True), "CLOUDLET_PORT", meaning="where the server listens on 127.0.0.1", default=4566
    )
    output: str = setting(
        Choice(OUTPUTS), "CLOUDLET_OUTPUT", meaning="form of the answers, as --output", default="table"
    )
    region: str = setting(
        # Zones and addresses are named after it.
        Pattern(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}", "the name of a region, such as us-east-1 or eu-west-1"),
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        meaning="the region's name",
        default=FIRST_REGION,
    )
    max_workers: int = setting(
        Number(least=1, whole=True),
        "CLOUDLET_MAX_WORKERS",
        meaning="how many workers run at once, over all functions, if memory allows",
        default=max(8, 4 * (os.cpu_count() or 1)),
        default_words="4 a processor, 8 at least",
    )
    worker_pause_seconds: float = setting(
        Number(), "CLOUDLET_WORKER_PAUSE_SECONDS", meaning="after how long an idle worker is paused", default=10.0
    )
    worker_idle_seconds: float = setting(
        Number(), "CLOUDLET_WORKER_IDLE_SECONDS", meaning="how long an idle worker is kept warm", default=300.0
    )
    worker_transport: str = setting(
        Choice(WORKER_TRANSPORTS),
        "CLOUDLET_WORKER_TRANSPORT",
        meaning="how functions reach the server: tcp, unix (a mounted socket), or auto, whichever is found to work",
        default="auto",
    )
    time_scale: float = setting(
        Number(),
        "CLOUDLET_TIME_SCALE",
        meaning="multiplies the 60 and 120 s before a failed event is tried again",
        default=1.0,
    )
    log_bytes: int = setting(
        Number(least=65_536, whole=True),
        "CLOUDLET_LOG_BYTES",
        meaning="how much of the disk the logs of one group may take; the oldest go first",
        default=256 * 1024 * 1024,
        default_words=f"{256 * 1024 * 1024} (256 MiB)",
    )
    lifecycle_day_seconds: float = setting(
        Number(least=0.1),
        "CLOUDLET_LIFECYCLE_DAY_SECONDS",
        meaning="how long a day is to the lifecycle rules of buckets, 10 in a demo say",
        default=86_400.0,
    )
    event_version: str = setting(
        Pattern(r"2\.(0|[1-9]\d?)", "a version of S3's notifications, such as 2.1 or 2.5"),
        "CLOUDLET_EVENT_VERSION",
        meaning="which version S3's notifications say they have, 2.5 say",
        default="2.1",
        default_words="2.1, of tags 2.3",
    )
    aws_runtime_images: bool = setting(
        Switch(),
        "CLOUDLET_AWS_RUNTIME_IMAGES",
        meaning="1: run functions on AWS's own runtime images where the engine has them",
        default=False,
    )
    vpc_cidr: str = setting(
        Kind(),
        "CLOUDLET_VPC_CIDR",
        meaning="addresses of instances, when the network is first made",
        default="172.31.0.0/16",
    )
    access_key_id: str = setting(
        Kind(), "CLOUDLET_ACCESS_KEY_ID", meaning="the access key that presigned URLs are signed with", default="test"
    )
    secret_access_key: str = setting(
        Kind(), "CLOUDLET_SECRET_ACCESS_KEY", meaning="its secret", default="test", is_secret=True
    )
    require_auth: bool = setting(
        Switch(),
        "CLOUDLET_REQUIRE_AUTH",
        meaning="1: the S3 endpoint refuses requests that are not signed with them",
        default=False,
    )
    allowed_hosts: frozenset[str] = setting(
        Names(),
        "CLOUDLET_ALLOWED_HOSTS",
        meaning="further names, by commas, that the server may be called by, or it refuses them (403)",
        default=frozenset(),
        default_words="none",
    )
    engine_url: str | None = setting(
        Kind(), "DOCKER_HOST", meaning="the engine's address, before every other place it may be at", default=None
    )
    docker_context: str | None = setting(
        Kind(), "DOCKER_CONTEXT", meaning="a Docker context, before the one of `docker context use`", default=None
    )
    docker_config: Path = setting(
        FilePath(),
        "DOCKER_CONFIG",
        meaning="where Docker's contexts are",
        factory=lambda: Path.home() / ".docker",
        default_words="~/.docker",
    )
    runtime_dir: Path | None = setting(
        FilePath(), "XDG_RUNTIME_DIR", meaning="where a podman of your own is looked for", default=None, in_files=False
    )
    ca_bundle: Path | None = setting(
        PresentFile(),
        *("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"),
        meaning="certificates that builds trust besides their own; the first file that is there",
        default=None,
    )
    proxies: Mapping[str, str] = field(default_factory=dict)
    """PROXIES and their values, as the environment has them in capital or small letters; handed to builds."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None, folder: Path | None = None) -> "Settings":
        """
        Return the settings of this process: its environment's, else its project file's, else its user file's.

        With *environ*, those that one with this environment has, in *folder*; in None, there is no project file.
        ConfigurationError lists all that makes no sense.
        """
        from emulator.settings.reading import read

        return read(environ, folder).settings


def declarations() -> "tuple[Declaration, ...]":
    """Return every setting but the proxies."""
    return declarations_of(fields(Settings))
