"""Usage as a document, in a shape of our own: on AWS it is CloudWatch's, minutes later."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from emulator.engine.stats import ContainerStats
from emulator.usage.activity import Activity
from emulator.usage.monitor import Usage

Document = dict[str, Any]


def usage_document(usages: Iterable[Usage], activity: Activity, at: datetime) -> Document:
    """Return what was measured up to *at*."""
    return {
        "MeasuredAt": at,
        "InvocationsPerSecond": round(activity.invocations_per_second, 1),
        "Queue": {state.title(): count for state, count in activity.queue.items()},
        "Usage": [_usage(one) for one in usages],
    }


def _usage(one: Usage) -> Document:
    return {
        "Id": one.id,
        "Name": one.name,
        "Kind": one.kind.value,
        "Size": one.size,
        **_figures(one.stats),
    }


def _figures(stats: ContainerStats | None) -> Document:
    """Return what was measured; what was not is null."""
    return {
        "CpuPercent": stats and round(stats.cpu_percent, 1),
        "Cpus": stats and round(stats.cpus, 3),
        "CpuLimit": stats and round(stats.cpu_limit, 3),
        "MemoryPercent": stats and round(stats.memory_percent, 1),
        "MemoryBytes": stats and stats.memory_bytes,
        "MemoryLimitBytes": stats and stats.memory_limit_bytes,
    }
