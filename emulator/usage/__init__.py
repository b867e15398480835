"""What instances and workers use of what they may, now."""

from emulator.usage.monitor import Monitor, Usage

__all__ = ["Monitor", "Usage"]
