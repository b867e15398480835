"""Who is told about which changes: rules, by S3's names for events and by how keys begin and end.

A filter's value is compared with the key as a notification writes it, encoded as a form field: `a+b` means the key
`a b`, and a value with a blank in it matches nothing. So it is on AWS; our own commands encode what people type.
"""

from emulator.buckets.notifications.errors import (
    AmbiguousRulesError,
    NoSuchRuleError,
    UnknownEventError,
    UnreachableTargetsError,
)
from emulator.buckets.notifications.names import EVENT_NAMES
from emulator.buckets.notifications.rule import Rule
from emulator.buckets.notifications.rules import Configuration, NotificationRules

__all__ = [
    "EVENT_NAMES",
    "AmbiguousRulesError",
    "Configuration",
    "NoSuchRuleError",
    "NotificationRules",
    "Rule",
    "UnknownEventError",
    "UnreachableTargetsError",
]
