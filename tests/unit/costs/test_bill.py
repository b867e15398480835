"""From what ran to what it would have cost."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from emulator.costs.bill import Bill, billed_seconds
from emulator.costs.comparison import compare
from emulator.costs.document import bill_document
from emulator.costs.service import Costs
from emulator.metering import InvocationMeter, Meter, Period
from emulator.state import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = NOON + timedelta(hours=10)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "state.db")


@pytest.fixture
def costs(database: Database) -> Costs:
    """Asked at ten in the evening."""
    return Costs(database, clock=lambda: NOW)


@pytest.fixture
def meter(database: Database) -> Meter:
    return Meter(database)


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        (0, 3600, 3600),
        (0, 0.5, 60),
        (0, 60, 60),
        (0, 60.2, 61),
        (-100, 10, 10),  # begun earlier: its first minute was then
        (-100, -50, 0),
    ],
)
def test_seconds_are_billed_as_aws_does(start: float, end: float, seconds: int) -> None:
    """By the second, a minute at least for a start, and of a period only what lies in the time asked for."""
    period = Period("i-1", "t3.micro", None, after(start), after(end))

    assert billed_seconds(period, NOON, NOW) == seconds


def test_a_running_instance_is_billed_until_now(costs: Costs, meter: Meter) -> None:
    """Ten hours of a t3.micro."""
    meter.started("i-1", "t3.micro", NOON)

    (line,) = costs.bill().instances

    assert (line.is_running, line.billed_seconds, line.usd) == (True, 36000, Decimal("0.104"))


def test_the_starts_of_an_instance_make_one_line(costs: Costs, meter: Meter) -> None:
    """Two short runs are two minutes."""
    for moment in (0, 1000):
        meter.started("i-1", "t3.micro", after(moment))
        meter.stopped("i-1", after(moment + 5))

    (line,) = costs.bill().instances

    assert (line.starts, line.billed_seconds, line.is_running) == (2, 120, False)


def test_each_type_of_a_resized_instance_has_its_price(costs: Costs, meter: Meter) -> None:
    """An hour small, an hour large."""
    meter.started("i-1", "t3.micro", after(0))
    meter.stopped("i-1", after(3600))
    meter.started("i-1", "m5.large", after(7200))
    meter.stopped("i-1", after(10800))

    assert [(line.instance_type, line.usd) for line in costs.bill().instances] == [
        ("t3.micro", Decimal("0.0104")),
        ("m5.large", Decimal("0.096")),
    ]


def test_an_unknown_price_is_no_price(costs: Costs, meter: Meter) -> None:
    """It is missing in the sum, and the bill says so."""
    meter.started("i-1", "x9.huge", NOON)
    meter.started("i-2", "t3.micro", NOON)

    bill = costs.bill()

    assert [line.usd for line in bill.instances] == [None, Decimal("0.104")]
    assert bill.usd == Decimal("0.104")
    assert bill.unpriced == ["x9.huge"]
    document = bill_document(bill, None)
    assert [line["Usd"] for line in document["Instances"]] == [None, 0.104]
    assert document["Instances"][0]["OnDemandPrice"] is None
    assert document["TypesWithoutPrice"] == ["x9.huge"]


def test_invocations_cost_a_request_and_their_gb_seconds(database: Database, costs: Costs) -> None:
    """A million of 1 GB for 100 ms: 0.20 for the requests and 1.67 for 100 000 GB-seconds."""
    with database.transaction() as transaction:
        transaction.execute(
            "INSERT INTO function_usage VALUES ('f', ?, 1000000, 1024 * 100 * 1000000, ?)",
            (int(NOON.timestamp()), NOON.timestamp()),
        )

    bill = costs.bill()

    assert float(bill.usd) == pytest.approx(0.20 + 1.66667)
    assert bill.invocations == 1_000_000


def _count(database: Database, memory_mb: int, billed_ms: int, at: datetime) -> None:
    invocations = InvocationMeter(database)
    invocations.add("f", memory_mb, billed_ms, at)
    invocations.flush()


def test_a_bill_begins_with_the_first_thing_that_cost_money(database: Database, costs: Costs, meter: Meter) -> None:
    """Unless somebody asks for less."""
    _count(database, 128, 10, after(100))
    meter.started("i-1", "t3.micro", after(200))

    assert (costs.bill().since, costs.bill().until) == (after(100), NOW)
    assert costs.bill(after(5000)).since == after(5000)
    assert costs.bill(after(5000)).instances[0].billed_seconds == 36000 - 5000


def test_nothing_costs_nothing(costs: Costs) -> None:
    """A new home: no division by what is not there."""
    bill = costs.bill()

    assert bill.usd == 0
    assert not bill.instances and not bill.functions
    assert compare(bill) is None


def test_a_server_around_the_clock_is_compared_with_invocations(database: Database, costs: Costs) -> None:
    """Both in the same ten hours, and how many invocations a month of the server is worth."""
    for _ in range(4):
        _count(database, 1024, 1000, NOON)

    comparison = compare(costs.bill())

    assert comparison is not None
    assert comparison.instance_type == "t3.micro"
    assert comparison.server_usd == Decimal("0.104")
    assert comparison.server_month_usd == Decimal("7.592")
    assert float(comparison.usd_each) == pytest.approx(0.0000168667)
    assert comparison.invocations_a_month == 450117  # 7.592 / 0.0000168667


def test_the_document_is_made_of_what_json_knows(database: Database, costs: Costs, meter: Meter) -> None:
    """Amounts are numbers, to be added and compared, and every price says of which day it is."""
    meter.started("i-1", "t3.micro", NOON)
    _count(database, 128, 10, NOON)
    bill: Bill = costs.bill()

    document = bill_document(bill, compare(bill))

    assert document["Estimate"] is True
    assert document["TotalUsd"] == pytest.approx(float(bill.usd))
    assert document["Instances"][0]["OnDemandPrice"]["AsOf"] == "2026-02-09"
    assert document["Functions"][0]["Price"]["AsOf"] == "2025-10-28"
    assert document["Functions"][0]["GbSeconds"] == 0.00125
    assert document["Comparison"]["AlwaysOn"]["UsdPerMonth"] == 7.592
