"""The figures, and that each says where it is from."""

from datetime import date
from decimal import Decimal

import pytest

from emulator.costs.prices import Price, function_prices, hourly_price
from emulator.instances.instance_types import all_types


def _price(name: str) -> Price:
    price = hourly_price(name)
    assert price is not None
    return price


def test_every_type_has_a_price_with_its_source_and_its_day() -> None:
    """A type that is added without one shows here, not as a dash in somebody's table."""
    prices = [_price(name) for name in all_types()]

    assert all(price.usd > 0 and price.source for price in prices)
    assert all(date(2025, 1, 1) <= price.as_of <= date(2026, 12, 31) for price in prices)


def test_no_price_is_made_up() -> None:
    """None is not nothing."""
    assert hourly_price("x9.huge") is None


@pytest.mark.parametrize(
    ("name", "usd"),
    [
        ("t2.micro", "0.0116"),
        ("t2.small", "0.023"),
        ("t3.micro", "0.0104"),
        ("t4g.nano", "0.0042"),
        ("m5.large", "0.096"),
        ("m6g.medium", "0.0385"),
        ("m7i-flex.large", "0.09576"),
        ("c5.18xlarge", "3.06"),
        ("c7g.medium", "0.0363"),
        ("r7g.large", "0.1071"),
        ("i3.16xlarge", "4.992"),
        ("g4dn.xlarge", "0.526"),
        ("g5.12xlarge", "5.672"),
        ("g5.16xlarge", "4.096"),
    ],
)
def test_the_prices_are_those_of_aws(name: str, usd: str) -> None:
    """Types at the ends of their families, and those that are out of line with theirs."""
    assert _price(name).usd == Decimal(usd)


_SIZES = {"nano": 0.25, "micro": 0.5, "small": 1, "medium": 2, "large": 4, "xlarge": 8}


@pytest.mark.parametrize("family", sorted({name.partition(".")[0] for name in all_types()} - {"g4dn", "g5"}))
def test_within_a_family_twice_the_size_costs_twice_as_much(family: str) -> None:
    """So AWS prices all but GPUs, within a per cent of rounding: a digit that was mistyped stands out."""
    units = {
        name: _SIZES.get(size) or 8 * int(size.removesuffix("xlarge"))
        for name, _, size in (name.rpartition(".") for name in all_types() if name.startswith(f"{family}."))
        for name in (f"{name}.{size}",)
    }

    each = [float(_price(name).usd) / unit for name, unit in units.items()]

    assert max(each) == pytest.approx(min(each), rel=0.01)


def test_arm_is_a_fifth_cheaper_by_the_gb_second() -> None:
    """A request costs the same."""
    x86, arm = function_prices(), function_prices("arm64")

    assert (x86.request.usd, arm.request.usd) == (Decimal("0.0000002"), Decimal("0.0000002"))
    assert (x86.gb_second.usd, arm.gb_second.usd) == (Decimal("0.0000166667"), Decimal("0.0000133334"))
    assert x86.gb_second.source and x86.gb_second.as_of == date(2025, 10, 28)
