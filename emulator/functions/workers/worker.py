"""A worker: one container that serves one function, one invocation at a time. What happens to it becomes a result."""

import asyncio
import dataclasses
import logging
import secrets
import time

from emulator.engine import ContainerSpec
from emulator.errors import EmulatorError
from emulator.functions.code.mounted import MountedCode
from emulator.functions.definition import Function
from emulator.functions.errors import WorkerLostError, WorkerStartError
from emulator.functions.logs.stream import LogStream
from emulator.functions.records import (
    SEGMENTATION_FAULT,
    Failure,
    Invocation,
    InvocationResult,
    Outcome,
    exit_reason,
    exited,
    timed_out,
)
from emulator.functions.workers.body import Body
from emulator.functions.workers.environment import Surroundings, worker_environment
from emulator.functions.workers.output_pipe import OutputPipe
from emulator.functions.workers.runtime_api import Assignment, Contact, Session
from emulator.functions.workers.sandbox import worker_spec
from emulator.functions.workers.workshop import Workshop
from emulator.units import iso_millis

log = logging.getLogger(__name__)

_PROVISIONED_INIT_SECONDS = 130.0


class Worker:
    """Started once, invoked many times, retired once. Used from one event loop."""

    def __init__(self, function: Function, workshop: Workshop, *, provisioned: bool = False) -> None:
        self.function = function
        self.provisioned = provisioned
        """Whether it was started before anybody asked, to be kept ready."""
        self.usable = False
        self._workshop = workshop
        self._body = Body(function, workshop)
        self._session = Session()
        self._log = LogStream(workshop.logs, function, workshop.surroundings.region, workshop.clock)
        self._contact: Contact | None = None
        self._pipe: OutputPipe | None = None
        self._spec: ContainerSpec | None = None
        self._init_ms: float | None = None
        self._start_ended = asyncio.Event()
        self._start_ended.set()

    @property
    def container_id(self) -> str | None:
        """The container's id, None as long as there is none."""
        return self._body.id

    @property
    def loaded(self) -> bool:
        """Tell whether the handler is loaded and waits for work."""
        return self._session.is_loaded and not self._body.has_ended

    @property
    def awake(self) -> bool:
        """Tell whether its processes run: if not, `wake` comes before `invoke`."""
        return self._body.pausing.is_awake

    @property
    def memory_bytes(self) -> int:
        """What it may use."""
        return self.function.memory_bytes

    @property
    def used_bytes(self) -> int:
        """What it has used at most, as far as anybody looked."""
        return self._body.peak.bytes

    async def start(self, image: str, code: MountedCode, holder_id: str) -> None:
        """Start the container and wait until the handler is loaded, has failed to load, or takes too long to."""
        if self._body.is_unwanted:
            raise WorkerStartError(f"{self.function.name} was let go before its worker started")
        self._start_ended.clear()
        try:
            contact = self._contact = await self._workshop.api.open(self._session, holder_id)
            self._pipe = OutputPipe(
                self._workshop.home.pipes / secrets.token_hex(8), self._log.write, self._body.peak.note
            )
            self._spec = self._made_of(image, code, holder_id, contact, self._pipe)
            await self._load(self._spec)
        finally:
            self._start_ended.set()

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        """
        Have the handler handle *invocation*; whatever comes of that is in the result.

        WorkerLostError: the worker ended before the handler saw it. Another EmulatorError: why it was cut off.
        """
        self._check_alive()
        self._log.begin(invocation.request_id)
        started = time.monotonic()
        try:
            outcome = await self._outcome(invocation)
        except BaseException as error:
            self.usable = False  # the handler may still be at it
            self._tell_cut_off(invocation, error, (time.monotonic() - started) * 1000)
            raise
        duration_ms = (time.monotonic() - started) * 1000
        if self._pipe:
            self._pipe.drain()
        await self._body.peak.measure()
        result = self._result(invocation, outcome, duration_ms)
        self._init_ms = None
        return dataclasses.replace(result, log_tail=self._log.end(result))

    def pause(self) -> None:
        """Begin to stop its processes where they are, until `wake`."""
        if self.container_id is not None and self.loaded:
            self._body.pausing.begin(self.container_id)

    async def wake(self) -> None:
        """Let its processes go on; one whose container is gone is not usable afterwards."""
        if self.container_id is not None and not await self._body.pausing.end(self.container_id):
            self.usable = False

    def died(self, exit_code: int) -> None:
        """Take note that the container ended."""
        self.usable = False
        self._body.note_end(exit_code)

    def cut_off(self, reason: EmulatorError) -> None:
        """Have whoever waits for an answer told *reason*: that there is none is not the handler's doing."""
        self.usable = False
        self._body.note_end(reason)

    async def retire(self) -> None:
        """Remove the container and all that belonged to it; a worker in any state may be retired."""
        self._body.abandon()
        await self._start_ended.wait()
        self.usable = False
        try:
            await self._body.remove()
        finally:
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

    def _made_of(
        self, image: str, code: MountedCode, holder_id: str, contact: Contact, pipe: OutputPipe
    ) -> ContainerSpec:
        initialization = "provisioned-concurrency" if self.provisioned else "on-demand"
        surroundings: Surroundings = dataclasses.replace(self._workshop.surroundings, endpoint=contact.endpoint)
        environment = worker_environment(
            self.function, surroundings, contact.runtime_api, self._log.name, initialization
        )
        return worker_spec(
            self.function, image=image, code=code, holder_id=holder_id, pipe=pipe.path, environment=environment
        )

    async def _load(self, spec: ContainerSpec) -> None:
        self._log.init_start()
        started = await self._body.launch(spec)
        await self._until_loaded(self._init_seconds)
        init_ms = (time.monotonic() - started) * 1000
        self._report_init(init_ms)
        if self._session.ready.done() or self._body.has_ended:
            self._init_ms = init_ms
        else:
            await self._body.discard()  # as on AWS the first invocation begins it anew, within its own time
        self.usable = True
        log.info("worker started: %s init_ms=%d", self, init_ms)

    async def _until_loaded(self, seconds: float) -> None:
        """Wait for the end of the loading, whatever it is, at most *seconds*."""
        await asyncio.wait(
            (self._session.ready, self._body.end), timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED
        )
        if self._session.ready.done():
            self._body.note_loaded()

    def _report_init(self, init_ms: float) -> None:
        """Log how the loading ended, behind all that it printed."""
        if self._pipe is not None:
            self._pipe.drain()
        if self._session.ready.done():
            failure = self._session.ready.result()
        elif self._body.has_ended:
            failure = exited("", self._body.exit_code())
        else:
            failure = timed_out("", int(self._init_seconds))
        self._log.init_report(init_ms, failure)

    async def _load_again(self, seconds: float) -> None:
        if self._spec is None or self._body.is_unwanted:
            return
        await self._body.launch(self._spec)
        await self._until_loaded(seconds)

    def _check_alive(self) -> None:
        """Refuse an event that nobody will see: one who died after loading; who died while loading tells of that."""
        if self._body.has_ended and self._session.is_loaded:
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
            (assignment.outcome, self._body.end),
            timeout=max(0.0, ends_at - time.monotonic()),
            return_when=asyncio.FIRST_COMPLETED,
        )
        if assignment.outcome.done():
            return assignment.outcome.result()
        self.usable = False
        if self._body.has_ended:
            exit_code = self._body.exit_code()
            if self._session.current is not assignment:
                self._check_alive()
            if exit_code == SEGMENTATION_FAULT and not self._session.is_loaded:
                await asyncio.sleep(ends_at - time.monotonic())  # AWS starts such a runtime until the time is over
                return await self._timed_out(invocation.request_id)
            return self._exited(invocation.request_id, exit_code)
        return await self._timed_out(invocation.request_id)

    def _exited(self, request_id: str, exit_code: int) -> Failure:
        self._log.explain(f"RequestId: {request_id} Error: {exit_reason(exit_code)}", "Runtime.ExitError")
        return exited(request_id, exit_code)

    async def _timed_out(self, request_id: str) -> Failure:
        await self._body.peak.measure()
        try:
            await self._body.kill()
        except EmulatorError as error:  # it is removed later; the handler's time is over whether it runs on or not
            log.warning("worker could not be killed: %s reason=%s", self, error)
        seconds = f"{self.function.timeout_seconds:.2f}"
        self._log.explain(f"{iso_millis(self._workshop.clock())} {request_id} Task timed out after {seconds} seconds")
        return timed_out(request_id, self.function.timeout_seconds)

    def _tell_cut_off(self, invocation: Invocation, error: BaseException, duration_ms: float) -> None:
        """Log that an invocation has no end of its own, and why; no caller is given what is written here."""
        if self._pipe is not None:
            self._pipe.drain()
        ending = "the server is ending" if isinstance(error, asyncio.CancelledError) else repr(error)
        reason = error.message if isinstance(error, EmulatorError) else ending
        stamp = iso_millis(self._workshop.clock())
        self._log.explain(f"{stamp} {invocation.request_id} Cut off: {reason}")
        failure = Failure(b"", getattr(error, "code", "ServiceException"))
        self._log.end(self._result(invocation, failure, duration_ms))

    def _result(self, invocation: Invocation, outcome: bytes | Failure, duration_ms: float) -> InvocationResult:
        result = InvocationResult(
            request_id=invocation.request_id,
            payload=b"",
            duration_ms=duration_ms,
            init_ms=self._init_ms,
            max_memory_bytes=self._body.peak.bytes,
        )
        if isinstance(outcome, bytes):
            return dataclasses.replace(result, payload=outcome)
        if outcome.outcome is Outcome.TIMEOUT:  # to end it takes a while, which is not the handler's
            result = dataclasses.replace(result, duration_ms=self.function.timeout_seconds * 1000.0)
        return dataclasses.replace(
            result, payload=outcome.payload, outcome=outcome.outcome, error_type=outcome.error_type
        )
