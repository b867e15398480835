"""A template that is being put together."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator.stacks.export.words import Ref

Properties = dict[str, Any]


@dataclass
class Draft:
    """The resources so far, what they are called by, and what could not be said."""

    folder: Path
    """Where code is laid, beside the template."""
    keeps_names: bool
    """Whether resources are called as they are here: then they cannot stand beside them in one home."""
    parameters: dict[str, Properties] = field(default_factory=dict)
    resources: dict[str, Properties] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    ids: dict[tuple[str, str], str] = field(default_factory=dict)
    """Logical ids by type and physical id."""

    def name(self, kind: str, physical_id: str, readable: str, ending: str) -> str:
        """Return the logical id of what is called *physical_id*: made of *readable*, and only its own."""
        known = self.ids.get((kind, physical_id))
        if known is None:
            start = "".join(word[:1].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", readable))[:200]
            known = unused(f"{start}{ending}", [*self.ids.values(), *self.resources, *self.parameters])
            self.ids[kind, physical_id] = known
        return known

    def ref(self, kind: str, physical_id: str) -> Ref | None:
        """Return what stands for a resource that has its name already."""
        known = self.ids.get((kind, physical_id))
        return Ref(known) if known else None

    def add(self, logical_id: str, kind: str, properties: Properties, **attributes: Any) -> None:
        """Put a resource into the template; properties that are None or empty are not said."""
        said = {name: value for name, value in properties.items() if value not in (None, [], {}, "", ())}
        resource: Properties = {"Type": kind, **attributes}
        self.resources[logical_id] = resource | ({"Properties": said} if said else {})


def unused(name: str, taken: list[str]) -> str:
    """
    Return *name*, or one like it that nobody has.

    >>> unused("RawBucket", ["RawBucket", "RawBucket2"])
    'RawBucket3'
    """
    number, found = 2, name
    while found in taken:
        found, number = f"{name}{number}", number + 1
    return found


def tag_list(tags: dict[str, str]) -> list[Properties]:
    """Return tags in the form of a template; those that begin with `aws:` are AWS's to give."""
    return [{"Key": key, "Value": value} for key, value in tags.items() if not key.startswith("aws:")]
