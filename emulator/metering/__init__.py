"""Meters: what ran, and for how long, written down where it happens. What it would have cost is `emulator.costs`'s.

Apart from the instances and functions themselves, which are forgotten: a bill is about what is no more.
"""

from typing import TYPE_CHECKING

from emulator.lazy import lazily

if TYPE_CHECKING:
    from emulator.metering.invocations import FunctionUsage as FunctionUsage
    from emulator.metering.invocations import InvocationMeter as InvocationMeter
    from emulator.metering.meter import Meter as Meter
    from emulator.metering.meter import Period as Period

__getattr__ = lazily(
    __name__,
    invocations="FunctionUsage InvocationMeter",
    meter="Meter Period",
)
