"""What all workers of a server are made with."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from emulator.engine import Engine
from emulator.functions.logs.group import LogGroups
from emulator.functions.workers.environment import Surroundings
from emulator.functions.workers.removal import Removal
from emulator.functions.workers.runtime_api import RuntimeApi
from emulator.home import Home
from emulator.settings import Settings

INIT_SECONDS = 10.0
"""How long a handler may load before it is stopped, and loaded again as a part of its first invocation."""


@dataclass(frozen=True)
class Workshop:
    """The same for every worker, whatever its function."""

    engine: Engine
    api: RuntimeApi
    removal: Removal
    home: Home
    surroundings: Surroundings
    clock: Callable[[], datetime]
    init_seconds: float = INIT_SECONDS
    log_bytes: int = Settings.log_bytes

    @functools.cached_property
    def logs(self) -> LogGroups:
        """What workers log."""
        return LogGroups(self.home.logs, self.log_bytes)
