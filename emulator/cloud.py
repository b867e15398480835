"""Cloud: one home, opened. The only place where the rooms are put together.

Every part is made when it is first asked for, and its module imported then: a command pays for what it uses.
"""

import functools
from types import TracebackType
from typing import TYPE_CHECKING

from emulator.home import Home
from emulator.progress import Progress, Silent
from emulator.settings import Settings

if TYPE_CHECKING:
    from emulator.buckets import Buckets
    from emulator.engine import Engine
    from emulator.functions import Functions
    from emulator.images import AmiCatalog
    from emulator.instances import Instances
    from emulator.pipeline import Pipeline
    from emulator.state import Database


class Cloud:
    """Hands out .images .instances .functions .buckets .pipeline of one home."""

    def __init__(self, settings: Settings, progress: Progress | None = None) -> None:
        self.settings = settings
        self.home = Home(settings.home)
        self.progress = progress or Silent()

    @functools.cached_property
    def database(self) -> "Database":
        from emulator.state import Database

        self.home.create()
        return Database(self.home.state_file)

    @functools.cached_property
    def engine(self) -> "Engine":
        from emulator.engine import Engine

        return Engine(self.settings, self.home.id)

    def close(self) -> None:
        """Let go of the engine and the state file; nothing that runs is ended."""
        for part in ("engine", "database"):
            if part in self.__dict__:
                getattr(self, part).close()

    def __enter__(self) -> "Cloud":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
