"""What a worker is locked into: the container's limits, mounts and environment, before it exists. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from emulator.engine import Bind, ContainerSpec, Kind, Tmpfs
from emulator.functions.code.mounted import MountedCode
from emulator.functions.definition import Function
from emulator.functions.runtimes.registry import find_runtime

FUNCTION_LABEL = "cloudlet.function"
CPU_PERIOD_US = 20_000  # short, so that a small share comes often rather than in one piece a tenth of a second
_USER = "993:990"  # sbx_user1051, as on AWS
_INIT_CPUS = 2.0  # AWS gives more while a function loads; without it a small one would load for seconds
_PROCESSES = 742
_OPEN_FILES = 1024
_OUTPUT = "/var/log/worker"
_TO_PIPE = ("/bin/sh", "-c", f'exec "$@" >{_OUTPUT} 2>&1', "worker")


@dataclass(frozen=True)
class Surroundings:
    """What is the same for all workers of a server."""

    region: str
    endpoint: str
    """Where a worker finds the S3 endpoint: a URL as seen from inside."""


def worker_spec(
    function: Function,
    *,
    image: str,
    code: MountedCode,
    holder_id: str,
    pipe: Path,
    environment: Mapping[str, str],
) -> ContainerSpec:
    """Return the container that serves *function*; its CPU share is set once the handler is loaded."""
    return ContainerSpec(
        image=image,
        kind=Kind.WORKER,
        entrypoint=_TO_PIPE,
        command=(*find_runtime(function.runtime).command, function.handler),
        labels={FUNCTION_LABEL: function.name},
        environment=environment,
        user=_USER,
        working_dir="/var/task",
        memory_bytes=function.memory_bytes,
        cpus=max(_INIT_CPUS, function.cpus),
        cpu_period_us=CPU_PERIOD_US,
        pids=_PROCESSES,
        network=f"container:{holder_id}",
        mounts=(
            *_code_mounts(code),
            Bind(pipe, _OUTPUT),
            Tmpfs("/tmp", f"rw,nosuid,nodev,mode=1777,size={function.ephemeral_storage_mb}m"),  # noqa: S108 - its own
        ),
        read_only=True,
        cap_drop=("ALL",),
        security_options=("no-new-privileges",),
        ulimits={"nofile": _OPEN_FILES},
    )


def _code_mounts(code: MountedCode) -> tuple[Bind, ...]:
    folders = ((code.task, "/var/task"), (code.layers, "/opt"))
    return tuple(Bind(folder, target, read_only=True) for folder, target in folders if folder is not None)


def worker_environment(
    function: Function, surroundings: Surroundings, runtime_api: str, log_stream: str
) -> dict[str, str]:
    """Return the environment that AWS gives a handler, the user's own variables, and where our endpoint is."""
    given = {
        "AWS_ENDPOINT_URL": surroundings.endpoint,
        **function.environment,
        "AWS_ACCESS_KEY_ID": "ASIACLOUDLET00000000",
        "AWS_SECRET_ACCESS_KEY": "cloudlet",
        "AWS_SESSION_TOKEN": "cloudlet",
        "AWS_REGION": surroundings.region,
        "AWS_DEFAULT_REGION": surroundings.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "LAMBDA_TASK_ROOT": "/var/task",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "_HANDLER": function.handler,
        "HOME": "/tmp",  # noqa: S108 - the only place a handler may write
        "TZ": ":UTC",
    }
    return {"LANG": "en_US.UTF-8", "LC_CTYPE": "C.UTF-8", "PYTHONPATH": "/var/runtime:/opt/python"} | given


def restricts_after_init(function: Function) -> bool:
    """Tell whether a loaded handler gets less processor than it had while loading."""
    return function.cpus < _INIT_CPUS
