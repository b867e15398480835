"""The question of all who are new to this: a server that waits for work, or a function that comes when there is some?

The server's price does not ask what the server does; the functions' is what your own have cost.
"""

from dataclasses import dataclass
from decimal import Decimal

from emulator.costs.bill import HOUR_SECONDS, Bill
from emulator.costs.prices import Price, hourly_price

MONTH_HOURS = 730
"""A year of 365 days has twelve months of so many hours: AWS's own calculator counts so."""

_SERVER = "t3.micro"


@dataclass(frozen=True)
class Comparison:
    """The functions' invocations beside one server that runs around the clock. Amounts are US dollars."""

    instance_type: str
    price: Price
    period_seconds: int
    invocations: int
    functions_usd: Decimal

    @property
    def server_usd(self) -> Decimal:
        """What the server costs in the same period."""
        return self.price.usd * self.period_seconds / HOUR_SECONDS

    @property
    def server_month_usd(self) -> Decimal:
        return self.price.usd * MONTH_HOURS

    @property
    def usd_each(self) -> Decimal:
        """What an invocation costs on average."""
        return self.functions_usd / self.invocations

    @property
    def invocations_a_month(self) -> int:
        """How many such invocations cost as much as the server does: with fewer, the functions are cheaper."""
        return int(self.server_month_usd / self.usd_each)


def compare(bill: Bill) -> Comparison | None:
    """Return the comparison for what *bill* says of functions; None if there was no invocation."""
    price = hourly_price(_SERVER)
    if price is None or not bill.invocations:
        return None
    return Comparison(
        instance_type=_SERVER,
        price=price,
        period_seconds=round((bill.until - bill.since).total_seconds()),
        invocations=bill.invocations,
        functions_usd=bill.functions_usd,
    )
