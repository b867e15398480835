"""What this machine lacks to run cloudlet, said check by check, and mended where that can be done.

Above `emulator.cloud`, not in it: a cloud found no engine once and goes on believing it, so each look opens a new one.
"""

from emulator.doctor.check import Check, Examination, Status
from emulator.doctor.examination import examine, fix

__all__ = ["Check", "Examination", "Status", "examine", "fix"]
