"""One rule: which events of a bucket go to which target. A target is text that only the subscriber understands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote_plus

from emulator.buckets.events import ObjectEvent, form_encoded
from emulator.buckets.notifications.errors import AmbiguousRulesError
from emulator.buckets.notifications.names import covers, have_common

ANY_CREATION = ("s3:ObjectCreated:*",)

_ENCODED = re.compile(r"[0-9A-F]{0,2}(?:[A-Za-z0-9._*/+-]|%[0-9A-F]{2})*(?:%[0-9A-F]?)?")
"""What is a part of an encoded key; it may begin or end within an escape."""


@dataclass(frozen=True)
class Rule:
    """Events of one bucket, narrowed by how a key begins and ends, and where they go."""

    id: str
    """Empty in a rule that is still to get one."""
    bucket: str
    target: str
    events: tuple[str, ...] = ANY_CREATION
    prefix: str = ""
    """As in a notification, encoded."""
    suffix: str = ""

    @classmethod
    def plain(
        cls,
        bucket: str,
        target: str,
        events: Sequence[str] = ANY_CREATION,
        prefix: str = "",
        suffix: str = "",
        rule_id: str = "",
    ) -> Self:
        """Return a rule whose prefix and suffix are parts of keys as people write them."""
        return cls(rule_id, bucket, target, tuple(events), form_encoded(prefix), form_encoded(suffix))

    @property
    def is_aws(self) -> bool:
        """Tell whether AWS's API can say this rule; a folder or a web server has no ARN."""
        return self.target.startswith("arn:")

    @property
    def plain_prefix(self) -> str:
        """Return how keys begin, as people write them."""
        return unquote_plus(self.prefix)

    @property
    def plain_suffix(self) -> str:
        return unquote_plus(self.suffix)

    @property
    def can_match(self) -> bool:
        """Tell whether there can be keys that begin and end so: a blank, say, is in no encoded one."""
        return bool(_ENCODED.fullmatch(self.prefix) and _ENCODED.fullmatch(self.suffix))

    def matches(self, event: ObjectEvent) -> bool:
        """Tell whether *event*, of this rule's bucket, is one that its target wants."""
        return any(covers(name, f"s3:{event.name}") for name in self.events) and self.matches_key(event.key)

    def matches_key(self, key: str) -> bool:
        """Tell whether *key* begins and ends as it must; the two may overlap in it."""
        if not self.prefix and not self.suffix:
            return True
        encoded = form_encoded(key)
        return encoded.startswith(self.prefix) and encoded.endswith(self.suffix)

    def is_equal(self, other: "Rule") -> bool:
        """Tell whether both say the same, whatever they are called."""
        return self._said() == other._said()

    def check_overlap(self, other: "Rule") -> None:
        """Raise AmbiguousRulesError if there can be an event that both match: AWS sends each to one target."""
        same_prefix = self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix)
        same_suffix = self.suffix.endswith(other.suffix) or other.suffix.endswith(self.suffix)
        if same_prefix and same_suffix and have_common(self.events, other.events):
            raise AmbiguousRulesError(
                f"the rule {other.id} sends {', '.join(other.events)} of {other.bucket!r} to {other.target}"
            )

    def _said(self) -> tuple[object, ...]:
        return self.bucket, self.target, frozenset(self.events), self.prefix, self.suffix
