"""What instances and workers use of what they may, now."""

from emulator.usage.activity import Activity, ActivityMonitor
from emulator.usage.monitor import Monitor, Usage

__all__ = ["Activity", "ActivityMonitor", "Monitor", "Usage"]
