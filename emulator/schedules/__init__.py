"""Rules that come due by the clock, in EventBridge's words: when, and what is sent where.

A target is text that only the subscriber understands: nothing here knows functions. What is missed while no server
runs is not made up for.
"""

from emulator.schedules.expression import Schedule, parse_schedule
from emulator.schedules.model import Aim, Rule, Target
from emulator.schedules.service import Schedules

__all__ = ["Aim", "Rule", "Schedule", "Schedules", "Target", "parse_schedule"]
