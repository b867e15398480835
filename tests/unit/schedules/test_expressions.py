"""When a rule is due: EventBridge's grammar, and what it means."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.schedules import parse_schedule
from emulator.schedules.cron import parse_cron
from emulator.schedules.errors import InvalidScheduleError

NOW = datetime(2026, 11, 26, 12, 34, 56, tzinfo=UTC)  # a Thursday
FEW = st.lists(st.integers(0, 59), min_size=1, max_size=3)


def ticks(expression: str, start: datetime = NOW, count: int = 3) -> list[str]:
    schedule = parse_schedule(expression)
    found, moment = [], start
    for _ in range(count):
        tick = schedule.next_after(moment)
        if tick is None:
            break
        found.append(f"{tick:%Y-%m-%d %H:%M}")
        moment = tick
    return found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # The examples of AWS's documentation.
        ("cron(0 10 * * ? *)", ["2026-11-27 10:00", "2026-11-28 10:00", "2026-11-29 10:00"]),
        ("cron(15 12 * * ? *)", ["2026-11-27 12:15", "2026-11-28 12:15", "2026-11-29 12:15"]),
        ("cron(0 18 ? * MON-FRI *)", ["2026-11-26 18:00", "2026-11-27 18:00", "2026-11-30 18:00"]),
        ("cron(0 8 1 * ? *)", ["2026-12-01 08:00", "2027-01-01 08:00", "2027-02-01 08:00"]),
        ("cron(0/15 * * * ? *)", ["2026-11-26 12:45", "2026-11-26 13:00", "2026-11-26 13:15"]),
        ("cron(0/10 * ? * MON-FRI *)", ["2026-11-26 12:40", "2026-11-26 12:50", "2026-11-26 13:00"]),
        ("cron(0/5 8-17 ? * MON-FRI *)", ["2026-11-26 12:35", "2026-11-26 12:40", "2026-11-26 12:45"]),
        ("cron(0/30 20-2 ? * MON-FRI *)", ["2026-11-26 20:00", "2026-11-26 20:30", "2026-11-26 21:00"]),
        ("cron(0 9 ? * 2#1 *)", ["2026-12-07 09:00", "2027-01-04 09:00", "2027-02-01 09:00"]),
        # L, W and what they make of short months.
        ("cron(0 0 L * ? *)", ["2026-11-30 00:00", "2026-12-31 00:00", "2027-01-31 00:00"]),
        ("cron(0 0 LW * ? *)", ["2026-11-30 00:00", "2026-12-31 00:00", "2027-01-29 00:00"]),
        ("cron(0 0 1W 8 ? *)", ["2027-08-02 00:00", "2028-08-01 00:00", "2029-08-01 00:00"]),
        ("cron(0 0 31W 1,2,5 ? *)", ["2027-01-29 00:00", "2027-05-31 00:00", "2028-01-31 00:00"]),
        ("cron(0 0 ? * 6L *)", ["2026-11-27 00:00", "2026-12-25 00:00", "2027-01-29 00:00"]),
        ("cron(0 0 ? * L *)", ["2026-11-28 00:00", "2026-12-05 00:00", "2026-12-12 00:00"]),
        ("cron(0 0 ? * TUE#5 *)", ["2026-12-29 00:00", "2027-03-30 00:00", "2027-06-29 00:00"]),
        ("cron(0 0 ? * 1,7 *)", ["2026-11-28 00:00", "2026-11-29 00:00", "2026-12-05 00:00"]),
        ("cron(0 0 ? * FRI-SUN *)", ["2026-11-27 00:00", "2026-11-28 00:00", "2026-11-29 00:00"]),
        ("cron(0 0 31 * ? *)", ["2026-12-31 00:00", "2027-01-31 00:00", "2027-03-31 00:00"]),
        ("cron(0 0 29 FEB ? *)", ["2028-02-29 00:00", "2032-02-29 00:00", "2036-02-29 00:00"]),
        # Years, names in any case, steps of ranges.
        ("cron(0 0 1 jan,Jul ? 2027-2028)", ["2027-01-01 00:00", "2027-07-01 00:00", "2028-01-01 00:00"]),
        ("cron(0 11-23/6 * * ? *)", ["2026-11-26 17:00", "2026-11-26 23:00", "2026-11-27 11:00"]),
        ("cron(0 0 1 */5 ? *)", ["2027-01-01 00:00", "2027-06-01 00:00", "2027-11-01 00:00"]),
        ("cron(0 0 1 1 ? 2026/2)", ["2028-01-01 00:00", "2030-01-01 00:00", "2032-01-01 00:00"]),
        ("cron(0 0 1 1 ? 2027)", ["2027-01-01 00:00"]),
        ("cron(0 0 1 1 ? 2025)", []),
        ("cron(0 0 30 2 ? *)", []),
    ],
)
def test_a_cron_expression_is_due_when_aws_says(expression: str, expected: list[str]) -> None:
    """
    People bring their expressions from AWS.
    """
    assert ticks(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "every(5 minutes)",
        "5 minutes",
        " rate(5 minutes)",
        "rate( 5 minutes )",
        "rate(5 minutes) ",
        "rate()",
        "rate(5)",
        "rate(0 minutes)",
        "rate(-1 minutes)",
        "rate(1.5 hours)",
        "rate(1 minutes)",
        "rate(1 hours)",
        "rate(5 minute)",
        "rate(5 MINUTES)",
        "rate(10 seconds)",
        "rate(2 weeks)",
        "rate(٥ minutes)",
        "cron()",
        "cron(0 12 * * ?)",
        "cron(0 0 12 * * ? *)",
        "cron(0 12 * * * *)",
        "cron(0 12 ? * ? *)",
        "cron(0 12 1 * MON *)",
        "cron(60 12 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 12 0 * ? *)",
        "cron(0 12 32 * ? *)",
        "cron(0 12 * 13 ? *)",
        "cron(0 12 * FOO ? *)",
        "cron(0 12 ? * 0 *)",
        "cron(0 12 ? * 8 *)",
        "cron(0 12 ? * MON/2 *)",
        "cron(0 12 ? * 3#6 *)",
        "cron(0 12 ? * 3#1,6#3 *)",
        "cron(0 12 1,L * ? *)",
        "cron(0 12 L-3 * ? *)",
        "cron(0 12 32W * ? *)",
        "cron(0/0 12 * * ? *)",
        "cron(0/ 12 * * ? *)",
        "cron(1--2 12 * * ? *)",
        "cron(, 12 * * ? *)",
        "cron(? 12 * * ? *)",
        "cron(0 12 * * ? 1969)",
        "cron(0 12 * * ? 2200)",
        "cron(15 12 ? * -1 *)",
    ],
)
def test_what_eventbridge_refuses_is_refused_in_its_words(expression: str) -> None:
    """
    A schedule that only works here is found out on AWS, too late.
    """
    with pytest.raises(InvalidScheduleError) as refused:
        parse_schedule(expression)

    assert refused.value.code == "ValidationException"
    assert refused.value.message == "Parameter ScheduleExpression is not valid."
    assert refused.value.hint


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [("rate(1 minute)", 60), ("rate(5 minutes)", 300), ("rate(1 hour)", 3600), ("rate(7 days)", 7 * 86_400)],
)
def test_a_rate_counts_from_its_first_tick(expression: str, seconds: int) -> None:
    """
    However late it is noticed, the ticks do not drift; those that were missed are left out.
    """
    rate = parse_schedule(expression)
    step = timedelta(seconds=seconds)

    assert rate.next_after(NOW) == NOW + step
    assert rate.next_after(NOW + step * 0.4, since=NOW) == NOW + step
    assert rate.next_after(NOW + step, since=NOW) == NOW + 2 * step
    assert rate.next_after(NOW + step * 7.5, since=NOW) == NOW + 8 * step


def test_a_rate_beyond_all_calendars_is_never_due() -> None:
    """
    AWS takes it; it must not end a server.
    """
    assert parse_schedule("rate(999999999 days)").next_after(NOW) is None


def written(values: list[int]) -> str:
    return ",".join(str(value) for value in values)


@given(
    moment=st.datetimes(datetime(1971, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC)),
    minutes=FEW,
    hours=st.lists(st.integers(0, 23), min_size=1, max_size=3),
    days=st.lists(st.integers(1, 31), min_size=1, max_size=3),
    months=st.lists(st.integers(1, 12), min_size=1, max_size=3),
)
def test_the_next_tick_is_later_matches_and_is_the_first_that_does(
    moment: datetime, minutes: list[int], hours: list[int], days: list[int], months: list[int]
) -> None:
    """
    Whatever the lists and the moment: a tick twice would be an event twice.
    """
    cron = parse_cron(f"{written(minutes)} {written(hours)} {written(days)} {written(months)} ? *")

    tick = cron.next_after(moment)

    if tick is None:
        assert set(months) <= {2, 4, 6, 9, 11}
        assert min(days) > 29
        return
    assert tick > moment
    assert (tick.minute in minutes, tick.hour in hours, tick.day in days, tick.month in months) == (True,) * 4
    assert tick.second == tick.microsecond == 0
    assert cron.next_after(tick - timedelta(minutes=1)) == tick  # a moment between has no other tick
    assert cron.next_after(moment + (tick - moment) / 2) == tick


@given(
    moment=st.datetimes(datetime(1971, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC)),
    weekdays=st.lists(st.integers(1, 7), min_size=1, max_size=3),
)
def test_weekdays_are_counted_from_sunday(moment: datetime, weekdays: list[int]) -> None:
    """
    Off by one, everything still seems to work.
    """
    cron = parse_cron(f"0 0 ? * {written(weekdays)} *")
    found = [moment]
    for _ in range(8):
        tick = cron.next_after(found[-1])
        assert tick is not None
        found.append(tick)

    assert {tick.isoweekday() % 7 + 1 for tick in found[1:]} == set(weekdays)
    assert all(later > earlier for earlier, later in pairwise(found))
    assert found[-1] - found[1] <= timedelta(days=49)
