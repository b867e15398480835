"""The estimate: what the meters say, in the seconds and the GB-seconds that AWS bills, times its prices.

AWS bills a Linux instance by the second while it runs, at least a minute from each start; an invocation by its memory
times its duration, rounded up to a millisecond. The free tier is not taken off.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from emulator.costs.prices import FunctionPrices, Price
from emulator.metering import FunctionUsage, Period

HOUR_SECONDS = 3600
_LEAST_SECONDS = 60


@dataclass(frozen=True)
class InstanceCost:
    """All that one instance ran as one type."""

    instance_id: str
    name: str | None
    instance_type: str
    is_running: bool
    starts: int
    billed_seconds: int
    price: Price | None
    """Of an hour; None if it is not known."""

    @property
    def usd(self) -> Decimal | None:
        return self.price.usd * self.billed_seconds / HOUR_SECONDS if self.price else None


@dataclass(frozen=True)
class FunctionCost:
    """All invocations of one function."""

    usage: FunctionUsage
    prices: FunctionPrices

    @property
    def usd(self) -> Decimal:
        requests = self.usage.requests * self.prices.request.usd
        return requests + Decimal(self.usage.gb_seconds) * self.prices.gb_second.usd


@dataclass(frozen=True)
class Bill:
    """What all of it would have cost from *since*, which is when the first of it began if nobody asked, to *until*."""

    since: datetime
    until: datetime
    instances: tuple[InstanceCost, ...]
    functions: tuple[FunctionCost, ...]

    @property
    def usd(self) -> Decimal:
        """The sum of all that has a price."""
        return sum((line.usd or Decimal() for line in self.instances), Decimal()) + self.functions_usd

    @property
    def functions_usd(self) -> Decimal:
        return sum((line.usd for line in self.functions), Decimal())

    @property
    def invocations(self) -> int:
        return sum(line.usage.requests for line in self.functions)

    @property
    def unpriced(self) -> list[str]:
        """The types whose price is not known: what ran as one is missing in the sum."""
        return sorted({line.instance_type for line in self.instances if line.price is None})


def instance_costs(
    periods: Iterable[Period], since: datetime, until: datetime, prices: Mapping[str, Price | None]
) -> tuple[InstanceCost, ...]:
    """Return a line for each instance and type, in the order of their first starts."""
    lines: dict[tuple[str, str], list[Period]] = {}
    for period in periods:
        lines.setdefault((period.instance_id, period.instance_type), []).append(period)
    return tuple(
        InstanceCost(
            instance_id=instance_id,
            name=together[-1].name,
            instance_type=instance_type,
            is_running=together[-1].ended_at is None,
            starts=sum(period.started_at >= since for period in together),
            billed_seconds=sum(billed_seconds(period, since, until) for period in together),
            price=prices.get(instance_type),
        )
        for (instance_id, instance_type), together in lines.items()
    )


def billed_seconds(period: Period, since: datetime, until: datetime) -> int:
    """Return the seconds of *period* from *since* to *until*, a minute at least if it began in between."""
    ended = min(period.ended_at or until, until)
    seconds = math.ceil((ended - max(period.started_at, since)).total_seconds())
    return max(seconds, _LEAST_SECONDS if period.started_at >= since else 0)
