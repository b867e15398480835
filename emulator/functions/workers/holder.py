"""Network holders: one a function, which its workers' network belongs to.

Making a network is what makes a container slow to start. Workers that join one start in a third of the time, and a
spare holder is always ready, so that not even a function's first worker waits for one.
"""

import asyncio
import contextlib
import dataclasses
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from emulator.engine import ContainerSpec, Engine, Kind
from emulator.errors import EmulatorError, EngineError, NotFoundError
from emulator.functions.workers.refusals import closing
from emulator.functions.workers.removal import Removal
from emulator.threads import ask_engine

log = logging.getLogger(__name__)

_TRIES = 5
START_SECONDS = 60.0
"""How long a start may take: an engine that has hung must not hold up everybody for ever."""


class Maker(Protocol):
    """Knows what holders are made of."""

    async def make(self, run: Callable[[ContainerSpec], Awaitable[str]]) -> str:
        """Have a holder started by *run*, and return its id when it can be used."""
        ...

    async def ended(self, holder_id: str) -> None:
        """Take note that a holder has been removed."""
        ...


class Sleepers:
    """Holders that only sleep: their workers reach the server by themselves."""

    def __init__(self, image: str) -> None:
        self._spec = ContainerSpec(image=image, kind=Kind.HOLDER, command=("sleep", "infinity"), stop_signal="SIGKILL")

    async def make(self, run: Callable[[ContainerSpec], Awaitable[str]]) -> str:
        return await run(self._spec)

    async def ended(self, holder_id: str) -> None:
        """Nothing was kept of it."""


class Holders:
    """Hands each function the holder of its network; all calls come from one event loop."""

    def __init__(self, engine: Engine, maker: Maker, removal: Removal, start_seconds: float = START_SECONDS) -> None:
        """Have holders made by *maker*; none is handed out before `use` says by which."""
        self._engine = engine
        self._maker = maker
        self._removal = removal
        self._start_seconds = start_seconds
        self._held: dict[str, asyncio.Task[str]] = {}
        self._spare: asyncio.Task[str] | None = None
        self._replaced: list[asyncio.Task[str]] = []
        self._late: set[asyncio.Task[None]] = set()
        self._in_use = asyncio.Event()
        self._refusing = False

    def prepare(self) -> None:
        """Begin to start the spare one, if there is none."""
        if self._spare is None or (self._spare.done() and _failed(self._spare)):
            self._spare = asyncio.create_task(self._start(self._maker))

    async def joined(self) -> str:
        """Return the spare one when it runs: as long as it does, nobody can take the network away."""
        self.prepare()
        assert self._spare is not None  # noqa: S101 - prepare() has just seen to it
        return await asyncio.shield(self._spare)

    async def use(self, maker: Maker) -> None:
        """Hand out holders from now on, made by *maker*."""
        left = None
        if maker is not self._maker:
            self._maker = maker
            left, self._spare = self._spare, None
            self.prepare()
        self._in_use.set()
        if left is not None:
            await asyncio.gather(self.joined(), return_exceptions=True)  # before the other leaves the network
            await self._end(left)

    async def get(self, function: str) -> str:
        """Return the container id of the holder of *function*; EngineError if none can be started."""
        await self._in_use.wait()
        if self._refusing:
            raise closing()
        holding = self._held.get(function)
        if holding is None or (holding.done() and _failed(holding)):
            self.prepare()
            assert self._spare is not None  # noqa: S101 - prepare() has just seen to it
            holding, self._spare = self._spare, None
            self._held[function] = holding
            self.prepare()
        return await asyncio.shield(holding)

    def died(self, container_id: str) -> str | None:
        """Have a holder that ended replaced when one is wanted; return the function whose network went with it."""
        if self._spare is not None and _is(self._spare, container_id):
            self._replaced.append(self._spare)
            self._spare = None
        for function, holding in self._held.items():
            if _is(holding, container_id):
                self._replaced.append(self._held.pop(function))
                return function
        return None

    async def remove(self, function: str) -> None:
        """Let a function's holder go, and what is left of those that ended."""
        ended, self._replaced = self._replaced, []
        if holding := self._held.pop(function, None):
            ended.append(holding)
        await asyncio.gather(*(self._end(task) for task in ended))

    def refuse(self) -> None:
        """Hand out none any more, also to those who wait for the first."""
        self._refusing = True
        self._in_use.set()

    async def close(self) -> None:
        """Remove every holder, the spare one too; the error of one that could not be, when all others are gone."""
        tasks = [*self._held.values(), *self._replaced, *([self._spare] if self._spare else [])]
        self._held.clear()
        self._replaced.clear()
        self._spare = None
        ends = await asyncio.gather(*(self._end(task) for task in tasks), return_exceptions=True)
        await asyncio.gather(*self._late, return_exceptions=True)
        for error in ends:
            if error is not None:
                raise error

    async def _start(self, maker: Maker) -> str:
        """Start one; what was started and cannot be used is removed again."""
        started: list[str] = []

        async def run(spec: ContainerSpec) -> str:
            started.append(await self._run_in_time(spec))
            return started[0]

        try:
            return await maker.make(run)
        except BaseException:
            for holder_id in started:
                await self._removal.remove(holder_id)
            raise

    async def _run_in_time(self, spec: ContainerSpec) -> str:
        running = asyncio.create_task(ask_engine(self._run, spec))
        done, _ = await asyncio.wait({running}, timeout=self._start_seconds)
        if done:
            return await running
        late = asyncio.create_task(self._remove_late(running))
        self._late.add(late)
        late.add_done_callback(self._late.discard)
        raise EngineError(
            f"the engine has not started a container within {self._start_seconds:g} s",
            hint="see whether it works at all: `cloudlet doctor`",
        )

    def _run(self, spec: ContainerSpec) -> str:
        """Start one in the VPC, which another home's reset may remove until somebody is in it."""
        for _ in range(_TRIES):
            network = self._engine.networks.ensure_vpc()
            with contextlib.suppress(NotFoundError):
                return self._engine.containers.run(dataclasses.replace(spec, network=network))
        raise EngineError(f"the network {network} was removed again and again")

    async def _remove_late(self, running: asyncio.Task[str]) -> None:
        with contextlib.suppress(EmulatorError):
            holder_id = await running
            log.warning("holder came up too late: holder=%s", holder_id[:12])
            await self._removal.remove(holder_id)

    async def _end(self, holding: asyncio.Task[str]) -> None:
        try:
            holder_id = await holding
        except Exception:  # noqa: BLE001 - it never started, as whoever asked for it was told
            return
        try:
            await self._removal.remove(holder_id)
        finally:
            await self._maker.ended(holder_id)


def _failed(holding: asyncio.Task[str]) -> bool:
    return holding.cancelled() or holding.exception() is not None


def _is(holding: asyncio.Task[str], container_id: str) -> bool:
    return holding.done() and not _failed(holding) and holding.result() == container_id
