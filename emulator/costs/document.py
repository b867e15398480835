"""Costs as documents, in a shape of our own: AWS tells them days later, and not like this. Amounts are US dollars."""

from decimal import Decimal
from typing import Any

from emulator.costs.bill import Bill, FunctionCost, InstanceCost
from emulator.costs.comparison import MONTH_HOURS, Comparison
from emulator.costs.prices import REGION, Price, hourly_price

Document = dict[str, Any]


def bill_document(bill: Bill, comparison: Comparison | None) -> Document:
    """Return all of an estimate, with the prices that went into it."""
    return {
        "Estimate": True,
        "Region": REGION,
        "Currency": "USD",
        "Since": bill.since,
        "Until": bill.until,
        "TotalUsd": _amount(bill.usd),
        "Instances": [_instance(line) for line in bill.instances],
        "Functions": [_function(line) for line in bill.functions],
        "TypesWithoutPrice": bill.unpriced,
        "Comparison": _comparison(comparison) if comparison else None,
    }


def hourly_price_document(instance_type: str) -> Document | None:
    """Return the price of an hour of *instance_type*, or None if it is not known."""
    price = hourly_price(instance_type)
    return {"UsdPerHour": _amount(price.usd), "Region": REGION, **_origin(price)} if price else None


def _instance(line: InstanceCost) -> Document:
    return {
        "InstanceId": line.instance_id,
        "Name": line.name,
        "InstanceType": line.instance_type,
        "Running": line.is_running,
        "Starts": line.starts,
        "BilledSeconds": line.billed_seconds,
        "OnDemandPrice": hourly_price_document(line.instance_type),
        "Usd": None if line.usd is None else _amount(line.usd),
    }


def _function(line: FunctionCost) -> Document:
    prices = line.prices
    return {
        "FunctionName": line.usage.function,
        "Invocations": line.usage.requests,
        "GbSeconds": line.usage.gb_seconds,
        "Price": {
            "UsdPerRequest": _amount(prices.request.usd),
            "UsdPerGbSecond": _amount(prices.gb_second.usd),
            "Region": REGION,
            **_origin(prices.gb_second),
        },
        "Usd": _amount(line.usd),
    }


def _comparison(comparison: Comparison) -> Document:
    return {
        "Functions": {
            "Invocations": comparison.invocations,
            "Usd": _amount(comparison.functions_usd),
            "UsdPerInvocation": _amount(comparison.usd_each),
        },
        "AlwaysOn": {
            "InstanceType": comparison.instance_type,
            "PeriodSeconds": comparison.period_seconds,
            "UsdInPeriod": _amount(comparison.server_usd),
            "HoursPerMonth": MONTH_HOURS,
            "UsdPerMonth": _amount(comparison.server_month_usd),
        },
        "EqualAtInvocationsPerMonth": comparison.invocations_a_month,
    }


def _origin(price: Price) -> Document:
    return {"Source": price.source, "AsOf": price.as_of.isoformat()}


def _amount(usd: Decimal) -> float:
    """Return a number, which JSON can say; what a float adds to it is rounded off."""
    return round(float(usd), 12)
