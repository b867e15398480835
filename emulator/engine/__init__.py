"""Containers, seen through the few verbs the emulator needs.

The only package that imports `docker`. Everything it raises is an EngineError or NotFoundError of ours, everything it
returns is one of our own records.
"""

from typing import TYPE_CHECKING

from emulator.lazy import lazily

if TYPE_CHECKING:
    from emulator.engine.engine import Engine as Engine
    from emulator.engine.labels import Kind as Kind
    from emulator.engine.records import Bind as Bind
    from emulator.engine.records import Container as Container
    from emulator.engine.records import ContainerEvent as ContainerEvent
    from emulator.engine.records import ContainerSpec as ContainerSpec
    from emulator.engine.records import EngineInfo as EngineInfo
    from emulator.engine.records import ExecResult as ExecResult
    from emulator.engine.records import Image as Image
    from emulator.engine.records import Tmpfs as Tmpfs

__getattr__ = lazily(
    __name__,
    engine="Engine",
    labels="Kind",
    records="Bind Container ContainerEvent ContainerSpec EngineInfo ExecResult Image Tmpfs",
)
