"""A worker: one container that serves one function, one invocation at a time. What happens to it becomes a result."""

import asyncio
import dataclasses
import logging
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from emulator.engine import Engine
from emulator.engine.memory import memory_peak_file, read_peak
from emulator.functions.code.mounted import MountedCode
from emulator.functions.definition import Function
from emulator.functions.errors import WorkerStartError
from emulator.functions.logs.stream import LogStream
from emulator.functions.records import (
    Failure,
    Invocation,
    InvocationResult,
    exit_reason,
    exited,
    timed_out,
)
from emulator.functions.workers.output_pipe import OutputPipe
from emulator.functions.workers.runtime_api import Assignment, RuntimeApi, Session
from emulator.functions.workers.sandbox import (
    CPU_PERIOD_US,
    Surroundings,
    restricts_after_init,
    worker_environment,
    worker_spec,
)
from emulator.home import Home
from emulator.metering import InvocationMeter
from emulator.units import iso_millis

log = logging.getLogger(__name__)

_INIT_SECONDS = 10
_KILLED = 137


@dataclasses.dataclass(frozen=True)
class Workshop:
    """What all workers of a server are made with."""

    engine: Engine
    api: RuntimeApi
    home: Home
    surroundings: Surroundings
    meter: InvocationMeter
    clock: Callable[[], datetime]


class Worker:
    """Started once, invoked many times, retired once. Used from one event loop."""

    def __init__(self, function: Function, workshop: Workshop) -> None:
        self.function = function
        self.container_id: str | None = None
        self.usable = False
        self._workshop = workshop
        self._containers = workshop.engine.containers
        self._session = Session()
        self._log = LogStream(workshop.home.function_logs(function.name), function.version, workshop.clock)
        self._exit_code: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._port: int | None = None
        self._pipe: OutputPipe | None = None
        self._init_ms: float | None = None
        self._peak_file: asyncio.Task[Path | None] | None = None
        self._restricting: asyncio.Task[None] | None = None
        self._peak_bytes = 0
        self._retiring = False
        self._start_ended = asyncio.Event()
        self._start_ended.set()

    @property
    def loaded(self) -> bool:
        """Tell whether the handler is loaded and waits for work."""
        return self._session.ready.done() and self._session.ready.result() is None and not self._exit_code.done()

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
        address, self._port = await self._workshop.api.open(self._session)
        self._pipe = OutputPipe(self._workshop.home.pipes / secrets.token_hex(8), self._log.write)
        spec = worker_spec(
            self.function,
            image=image,
            code=code,
            holder_id=holder_id,
            pipe=self._pipe.path,
            environment=worker_environment(self.function, self._workshop.surroundings, address, self._log.name),
        )
        self.container_id = await asyncio.to_thread(self._containers.create, spec)
        if self._retiring:
            return
        await asyncio.to_thread(self._containers.start, self.container_id)
        started = time.monotonic()
        # Beside the loading of the handler, so that its first answer need not wait for the engine's.
        self._peak_file = asyncio.create_task(asyncio.to_thread(self._find_peak_file))
        await asyncio.wait(
            (self._session.ready, self._exit_code), timeout=_INIT_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        self._init_ms = (time.monotonic() - started) * 1000
        self.usable = True
        if restricts_after_init(self.function):
            self._restricting = asyncio.create_task(asyncio.to_thread(self._restrict))
        log.info("worker started: %s init_ms=%d", self, self._init_ms)

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        """Have the handler handle *invocation*; whatever happens is in the result."""
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
        function = self.function
        self._workshop.meter.add(function.name, function.memory_mb, result.billed_ms, self._workshop.clock())
        return dataclasses.replace(result, log_tail=self._log.end(result, function.memory_mb))

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
            await asyncio.gather(*filter(None, (self._peak_file, self._restricting)), return_exceptions=True)
            if self._pipe is not None:
                self._pipe.close()
            if self._port is not None:
                await self._workshop.api.close(self._port)
        log.info("worker retired: %s", self)

    def __str__(self) -> str:
        return f"function={self.function.name} worker={(self.container_id or 'none')[:12]}"

    async def _outcome(self, invocation: Invocation) -> bytes | Failure:
        if self._session.ready.done() and (failure := self._session.ready.result()):
            self.usable = False
            return failure
        now_ms = self._workshop.clock().timestamp() * 1000
        assignment = Assignment(
            invocation,
            deadline_ms=int(now_ms) + self.function.timeout_seconds * 1000,
            function_arn=self.function.arn(self._workshop.surroundings.region, invocation.qualifier),
        )
        self._session.assign(assignment)
        await asyncio.wait(
            (assignment.outcome, self._exit_code),
            timeout=self.function.timeout_seconds,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if assignment.outcome.done():
            return assignment.outcome.result()
        self.usable = False
        if self._exit_code.done():
            return self._exited(invocation.request_id, self._exit_code.result())
        return await self._timed_out(invocation.request_id)

    def _exited(self, request_id: str, exit_code: int) -> Failure:
        self._log.write(f"RequestId: {request_id} Error: {exit_reason(exit_code)}", "Runtime.ExitError")
        if exit_code == _KILLED:
            self._peak_bytes = self.function.memory_bytes
        return exited(request_id, exit_code)

    async def _timed_out(self, request_id: str) -> Failure:
        await self._measure_memory()
        if self.container_id is not None:
            await asyncio.to_thread(self._containers.kill, self.container_id)
        seconds = f"{self.function.timeout_seconds:.2f}"
        self._log.write(f"{iso_millis(self._workshop.clock())} {request_id} Task timed out after {seconds} seconds")
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

    def _find_peak_file(self) -> Path | None:
        assert self.container_id is not None  # noqa: S101 - it has been started
        return memory_peak_file(self._containers.pid(self.container_id))

    def _restrict(self) -> None:
        """Give a loaded handler the share of the processors that its memory size has."""
        if self.container_id is not None and not self._exit_code.done():
            self._containers.set_cpus(self.container_id, self.function.cpus, CPU_PERIOD_US)

    async def _measure_memory(self) -> None:
        if self._peak_file is not None:
            (file,) = await asyncio.gather(self._peak_file, return_exceptions=True)
            if isinstance(file, Path):
                self._peak_bytes = max(self._peak_bytes, read_peak(file))
