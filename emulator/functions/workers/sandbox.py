"""What a worker is locked into: the container's limits, mounts and first process, before it exists. Pure."""

from collections.abc import Mapping
from pathlib import Path

from emulator.engine import Bind, ContainerSpec, Kind, Tmpfs
from emulator.functions.code.mounted import MountedCode
from emulator.functions.definition import Function
from emulator.functions.runtimes.registry import find_runtime, is_ours
from emulator.functions.workers.environment import LOG_DESCRIPTOR
from emulator.units import GIB, MIB

FUNCTION_LABEL = "cloudlet.function"
# Short, so that a small share comes often rather than in one piece a tenth of a second; no shorter, since a quota is a
# millisecond at least, and the smallest function has 7.2 % of a processor.
CPU_PERIOD_US = 14_000
_USER = "993:990"  # sbx_user1051, as on AWS
_INIT_CPUS = 2.0  # AWS gives more while a function loads; without it a small one would load for seconds
_PROCESSES = 742  # not as a ulimit: that one counts the processes of all workers, whose user is the same
_ULIMITS = {"nofile": 1024, "stack": 8 * MIB, "core": 10 * GIB}
_OUTPUT = "/var/log/worker"
_SHELL_INSIDE = "/var/lib/cloudlet/sh"

_TO_PIPE = f"exec >{_OUTPUT} 2>&1; unset HOSTNAME"
_TO_HANDLER = f"{_TO_PIPE} HOME; exec {LOG_DESCRIPTOR}>&1"  # HOME is the engine's, AWS sets none
# The shell stays, as the container's first process: that one is killed by none of its own signals, and has to bury
# orphans. What it would say of how its child ended goes nowhere; what the child used of memory, to `frames.take_note`.
_RUN = r"""
end() {
  for file in /sys/fs/cgroup/memory.peak /sys/fs/cgroup/memory/memory.max_usage_in_bytes; do
    if read -r peak <"$file"; then printf '\245\132\001%s\n' "$peak" >&4; break; fi
  done
  exit "$1"
}
exec 4>&2 2>/dev/null
"""
_WRAPPED = """
wrapper=$AWS_LAMBDA_EXEC_WRAPPER
if [ -n "$wrapper" ]; then
  if [ ! -f "$wrapper" ]; then echo "$wrapper: does not exist"; end 127; fi
  if [ ! -x "$wrapper" ]; then echo "$wrapper: is not an executable"; end 126; fi
  set -- "$wrapper" "$@"
fi
"""
_HANDLE = """
"$@" 2>&4 4>&-
end $?
"""


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
    entrypoint, command = _first_process(function, image, code)
    return ContainerSpec(
        image=image,
        kind=Kind.WORKER,
        entrypoint=entrypoint,
        command=command,
        labels={FUNCTION_LABEL: function.name},
        environment=environment,
        user=_USER,
        working_dir=code.program.working_dir if code.program else "/var/task",
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
        ulimits=_ULIMITS,
    )


def _first_process(function: Function, image: str, code: MountedCode) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return entrypoint and command: a shell that sends all output to the pipe, and what it runs."""
    if code.program is not None:
        return (_SHELL_INSIDE, "-c", f"{_TO_PIPE}{_RUN}{_HANDLE}", "worker"), code.program.command
    runtime = find_runtime(function.runtime)
    # AWS's images look for a wrapper themselves, and with a runtime of one's own AWS has none.
    wrapped = _WRAPPED if is_ours(image) and not runtime.is_custom else ""
    return ("/bin/sh", "-c", f"{_TO_HANDLER}{_RUN}{wrapped}{_HANDLE}", "worker"), runtime.command_in(image)


def _code_mounts(code: MountedCode) -> tuple[Bind, ...]:
    shell = code.program.shell if code.program else None
    given = ((code.task, "/var/task"), (code.layers, "/opt"), (shell, _SHELL_INSIDE))
    return tuple(Bind(path, target, read_only=True) for path, target in given if path is not None)


def restricts_after_init(function: Function) -> bool:
    """Tell whether a loaded handler gets less processor than it had while loading."""
    return function.cpus < _INIT_CPUS
