"""`Costs`: asks the meters, and puts prices to what they say. Whoever lists instances corrects the meters first."""

from collections.abc import Callable
from datetime import UTC, datetime

from emulator.costs.bill import Bill, FunctionCost, instance_costs
from emulator.costs.prices import function_prices, hourly_price
from emulator.metering import InvocationMeter, Meter
from emulator.state import Database
from emulator.units import utc_now

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Costs:
    """What the instances and functions of one home would have cost."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._meter = Meter(database)
        self._invocations = InvocationMeter(database)
        self._clock = clock

    def bill(self, since: datetime | None = None) -> Bill:
        """Return the estimate from *since*, or from the first thing that is noted, until now."""
        until = self._clock()
        periods = self._meter.periods(since or _BEGINNING)
        usage = self._invocations.usage(since or _BEGINNING)
        firsts = [*(period.started_at for period in periods), *(one.first_at for one in usage)]
        begun = since or min(firsts, default=until)
        prices = {period.instance_type: hourly_price(period.instance_type) for period in periods}
        return Bill(
            since=begun,
            until=until,
            instances=instance_costs(periods, begun, until, prices),
            functions=tuple(FunctionCost(one, function_prices()) for one in usage),
        )
