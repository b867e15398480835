"""Network holders: sleeping containers, one a function, whose network its workers join.

Making a network is what makes a container slow to start. Workers that join one start in a third of the time, and a
spare holder is always ready, so that not even a function's first worker waits for one.
"""

import asyncio
import contextlib
import dataclasses

from emulator.engine import ContainerSpec, Engine, Kind
from emulator.errors import EngineError, NotFoundError

_TRIES = 5


class Holders:
    """Hands each function the holder of its network; all calls come from one event loop."""

    def __init__(self, engine: Engine, image: str) -> None:
        self._engine = engine
        self._spec = ContainerSpec(
            image=image,
            kind=Kind.HOLDER,
            command=("sleep", "infinity"),
            stop_signal="SIGKILL",
        )
        self._held: dict[str, asyncio.Task[str]] = {}
        self._spare: asyncio.Task[str] | None = None
        self._replaced: list[asyncio.Task[str]] = []

    def prepare(self) -> None:
        """Begin to start the spare one, if there is none."""
        if self._spare is None or (self._spare.done() and self._spare.exception() is not None):
            self._spare = asyncio.create_task(asyncio.to_thread(self._run))

    async def joined(self) -> None:
        """Return when the spare one runs: as long as it does, nobody can take the network away."""
        self.prepare()
        if self._spare is not None:
            await asyncio.shield(self._spare)

    def _run(self) -> str:
        """Start one in the VPC, which another home's reset may remove until somebody is in it."""
        for _ in range(_TRIES):
            network = self._engine.networks.ensure_vpc()
            with contextlib.suppress(NotFoundError):
                return self._engine.containers.run(dataclasses.replace(self._spec, network=network))
        raise EngineError(f"the network {network} was removed again and again")

    async def get(self, function: str) -> str:
        """Return the container id of the holder of *function*; EngineError if none can be started."""
        holding = self._held.get(function)
        if holding is None or (holding.done() and holding.exception() is not None):
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

    async def close(self) -> None:
        """Remove every holder, the spare one too."""
        tasks = [*self._held.values(), *self._replaced, *([self._spare] if self._spare else [])]
        self._held.clear()
        self._replaced.clear()
        self._spare = None
        await asyncio.gather(*(self._end(task) for task in tasks))

    async def _end(self, holding: asyncio.Task[str]) -> None:
        try:
            holder_id = await holding
        except Exception:  # noqa: BLE001 - it never started, as whoever asked for it was told
            return
        await asyncio.to_thread(self._engine.containers.remove, holder_id)


def _is(holding: asyncio.Task[str], container_id: str) -> bool:
    return holding.done() and holding.exception() is None and holding.result() == container_id
