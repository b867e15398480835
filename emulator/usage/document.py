"""Usage as a document, in a shape of our own: on AWS it is CloudWatch's, minutes later."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from emulator.usage.monitor import Usage

Document = dict[str, Any]


def usage_document(usages: Iterable[Usage], at: datetime) -> Document:
    """Return what was measured up to *at*."""
    return {"MeasuredAt": at, "Usage": [_usage(one) for one in usages]}


def _usage(one: Usage) -> Document:
    return {
        "Id": one.id,
        "Name": one.name,
        "Kind": one.kind.value,
        "Size": one.size,
        "CpuPercent": round(one.cpu_percent, 1),
        "Cpus": round(one.stats.cpus, 3),
        "CpuLimit": round(one.stats.cpu_limit, 3),
        "MemoryPercent": round(one.memory_percent, 1),
        "MemoryBytes": one.stats.memory_bytes,
        "MemoryLimitBytes": one.stats.memory_limit_bytes,
    }
