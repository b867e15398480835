"""`cp`, `mv`, `rm` and `sync`: what is to be copied or deleted, and the doing of it, one file after the other.

Planning yields a step at a time and changes nothing; running does a step whole or not at all. What becomes of each is
told to a `Report` as it happens, so that a million files need no list.
"""

from emulator.buckets.transfers.filters import Filters, Pattern
from emulator.buckets.transfers.places import LocalPath, Place, parse_place
from emulator.buckets.transfers.records import Comparison, Skipped, Tally, Terms, Transfer, Verb
from emulator.buckets.transfers.requests import Request
from emulator.buckets.transfers.running import Report
from emulator.buckets.transfers.service import Transfers

__all__ = [
    "Comparison",
    "Filters",
    "LocalPath",
    "Pattern",
    "Place",
    "Report",
    "Request",
    "Skipped",
    "Tally",
    "Terms",
    "Transfer",
    "Transfers",
    "Verb",
    "parse_place",
]
