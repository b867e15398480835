"""What a server works with."""

from dataclasses import dataclass

from emulator.buckets import Buckets
from emulator.functions.events.queue import InvocationQueue
from emulator.functions.service import Functions
from emulator.pipeline.deliveries.deliveries import Deliveries
from emulator.schedules import Schedules


@dataclass(frozen=True)
class Rooms:
    """The parts of one home between which things happen."""

    buckets: Buckets
    functions: Functions
    schedules: Schedules
    queue: InvocationQueue
    deliveries: Deliveries
