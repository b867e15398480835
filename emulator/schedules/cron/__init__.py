"""`cron(…)` as EventBridge has it: six fields, weekdays from 1 for Sunday, `?` in exactly one of the two day fields.

Our own, since what libraries call cron has five fields, Sunday as 0, and neither `?` nor years.
"""

from emulator.schedules.cron.schedule import Cron, parse_cron

__all__ = ["Cron", "parse_cron"]
