"""All that the state file knows of functions, put together: a part a noun, each with its own rows."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from emulator.functions.aliases import Aliases
from emulator.functions.concurrency import Concurrency
from emulator.functions.event_configs import EventConfigs
from emulator.functions.function_tags import FunctionTags
from emulator.functions.recursion import Recursion
from emulator.functions.repository import FunctionRepository
from emulator.functions.start_failures import StartFailures
from emulator.functions.versions import Versions
from emulator.state import Database
from emulator.units import utc_now


class FunctionRecords:
    """What needs neither an engine nor a folder: a server reads here at each event, and the verbs write here."""

    def __init__(
        self,
        database: Database,
        region: str,
        *,
        clock: Callable[[], datetime] = utc_now,
        draw: Callable[[], float] = random.random,
        is_bucket: Callable[[str], bool] = lambda name: True,
    ) -> None:
        self._database = database
        self.region = region
        self.functions = FunctionRepository(database, region, draw)
        self.versions = Versions(database, self.functions)
        self.aliases = Aliases(database, self.functions)
        self.concurrency = Concurrency(database, self.functions, self.aliases, clock)
        self.event_configs = EventConfigs(database, self.functions, clock, is_bucket)
        self.recursion = Recursion(database, self.functions)
        self.start_failures = StartFailures(database)
        self.tags = FunctionTags(database, self.functions)

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """Have verbs of several parts be one change: all of it, or nothing."""
        return self._database.transaction()
