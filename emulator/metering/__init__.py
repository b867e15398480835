"""Meters: what ran, and for how long, written down where it happens. What it would have cost is `emulator.costs`'s.

Apart from the instances and functions themselves, which are forgotten: a bill is about what is no more.
"""

from emulator.metering.invocations import FunctionUsage, InvocationMeter
from emulator.metering.meter import Meter, Period

__all__ = ["FunctionUsage", "InvocationMeter", "Meter", "Period"]
