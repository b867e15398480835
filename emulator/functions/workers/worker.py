"""A worker: one container that serves one function, one invocation at a time. What happens to it becomes a result."""

import asyncio
import dataclasses
import functools
import logging
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from emulator.engine import ContainerSpec, Engine
from emulator.engine.memory import memory_peak_file, read_peak
from emulator.errors import EmulatorError
from emulator.functions.code.mounted import MountedCode
from emulator.functions.definition import Function
from emulator.functions.errors import WorkerLostError, WorkerStartError
from emulator.functions.logs.group import LogGroups
from emulator.functions.logs.stream import LogStream
from emulator.functions.records import (
    Failure,
    Invocation,
    InvocationResult,
    exit_reason,
    exited,
    timed_out,
)
from emulator.functions.workers.environment import Surroundings, worker_environment
from emulator.functions.workers.output_pipe import OutputPipe
from emulator.functions.workers.runtime_api import Assignment, Contact, RuntimeApi, Session
from emulator.functions.workers.sandbox import (
    CPU_PERIOD_US,
    restricts_after_init,
    worker_spec,
)
from emulator.home import Home
from emulator.settings import Settings
from emulator.units import iso_millis

log = logging.getLogger(__name__)

INIT_SECONDS = 10.0
"""How long a handler may load before it is stopped, and loaded again as a part of its first invocation."""

_PROVISIONED_INIT_SECONDS = 130.0
_KILLED = 137


@dataclasses.dataclass(frozen=True)
class Workshop:
    """What all workers of a server are made with."""

    engine: Engine
    api: RuntimeApi
    home: Home
    surroundings: Surroundings
    clock: Callable[[], datetime]
    init_seconds: float = INIT_SECONDS
    log_bytes: int = Settings.log_bytes

    @functools.cached_property
    def logs(self) -> LogGroups:
        """What workers log."""
        return LogGroups(self.home.logs, self.log_bytes)


class Worker:
    """Started once, invoked many times, retired once. Used from one event loop."""

    def __init__(self, function: Function, workshop: Workshop, *, provisioned: bool = False) -> None:
        self.function = function
        self.provisioned = provisioned
        """Whether it was started before anybody asked, to be kept ready."""
        self.container_id: str | None = None
        self.usable = False
        self._workshop = workshop
        self._containers = workshop.engine.containers
        self._session = Session()
        self._log = LogStream(workshop.logs, function, workshop.surroundings.region, workshop.clock)
        self._exit_code: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._contact: Contact | None = None
        self._pipe: OutputPipe | None = None
        self._spec: ContainerSpec | None = None
        self._init_ms: float | None = None
        self._peak_file: asyncio.Task[Path | None] | None = None
        self._restricting: asyncio.Task[None] | None = None
        self._pausing: asyncio.Task[None] | None = None
        self._peak_bytes = 0
        self._retiring = False
        self._start_ended = asyncio.Event()
        self._start_ended.set()

    @property
    def loaded(self) -> bool:
        """Tell whether the handler is loaded and waits for work."""
        return self._session.ready.done() and self._session.ready.result() is None and not self._exit_code.done()

    @property
    def awake(self) -> bool:
        """Tell whether its processes run: if not, `wake` comes before `invoke`."""
        return self._pausing is None

    @property
    def memory_bytes(self) -> int:
        """What it may use."""
        return self.function.memory_bytes

    @property
    def used_bytes(self) -> int:
        """What it has used at most, as far as anybody looked."""
        return self._peak_bytes

    async def start(self, image: str, code: MountedCode, holder_id: str) -> None:
        """Start the container and wait until the handler is loaded, has failed to load, or takes too long to."""
        if self._retiring:
            raise WorkerStartError(f"{self.function.name} was let go before its worker started")
        self._start_ended.clear()
        try:
            await self._start(image, code, holder_id)
        finally:
            self._start_ended.set()

    async def _start(self, image: str, code: MountedCode, holder_id: str) -> None:
        contact = self._contact = await self._workshop.api.open(self._session, holder_id)
        self._pipe = OutputPipe(self._workshop.home.pipes / secrets.token_hex(8), self._log.write)
        surroundings = dataclasses.replace(self._workshop.surroundings, endpoint=contact.endpoint)
        initialization = _initialization(provisioned=self.provisioned)
        self._spec = worker_spec(
            self.function,
            image=image,
            code=code,
            holder_id=holder_id,
            pipe=self._pipe.path,
            environment=worker_environment(
                self.function, surroundings, contact.runtime_api, self._log.name, initialization
            ),
        )
        self._log.init_start()
        started = await self._launch(self._spec)
        await self._until_loaded(self._init_seconds)
        init_ms = (time.monotonic() - started) * 1000
        self._report_init(init_ms)
        if self._session.ready.done() or self._exit_code.done():
            self._init_ms = init_ms
        else:
            await self._stop_loading()
        self.usable = True
        log.info("worker started: %s init_ms=%d", self, init_ms)

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        """
        Have the handler handle *invocation*; whatever comes of that is in the result.

        WorkerLostError: the worker ended before the handler saw it.
        """
        self._check_alive()
        self._log.begin(invocation.request_id)
        started = time.monotonic()
        try:
            outcome = await self._outcome(invocation)
        except BaseException:
            self.usable = False  # the handler may still be at it
            raise
        duration_ms = (time.monotonic() - started) * 1000
        if self._pipe:
            self._pipe.drain()
        await self._measure_memory()
        result = self._result(invocation, outcome, duration_ms)
        self._init_ms = None
        return dataclasses.replace(result, log_tail=self._log.end(result))

    def pause(self) -> None:
        """Begin to stop its processes where they are, until `wake`."""
        if self._pausing is None and self.container_id is not None and self.loaded:
            self._pausing = asyncio.create_task(asyncio.to_thread(self._containers.pause, self.container_id))

    async def wake(self) -> None:
        """Let its processes go on; one whose container is gone is not usable afterwards."""
        pausing, self._pausing = self._pausing, None
        if pausing is None or self.container_id is None:
            return
        try:
            await pausing
        except EmulatorError as error:  # an engine that cannot pause, say: then it is awake
            log.debug("worker could not be paused: %s reason=%s", self, error)
            return
        try:
            await asyncio.to_thread(self._containers.unpause, self.container_id)
        except EmulatorError as error:
            log.info("paused worker is gone: %s reason=%s", self, error)
            self.usable = False

    def died(self, exit_code: int) -> None:
        """Take note that the container ended."""
        self.usable = False
        if not self._exit_code.done():
            self._exit_code.set_result(exit_code)

    async def retire(self) -> None:
        """Remove the container and all that belonged to it; a worker in any state may be retired."""
        self._retiring = True
        self.died(_KILLED)  # whoever waits for it need not wait longer
        await self._start_ended.wait()
        self.usable = False
        try:
            if self.container_id is not None:
                await asyncio.to_thread(self._containers.remove, self.container_id)
        finally:
            tasks = filter(None, (self._peak_file, self._restricting, self._pausing))
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._pipe is not None:
                self._pipe.close()
            self._log.close()
            if self._contact is not None:
                await self._workshop.api.close(self._contact.place)
        log.info("worker retired: %s", self)

    def __str__(self) -> str:
        return f"function={self.function.name} worker={(self.container_id or 'none')[:12]}"

    @property
    def _init_seconds(self) -> float:
        if self.provisioned:
            return max(_PROVISIONED_INIT_SECONDS, self.function.timeout_seconds)
        return self._workshop.init_seconds

    async def _launch(self, spec: ContainerSpec) -> float:
        """Create and start the container; return the moment in which it began to run."""
        self.container_id = await asyncio.to_thread(self._containers.create, spec)
        if self._retiring:
            return time.monotonic()
        await asyncio.to_thread(self._containers.start, self.container_id)
        # Beside the loading of the handler, so that its first answer need not wait for the engine's.
        self._peak_file = asyncio.create_task(asyncio.to_thread(self._find_peak_file, self.container_id))
        return time.monotonic()

    async def _until_loaded(self, seconds: float) -> None:
        """Wait for the end of the loading, whatever it is, at most *seconds*."""
        await asyncio.wait(
            (self._session.ready, self._exit_code), timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED
        )
        if self._session.ready.done() and restricts_after_init(self.function):
            self._restricting = asyncio.create_task(asyncio.to_thread(self._restrict))

    def _report_init(self, init_ms: float) -> None:
        """Log how the loading ended, behind all that it printed."""
        if self._pipe is not None:
            self._pipe.drain()
        if self._session.ready.done():
            failure = self._session.ready.result()
        elif self._exit_code.done():
            failure = exited("", self._exit_code.result())
        else:
            failure = timed_out("", int(self._init_seconds))
        self._log.init_report(init_ms, failure)

    async def _stop_loading(self) -> None:
        """Remove what takes too long to load: as on AWS the first invocation begins it anew, within its own time."""
        container_id, self.container_id = self.container_id, None  # so that its death is not this worker's
        if container_id is not None:
            await asyncio.to_thread(self._containers.remove, container_id)
        if not self._retiring:
            self._exit_code = asyncio.get_running_loop().create_future()

    async def _load_again(self, seconds: float) -> None:
        if self._spec is None or self._retiring:
            return
        self._start_ended.clear()
        try:
            await self._launch(self._spec)
        finally:
            self._start_ended.set()
        await self._until_loaded(seconds)

    def _check_alive(self) -> None:
        """Refuse an event that nobody will see: one who died after loading; who died while loading tells of that."""
        if self._exit_code.done() and self._session.ready.done() and self._session.ready.result() is None:
            self.usable = False
            raise WorkerLostError

    async def _outcome(self, invocation: Invocation) -> bytes | Failure:
        ends_at = time.monotonic() + self.function.timeout_seconds
        deadline_ms = int(self._workshop.clock().timestamp() * 1000) + self.function.timeout_seconds * 1000
        if self.container_id is None:
            await self._load_again(self.function.timeout_seconds)
        if self._session.ready.done() and (failure := self._session.ready.result()):
            self.usable = False
            return failure
        function_arn = self.function.arn(self._workshop.surroundings.region, invocation.qualifier)
        assignment = Assignment(invocation, deadline_ms=deadline_ms, function_arn=function_arn)
        self._session.assign(assignment)
        await asyncio.wait(
            (assignment.outcome, self._exit_code),
            timeout=max(0.0, ends_at - time.monotonic()),
            return_when=asyncio.FIRST_COMPLETED,
        )
        if assignment.outcome.done():
            return assignment.outcome.result()
        self.usable = False
        if self._exit_code.done():
            if self._session.current is not assignment:
                self._check_alive()
            return self._exited(invocation.request_id, self._exit_code.result())
        return await self._timed_out(invocation.request_id)

    def _exited(self, request_id: str, exit_code: int) -> Failure:
        self._log.explain(f"RequestId: {request_id} Error: {exit_reason(exit_code)}", "Runtime.ExitError")
        if exit_code == _KILLED:
            self._peak_bytes = self.function.memory_bytes
        return exited(request_id, exit_code)

    async def _timed_out(self, request_id: str) -> Failure:
        await self._measure_memory()
        if self.container_id is not None:
            await asyncio.to_thread(self._containers.kill, self.container_id)
        seconds = f"{self.function.timeout_seconds:.2f}"
        self._log.explain(f"{iso_millis(self._workshop.clock())} {request_id} Task timed out after {seconds} seconds")
        return timed_out(request_id, self.function.timeout_seconds)

    def _result(self, invocation: Invocation, outcome: bytes | Failure, duration_ms: float) -> InvocationResult:
        result = InvocationResult(
            request_id=invocation.request_id,
            payload=b"",
            duration_ms=duration_ms,
            init_ms=self._init_ms,
            max_memory_bytes=self._peak_bytes,
        )
        if isinstance(outcome, bytes):
            return dataclasses.replace(result, payload=outcome)
        return dataclasses.replace(
            result, payload=outcome.payload, outcome=outcome.outcome, error_type=outcome.error_type
        )

    def _find_peak_file(self, container_id: str) -> Path | None:
        return memory_peak_file(self._containers.pid(container_id))

    def _restrict(self) -> None:
        """Give a loaded handler the share of the processors that its memory size has."""
        if self.container_id is not None and not self._exit_code.done():
            self._containers.set_cpus(self.container_id, self.function.cpus, CPU_PERIOD_US)

    async def _measure_memory(self) -> None:
        if self._peak_file is None:
            return
        if not self._peak_file.done():
            await asyncio.wait((self._peak_file,))
        if self._peak_file.exception() is None:
            self._peak_bytes = max(self._peak_bytes, read_peak(self._peak_file.result()))


def _initialization(*, provisioned: bool) -> str:
    return "provisioned-concurrency" if provisioned else "on-demand"
