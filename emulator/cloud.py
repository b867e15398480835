"""Cloud: one home, opened. The only place where the rooms are put together.

Every part is made when it is first asked for, and its module imported then: a command pays for what it uses.
"""

import functools
from collections.abc import Collection, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from emulator.errors import HomeUnusableError
from emulator.home import Home
from emulator.ids import is_id
from emulator.progress import Progress, Silent
from emulator.settings import Settings
from emulator.units import utc_now

if TYPE_CHECKING:
    from emulator.buckets import Buckets
    from emulator.costs.service import Costs
    from emulator.engine import Engine
    from emulator.functions.events.history import EventHistory
    from emulator.functions.events.queue import InvocationQueue
    from emulator.functions.logs.service import Logs
    from emulator.functions.service import Functions
    from emulator.functions.urls import FunctionUrls
    from emulator.images import Images
    from emulator.images.registry import Registry
    from emulator.instances import Instances, Neighbours
    from emulator.keypairs import KeyPairs
    from emulator.network import Member, Network
    from emulator.pipeline.deliveries.deliveries import Deliveries
    from emulator.pipeline.deliveries.notifications import Notifications
    from emulator.pipeline.scheduling import ScheduleTriggers
    from emulator.pipeline.serving import Pipeline
    from emulator.pipeline.triggers import Triggers
    from emulator.resources.tagging import Tagging
    from emulator.schedules import Schedules
    from emulator.state import Database
    from emulator.usage import ActivityMonitor, Monitor
    from emulator.volumes import InstanceFacts, Volumes
    from emulator.volumes.mover import Mover


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
    def image_registry(self) -> "Registry":
        from emulator.images.registry import Registry

        return Registry(self.images, self.database, self.home)

    @functools.cached_property
    def instances(self) -> "Instances":
        from emulator.instances import Instances

        return Instances(self.engine, self.home, self.database, self.neighbours, self.progress)

    @property
    def neighbours(self) -> "Neighbours":
        """What instances are made of."""
        from emulator.instances import Neighbours
        from emulator.metering import Meter
        from emulator.volumes.records import VolumeRecords

        return Neighbours(
            region=self.settings.region,
            images=lambda: self.images,
            interface_image=self._interface_image,
            key_pairs=lambda: self.key_pairs,
            network=self.network,
            volumes=lambda: self.volumes.of_instances,
            attachments=VolumeRecords(self.database).attachments,
            meter=Meter(self.database),
        )

    def _interface_image(self) -> str:
        from emulator.images import Images
        from emulator.metadata import INTERFACE_AMI, INTERFACE_DEFINITIONS

        images = Images(self.engine, self.home, self.settings, self.progress, folders=[INTERFACE_DEFINITIONS])
        return images.ensure_built(images.find(INTERFACE_AMI))

    @functools.cached_property
    def network(self) -> "Network":
        from emulator.engine import Kind
        from emulator.metadata import folder as interface_files
        from emulator.network import Interfaces, Network

        def running() -> set[str]:
            from emulator.instances.containers import INSTANCE_LABEL

            found = self.engine.containers.list(Kind.INTERFACE)
            return {one.labels[INSTANCE_LABEL] for one in found if one.state == "running"}

        interfaces = Interfaces(interface_files, running)
        return Network(self.engine, self.database, self.home, self.settings, interfaces, self._members)

    def _members(self) -> Sequence["Member"]:
        from emulator.instances.records import Records

        return Records(self.database).members()

    @functools.cached_property
    def key_pairs(self) -> "KeyPairs":
        from emulator.keypairs import KeyPairs

        return KeyPairs(self.database, self.home, utc_now)

    @functools.cached_property
    def volumes(self) -> "Volumes":
        from emulator.network.zones import zones
        from emulator.volumes import Volumes

        names = [zone.name for zone in zones(self.settings.region)]
        return Volumes(self.home, self.database, self._mover, names, self._instance_facts, self.progress)

    @property
    def _mover(self) -> "Mover":
        from emulator.volumes.mover import mover_for

        return mover_for(self.home, lambda: self.engine, lambda: self.images.holder_image())

    def remove_volumes(self) -> None:
        """Remove all volumes and snapshots, for good; no instance may be left that has them."""
        from emulator.volumes.removal import remove_all

        remove_all(self.home, self._mover)

    def _instance_facts(self, reference: str) -> "InstanceFacts":
        from emulator.volumes import InstanceFacts

        (instance,) = self.instances.describe([reference])
        return InstanceFacts(instance.id, instance.zone, instance.state.label)

    @functools.cached_property
    def tags(self) -> "Tagging":
        from emulator.resources.tagging import Tagging

        finders = {
            "image": lambda ids: [self.images.find(one).id for one in ids],
            "instance": lambda references: [one.id for one in self.instances.describe(references)],
            "key-pair": lambda ids: [one.id for one in self.key_pairs.describe(ids=ids)],
            "security-group": lambda ids: [one.id for one in self.network.groups.describe(ids)],
            "snapshot": lambda ids: [one.id for one in self.volumes.snapshots.describe(ids)],
            "volume": lambda ids: [one.id for one in self.volumes.describe(ids)],
        }
        return Tagging(self.database, finders, self._check_tag_keys, self._tags_changed)

    def _check_tag_keys(self, resource_ids: Sequence[str], keys: Collection[str]) -> None:
        if instance_ids := [one for one in resource_ids if is_id(one, "i")]:
            self.instances.check_tag_keys(instance_ids, keys)

    def _tags_changed(self, resource_ids: Sequence[str]) -> None:
        if instance_ids := [one for one in resource_ids if is_id(one, "i")]:
            self.instances.renew_identity(instance_ids)

    @functools.cached_property
    def functions(self) -> "Functions":
        from emulator.functions.runtimes.registry import DEFINITIONS
        from emulator.functions.service import Functions
        from emulator.images import Images

        runtime_images = Images(self.engine, self.home, self.settings, self.progress, folders=[DEFINITIONS])
        return Functions(
            self.engine,
            self.database,
            runtime_images,
            self.home,
            self.settings,
            self.progress,
            is_bucket=lambda name: any(one.name == name for one in self.buckets.list()),
        )

    @functools.cached_property
    def logs(self) -> "Logs":
        from emulator.functions.logs.service import Logs

        return Logs(self.home.logs, self.settings.log_bytes, utc_now)

    @functools.cached_property
    def queue(self) -> "InvocationQueue":
        from emulator.functions.events.queue import InvocationQueue

        return InvocationQueue(self.database, self.settings.time_scale, utc_now)

    @functools.cached_property
    def event_history(self) -> "EventHistory":
        from emulator.functions.events.history import EventHistory

        return EventHistory(self.database, utc_now)

    @functools.cached_property
    def buckets(self) -> "Buckets":
        from emulator.buckets import Buckets
        from emulator.buckets.notifications import NotificationRules
        from emulator.pipeline.enqueuer import Enqueuer

        on_event = Enqueuer(
            NotificationRules(self.database),
            self.queue,
            self.settings.region,
            self.deliveries,
            self.settings.event_version,
        )
        return Buckets(
            self.database, self.home, self.settings, on_event=on_event, check_targets=self._check_notified_functions
        )

    def _check_notified_functions(self, arns: Sequence[str]) -> None:
        from emulator.pipeline.deliveries.notifications import check_functions

        check_functions(self.functions, arns)

    @functools.cached_property
    def deliveries(self) -> "Deliveries":
        from emulator.pipeline.deliveries.deliveries import Deliveries

        return Deliveries(self.database, self.settings.time_scale, utc_now)

    @functools.cached_property
    def notifications(self) -> "Notifications":
        from emulator.pipeline.deliveries.notifications import Notifications

        return Notifications(self.buckets, lambda: self.functions)

    @functools.cached_property
    def triggers(self) -> "Triggers":
        from emulator.pipeline.triggers import Triggers

        return Triggers(self.database, self.buckets, self.functions, self.schedule_triggers)

    @functools.cached_property
    def schedules(self) -> "Schedules":
        from emulator.pipeline.scheduling import check_target
        from emulator.schedules import Schedules

        return Schedules(self.database, utc_now, check_target)

    @functools.cached_property
    def schedule_triggers(self) -> "ScheduleTriggers":
        from emulator.pipeline.scheduling import ScheduleTriggers

        return ScheduleTriggers(self.database, self.schedules, self.functions)

    @functools.cached_property
    def function_urls(self) -> "FunctionUrls":
        from emulator.functions.urls import FunctionUrls

        return FunctionUrls(self.database, self.functions.repository, utc_now)

    @functools.cached_property
    def costs(self) -> "Costs":
        from emulator.costs.service import Costs

        return Costs(self.database)

    @functools.cached_property
    def monitor(self) -> "Monitor":
        from emulator.usage import Monitor

        return Monitor(self.engine, self.instances)

    def activity(self) -> "ActivityMonitor":
        """Return a monitor of what functions do, which takes its first look now."""
        from emulator.metering import InvocationMeter
        from emulator.usage import ActivityMonitor

        return ActivityMonitor(InvocationMeter(self.database), self.queue, utc_now)

    def pipeline(self) -> "Pipeline":
        """Return what a server runs; it is started and stopped within an event loop."""
        from emulator.functions.workers.fleet import Fleet, Means
        from emulator.functions.workers.supply import Supply
        from emulator.metering import InvocationMeter
        from emulator.pipeline.rooms import Rooms
        from emulator.pipeline.serving import Pipeline

        supply = Supply(self.functions.runtime_image, self.functions.mounted_code, self.functions.records)
        meter = InvocationMeter(self.database)
        return Pipeline(
            Rooms(self.buckets, self.functions, self.schedules, self.queue, self.deliveries),
            Fleet(Means(self.engine, self.home, self.settings, supply, self.images.holder_image(), meter, utc_now)),
            most_each=2 * self.settings.max_workers,  # so that a worker that is done need not wait for the queue
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
