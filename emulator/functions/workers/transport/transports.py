"""The transport of one server's workers: settled while the server starts, or by a probe soon after."""

import asyncio
import logging
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from emulator.engine import Engine
from emulator.errors import EmulatorError
from emulator.functions.workers.holder import Holders, Maker, Sleepers
from emulator.functions.workers.transport.choice import Choice, Memory, Transport, boot_id
from emulator.functions.workers.transport.holder_images import ensure_holder_image
from emulator.functions.workers.transport.lenders import Lenders
from emulator.functions.workers.transport.listening import Directly, Listening, ThroughHolders
from emulator.functions.workers.transport.probe import probe
from emulator.home import Home
from emulator.settings import Settings

log = logging.getLogger(__name__)

_TRIES = 3
_UNHURRIED_SECONDS = 2.0


@dataclass(frozen=True)
class Reach:
    """Where a server can be reached from the VPC, if at all, and the doors that are there."""

    host: str
    endpoint: str
    doors: web.AppRunner | None = None


class Transports:
    """Knows or finds out how workers reach this server."""

    def __init__(self, engine: Engine, home: Home, settings: Settings, image: str) -> None:
        """Have holders that only sleep made of *image*."""
        self._engine = engine
        self._memory = Memory(home.worker_transport_file, str(engine.url), boot_id())
        self._forced = forced_choice(settings)
        self._lenders = Lenders(home.holders, lambda: ensure_holder_image(engine, home, settings))
        self._sleepers = Sleepers(image)
        recalled = self._memory.recall()
        # Only the way that always works is taken unseen: a firewall may have come since TCP was found to work.
        remembered = recalled if recalled and recalled.transport is Transport.UNIX else None
        self.choice = self._forced or remembered
        """None until it is known."""

    @property
    def maker(self) -> Maker:
        """What makes holders now."""
        return self._lenders if self.choice and self.choice.transport is Transport.UNIX else self._sleepers

    async def settle(self, holders: Holders, reach: Reach) -> Listening:
        """Return where workers call, once that is known; from then on *holders* are handed out."""
        if self.choice is None:
            choice = await self._probe(holders, reach)
            await asyncio.to_thread(self._memory.keep, choice)
            if choice.transport is Transport.UNIX:
                log.warning("workers use a unix socket: reason=%s", choice.reason)
            self.choice = choice
        if self.choice.transport is Transport.UNIX:
            return ThroughHolders(self._lenders, urlsplit(reach.endpoint).port or 0, reach.doors)
        return Directly(reach.host, reach.endpoint)

    async def look_again(self, holders: Holders, reach: Reach) -> None:
        """See whether what was remembered still holds, for the next server: this one stays with what it has."""
        if self._forced is None:
            await asyncio.sleep(_UNHURRIED_SECONDS)  # not beside the start, and not for a server of one invocation
            await asyncio.to_thread(self._memory.keep, await self._probe(holders, reach))

    async def close(self) -> None:
        """Part with holders that are left."""
        await self._lenders.close()

    async def _probe(self, holders: Holders, reach: Reach) -> Choice:
        """Have the spare holder try; it may end meanwhile, and then another one tries."""
        doors = [urlsplit(reach.endpoint).port or 80] if reach.doors is not None else []
        reason, holder_id = "", ""
        for _ in range(_TRIES):
            try:
                holder_id = await holders.joined()
                return await probe(self._engine, holder_id, reach.host, doors)
            except EmulatorError as error:
                reason = error.message
                holders.died(holder_id)
            except Exception as error:
                log.exception("transport could not be tried")
                reason = repr(error)
        return Choice(Transport.TCP, f"whether containers reach this machine is not known: {reason}")


def forced_choice(settings: Settings) -> Choice | None:
    """Return what the user has set, None for what is found out."""
    if settings.worker_transport == "auto":
        return None
    return Choice(Transport(settings.worker_transport), f"CLOUDLET_WORKER_TRANSPORT={settings.worker_transport}")
