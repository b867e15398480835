"""Cloud: one home, opened. The only place where the rooms are put together.

Every part is made when it is first asked for, and its module imported then: a command pays for what it uses.
"""

import functools
from types import TracebackType
from typing import TYPE_CHECKING

from emulator.errors import HomeUnusableError
from emulator.home import Home
from emulator.progress import Progress, Silent
from emulator.settings import Settings
from emulator.units import utc_now

if TYPE_CHECKING:
    from emulator.buckets import Buckets
    from emulator.engine import Engine
    from emulator.functions.queue import InvocationQueue
    from emulator.functions.service import Functions
    from emulator.images import Images
    from emulator.instances import Instances
    from emulator.pipeline.serving import Pipeline
    from emulator.pipeline.triggers import Triggers
    from emulator.state import Database


class Cloud:
    """Hands out .images .instances .functions .buckets .pipeline of one home."""

    def __init__(self, settings: Settings, progress: Progress | None = None) -> None:
        self.settings = settings
        self.home = Home(settings.home)
        self.progress = progress or Silent()

    @functools.cached_property
    def database(self) -> "Database":
        import sqlite3

        from emulator.state import Database

        try:
            self.home.create()
            return Database(self.home.state_file)
        except (OSError, sqlite3.DatabaseError) as error:
            raise HomeUnusableError(
                f"the home {self.home.root} cannot be used: {error}",
                hint="see to its permissions, or choose another with CLOUDLET_HOME",
            ) from error

    @functools.cached_property
    def engine(self) -> "Engine":
        from emulator.engine import Engine

        return Engine(self.settings, self.home.id)

    @functools.cached_property
    def images(self) -> "Images":
        from emulator.images import Images

        return Images(self.engine, self.home, self.settings, self.progress)

    @functools.cached_property
    def instances(self) -> "Instances":
        from emulator.instances import Instances

        return Instances(self.engine, self.database, lambda: self.images, self.progress)

    @functools.cached_property
    def functions(self) -> "Functions":
        from emulator.functions.runtimes import DEFINITIONS
        from emulator.functions.service import Functions
        from emulator.images import Images

        runtime_images = Images(self.engine, self.home, self.settings, self.progress, folders=[DEFINITIONS])
        return Functions(self.engine, self.database, runtime_images, self.home, self.settings, self.progress)

    @functools.cached_property
    def queue(self) -> "InvocationQueue":
        from emulator.functions.queue import InvocationQueue

        return InvocationQueue(self.database, self.settings.time_scale, utc_now)

    @functools.cached_property
    def buckets(self) -> "Buckets":
        from emulator.buckets import Buckets
        from emulator.buckets.notifications import NotificationRules
        from emulator.pipeline.enqueuer import Enqueuer

        on_event = Enqueuer(NotificationRules(self.database), self.queue, self.settings.region)
        return Buckets(self.database, self.home, self.settings, on_event=on_event)

    @functools.cached_property
    def triggers(self) -> "Triggers":
        from emulator.pipeline.triggers import Triggers

        return Triggers(self.buckets, self.functions, self.settings.region)

    def pipeline(self) -> "Pipeline":
        """Return what a server runs; it is started and stopped within an event loop."""
        from emulator.functions.fleet import Fleet
        from emulator.functions.pool import Supply
        from emulator.pipeline.serving import Pipeline

        supply = Supply(self.functions.runtime_image, self.functions.code_folder)
        return Pipeline(
            database=self.database,
            buckets=self.buckets,
            functions=self.functions,
            queue=self.queue,
            fleet=Fleet(self.engine, self.home, self.settings, supply, self.images.holder_image(), utc_now),
            most_each=self.settings.max_workers,
        )

    def close(self) -> None:
        """Let go of the engine and the state file; nothing that runs is ended."""
        for part in ("engine", "database"):
            if part in self.__dict__:
                getattr(self, part).close()

    def __enter__(self) -> "Cloud":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
