"""Getting an engine onto this machine: the steps of `remedy`, run. Needs root; never starts a second engine."""

import contextlib
import fcntl
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from emulator.engine.engine import Engine
from emulator.engine.host import ADMINISTRATION_PATH, HostFacts, forget_ended, look_at_host, running_dockerd
from emulator.engine.remedy import DOCKERD_LOG, Step, as_typed, steps_to_an_engine
from emulator.engine.unavailable import EngineAbsentError, EngineUnreachableError
from emulator.errors import EngineUnavailableError
from emulator.progress import Progress
from emulator.settings import Settings

_LOCK = Path("/run/cloudlet-engine.lock")
_PID_FILES = {
    Path("/var/run/docker.pid"): "dockerd",
    Path("/var/run/docker/containerd/containerd.pid"): "containerd",
}
_ANSWER_SECONDS = 60.0
_GRACE_SECONDS = 5.0
_TAIL_LINES = 20

_AS_ADMINISTRATOR = (
    "sh",
    "-c",
    f'export PATH="$PATH:{ADMINISTRATION_PATH}" DEBIAN_FRONTEND=noninteractive; exec "$@"',
    "sh",
)


class SetupError(EngineUnavailableError):
    """A step of the set-up failed; `log` is what it printed."""

    def __init__(self, message: str, *, log: Sequence[str], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.log = tuple(log)


def ensure_engine(settings: Settings, progress: Progress) -> None:
    """
    Return once an engine answers; install or start one if that is what is missing.

    Raises EngineUnavailableError: with the commands to type where root is needed, and as it was found where an
    installation is no remedy (the user named another engine, may not use it, or it is too old).
    """
    trouble = _trouble(settings)
    if trouble is None:
        return
    if isinstance(trouble, EngineUnreachableError):
        raise EngineUnreachableError(
            trouble.message, hint=f"{trouble.hint}; none was installed in its place"
        ) from trouble
    if not isinstance(trouble, EngineAbsentError):
        raise trouble
    facts = look_at_host()
    if not facts.root:
        raise _for_root(trouble, facts)
    with _one_at_a_time(progress):
        if _trouble(settings) is None:
            return  # another shell was faster
        steps = steps_to_an_engine(look_at_host())
        if steps is None:
            raise _no_way(trouble)
        run_steps(steps, progress)
        with progress.step("Waiting for the container engine"):
            _wait_for_answer(settings)


def run_steps(steps: Sequence[Step], progress: Progress) -> None:
    """Run *steps* in turn; SetupError carries the output of the one that failed."""
    for step in steps:
        with progress.step(step.title):
            if step.detached:
                _start_detached(step)
            else:
                _run(step, progress)


def _trouble(settings: Settings) -> EngineUnavailableError | None:
    engine = Engine(settings, home_id="")
    try:
        engine.info()
    except EngineUnavailableError as error:
        return error
    finally:
        engine.close()
    return None


def _for_root(trouble: EngineAbsentError, facts: HostFacts) -> EngineAbsentError:
    steps = steps_to_an_engine(facts)
    if steps is None:
        return _no_way(trouble)
    if not steps:
        return EngineAbsentError(
            f"{trouble.message} yet, though one runs as process {facts.dockerd_pid}",
            hint="wait a moment and try again; if it stays silent, restart it as root",
        )
    join = Step("", ("usermod", "-aG", "docker")).as_typed() + ' "$USER"'
    return EngineAbsentError(
        f"{trouble.message}; only root can change that",
        hint=f"run `{as_typed(steps)} && {join}`, then log in again",
    )


def _no_way(trouble: EngineAbsentError) -> EngineAbsentError:
    return EngineAbsentError(
        f"{trouble.message}, and this machine has no apt-get to install one with",
        hint="install Docker or podman the way your system does, start it, and try again",
    )


@contextlib.contextmanager
def _one_at_a_time(progress: Progress) -> Iterator[None]:
    """Hold the machine-wide lock: two that find no engine at the same moment must start one."""
    with _LOCK.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with progress.step("Waiting for another shell that sets up the engine"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(step: Step, progress: Progress) -> None:
    log: list[str] = []
    process = subprocess.Popen(
        (*_AS_ADMINISTRATOR, *step.command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )

    def read(output: IO[str]) -> None:
        with output:
            for line in output:
                log.append(line.rstrip())
                progress.detail(line)

    # In a thread: a service that an installation starts may keep this pipe for good, and the end would never come.
    reader = threading.Thread(target=read, args=(process.stdout,), daemon=True)
    reader.start()
    code = process.wait()
    reader.join(timeout=1)
    if code != 0:
        raise SetupError(
            f"{' '.join(step.command)} failed with exit code {code}", log=log, hint="mend what it says, and try again"
        )


def _start_detached(step: Step) -> None:
    """Start the engine so that it outlives this process and holds none of its files open."""
    if running_dockerd() is not None:
        return  # its installation has started it
    for pid_file, program in _PID_FILES.items():
        forget_ended(pid_file, program)
    with DOCKERD_LOG.open("ab") as log:
        subprocess.Popen(
            (*_AS_ADMINISTRATOR, *step.command),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
        )


def _wait_for_answer(settings: Settings) -> None:
    started = time.monotonic()
    while (trouble := _trouble(settings)) is not None:
        waited = time.monotonic() - started
        if not isinstance(trouble, EngineAbsentError):
            raise trouble
        if waited > _GRACE_SECONDS and running_dockerd() is None:
            raise SetupError("the container engine ended as it started", log=_tail(), hint=_where_to_look())
        if waited > _ANSWER_SECONDS:
            raise SetupError("the container engine runs and does not answer", log=_tail(), hint=_where_to_look())
        time.sleep(0.2)


def _tail() -> list[str]:
    if not DOCKERD_LOG.exists():
        return []
    return DOCKERD_LOG.read_text(errors="replace").splitlines()[-_TAIL_LINES:]


def _where_to_look() -> str:
    if look_at_host().systemd:
        return "`journalctl --unit docker` says why"
    return f"{DOCKERD_LOG} says why"
