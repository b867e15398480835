"""Containers, seen through the few verbs the emulator needs.

The only package that imports `docker`. Everything it raises is an EngineError or NotFoundError of ours, everything it
returns is one of our own records.
"""

from emulator.engine.engine import Engine
from emulator.engine.labels import Kind
from emulator.engine.records import (
    Bind,
    Container,
    ContainerEvent,
    ContainerSpec,
    EngineInfo,
    ExecResult,
    Image,
    Tmpfs,
)

__all__ = [
    "Bind",
    "Container",
    "ContainerEvent",
    "ContainerSpec",
    "Engine",
    "EngineInfo",
    "ExecResult",
    "Image",
    "Kind",
    "Tmpfs",
]
