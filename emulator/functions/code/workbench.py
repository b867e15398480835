"""What code is laid down with, put together: by the verbs of AWS and by `lambda deploy` alike."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from emulator.functions.code.images import FunctionImages
from emulator.functions.code.layers import Layers
from emulator.functions.code.store import CodeStore, FunctionLocks
from emulator.home import Home


@dataclass(frozen=True)
class Workbench:
    """Of one home."""

    home: Home
    code: CodeStore
    locks: FunctionLocks
    layers: Layers
    images: FunctionImages
    clock: Callable[[], datetime]
