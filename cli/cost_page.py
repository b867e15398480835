"""An estimate as people read it: what ran, what it comes to, what it is worth comparing with, and what it is not."""

import textwrap
from decimal import Decimal

from cli.output import table_lines
from emulator.costs.bill import Bill
from emulator.costs.comparison import Comparison

_WIDTH = 80
_LEAST_SHOWN = Decimal("0.000001")


def cost_page(bill: Bill, comparison: Comparison | None) -> list[str]:
    """Return the lines of what people are shown."""
    lines = [*_instances(bill), *_functions(bill)]
    lines += [f"TOTAL  {dollars(bill.usd)} from {bill.since:%Y-%m-%d %H:%M} to {bill.until:%Y-%m-%d %H:%M} UTC", ""]
    if bill.unpriced:
        lines += [*_wrapped(f"Not in the total, for want of a price: {', '.join(bill.unpriced)}."), ""]
    if comparison:
        lines += [*_wrapped(_compared(comparison)), ""]
    return [*lines, *_wrapped(_disclaimer(bill))]


def _instances(bill: Bill) -> list[str]:
    if not bill.instances:
        return []
    rows = [
        (
            line.instance_id,
            line.name or "-",
            line.instance_type,
            f"{line.billed_seconds / 3600:.2f}",
            line.price.usd if line.price else "-",
            "-" if line.usd is None else amount(line.usd),
        )
        for line in bill.instances
    ]
    return [*table_lines(("INSTANCE ID", "NAME", "TYPE", "HOURS", "USD/HOUR", "USD"), rows), ""]


def _functions(bill: Bill) -> list[str]:
    if not bill.functions:
        return []
    rows = [
        (line.usage.function, line.usage.requests, f"{line.usage.gb_seconds:.3f}", amount(line.usd))
        for line in bill.functions
    ]
    return [*table_lines(("FUNCTION", "INVOCATIONS", "GB-SECONDS", "USD"), rows), ""]


def _compared(comparison: Comparison) -> str:
    return (
        f"{comparison.invocations:,} invocation{'s' if comparison.invocations > 1 else ''} cost "
        f"{dollars(comparison.functions_usd)}, that is {dollars(comparison.usd_each * 1_000_000)} a million. "
        f"A {comparison.instance_type} that waits for them costs {dollars(comparison.server_usd)} in the same "
        f"{_span(comparison.period_seconds)}, and {dollars(comparison.server_month_usd)} a month whether or not there "
        f"is work: as much as {comparison.invocations_a_month:,} such invocations."
    )


def _span(seconds: int) -> str:
    """Return a length of time in the unit that suits it."""
    for unit, length in (("days", 86400), ("h", 3600)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{max(1, round(seconds / 60))} min"


def _disclaimer(bill: Bill) -> str:
    lines = (*(line.price for line in bill.instances), *(line.prices.gb_second for line in bill.functions))
    days = sorted({f"{price.as_of}" for price in lines if price})
    of = f" as of {' and '.join(days)}" if days else ""
    return (
        f"An estimate: AWS's on-demand prices in us-east-1{of}, instances with Linux, invocations on x86_64. "
        "Without free tier, disks, addresses, traffic and tax. How it is counted: docs/costs.md"
    )


def dollars(usd: Decimal) -> str:
    """Return an amount for a sentence."""
    text = amount(usd)
    return f"under ${text[1:]}" if text.startswith("<") else f"${text}"


def amount(usd: Decimal) -> str:
    """Return US dollars with as many digits as they are large; what is not nothing is never shown as nothing."""
    if usd >= 1 or usd == 0:
        return f"{usd:,.2f}"
    return f"{usd:.6f}" if usd >= _LEAST_SHOWN else f"<{_LEAST_SHOWN:.6f}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
