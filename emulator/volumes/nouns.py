"""What volumes and snapshots are called."""

import functools

from emulator.resources.references import Noun
from emulator.volumes.errors import ResourceNotFoundError

VOLUME = Noun("volume", "vol", functools.partial(ResourceNotFoundError, "volume"))
SNAPSHOT = Noun("snapshot", "snap", functools.partial(ResourceNotFoundError, "snapshot"))
