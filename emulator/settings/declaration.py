"""How a setting is declared, once: reading it, showing it and explaining it are all made from this."""

from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, field
from typing import Any

from emulator.settings.kinds import Kind

_KEY = "declaration"


@dataclass(frozen=True)
class Declaration:
    """`name` is also the key in cloudlet.toml."""

    name: str
    variables: Sequence[str]
    """The first that says something wins."""
    kind: Kind
    meaning: str
    """One line, for help."""
    default_words: str
    """The default for people, "" if there is none."""
    in_files: bool
    """Whether a file may say it: what this machine says of itself, no file does."""
    is_secret: bool


def setting(
    kind: Kind,
    *variables: str,
    meaning: str,
    default: Any = MISSING,
    factory: Callable[[], Any] | None = None,
    default_words: str = "",
    in_files: bool = True,
    is_secret: bool = False,
) -> Any:
    """
    Return a field of Settings with all that is known of it.

    A default that depends on the machine is made by *factory*; *default_words* are for where the default does not do.
    """
    has_default = default is not MISSING and default is not None
    words = default_words or (kind.words(default) if has_default else "")
    declared = {"variables": variables, "kind": kind, "meaning": meaning, "default_words": words}
    metadata = {_KEY: declared | {"in_files": in_files, "is_secret": is_secret}}
    return field(default_factory=factory, metadata=metadata) if factory else field(default=default, metadata=metadata)


def declarations_of(fields: Any) -> tuple[Declaration, ...]:
    """Return what the *fields* of Settings declare, in their order; those that are no settings are left out."""
    return tuple(Declaration(one.name, **one.metadata[_KEY]) for one in fields if _KEY in one.metadata)
