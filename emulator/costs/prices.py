"""AWS's on-demand prices in us-east-1, each with its source and its day. A price that nobody knows is None, never 0.

The figures are in instance_prices.csv and function_prices.csv. They are of one day and do not renew themselves.
"""

import csv
import functools
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

REGION = "us-east-1"

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Price:
    """US dollars for one unit, as *source* said on the day *as_of*."""

    usd: Decimal
    source: str
    as_of: date


@dataclass(frozen=True)
class FunctionPrices:
    """What Lambda takes for an invocation and for a GB-second of it, in the first tier."""

    request: Price
    gb_second: Price


def hourly_price(instance_type: str) -> Price | None:
    """Return the price of an hour of *instance_type* with Linux, or None if it is not known."""
    return _instance_prices().get(instance_type)


@functools.cache
def function_prices(architecture: str = "x86_64") -> FunctionPrices:
    """Return Lambda's prices; x86_64 is what a function has on AWS unless one asks for arm64."""
    found = {row["item"]: _price(row, "usd") for row in _rows("function_prices") if row["architecture"] == architecture}
    return FunctionPrices(request=found["request"], gb_second=found["gb-second"])


@functools.cache
def _instance_prices() -> dict[str, Price]:
    return {row["instance_type"]: _price(row, "usd_per_hour") for row in _rows("instance_prices")}


def _price(row: dict[str, str], amount: str) -> Price:
    return Price(Decimal(row[amount]), row["source"], date.fromisoformat(row["as_of"]))


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / f"{name}.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))
