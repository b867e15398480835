"""The form of single values of a cloud-config. Each check returns its value or raises ValueError with a sentence."""

import re
import shlex

from emulator.checks import package, shown

_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MOST_MODE = 0o7777
_PLAIN_MODE = 0o777


def line(value: str) -> str:
    """Accept one line that a terminal and a list of users can hold."""
    if not value.isprintable() or ":" in value:
        raise ValueError(f"{shown(value)} has a colon, line break or control character")
    return value


def versioned_package(value: object) -> str:
    """Return a package as apt-get takes it: a name, or a name and its version."""
    name = value
    if isinstance(value, list) and len(value) in (1, 2) and all(isinstance(word, str) for word in value):
        name = "=".join(value)
    if not isinstance(name, str):
        raise ValueError(f"{shown(value)} is not a package name, nor a pair of name and version")  # noqa: TRY004
    return package(name)


def rule(value: str) -> str:
    """Accept one line of /etc/sudoers without its user; sudo itself judges it."""
    if not value.strip() or not value.isprintable():
        raise ValueError(f"{shown(value)} is not a rule of sudo, such as 'ALL=(ALL) NOPASSWD:ALL'")
    return value


def public_key(value: str) -> str:
    """Accept a line of authorized_keys."""
    key = value.strip()
    if len(key.split()) < 2 or not key.isprintable():
        raise ValueError(f"{shown(value)} is not a public key, such as 'ssh-ed25519 AAAA… me'")
    return key


def absolute(value: str) -> str:
    """Accept the path of a file."""
    if not value.startswith("/") or value.endswith("/") or "\0" in value:
        raise ValueError(f"{shown(value)} is not the absolute path of a file")
    return value


def hostname(value: str) -> str:
    """Accept a host's name, with or without its domain."""
    if re.fullmatch(rf"{_LABEL}(\.{_LABEL})*", value) is None or len(value) > 253:
        raise ValueError(f"{shown(value)} is not a name of letters, digits and dashes")
    return value


def zone(value: str) -> str:
    """Accept what may be a file below /usr/share/zoneinfo."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*", value) is None:
        raise ValueError(f"{shown(value)} is not a time zone, such as Europe/Vienna")
    return value


def mode(value: object) -> int:
    """Return permissions: text is octal, and a number is what YAML made of it (0644 without quotes is octal, too)."""
    number = value
    if isinstance(value, str):
        number = int(value, 8) if re.fullmatch(r"(0o)?[0-7]{3,5}", value) else None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= _MOST_MODE:
        raise ValueError(f"{shown(value)} is not a file mode, such as '0644'")
    return number


def is_likely_decimal(value: object) -> bool:
    """Tell whether a mode was written as 644: without quotes and 0, that is another number than it looks."""
    return isinstance(value, int) and value > _PLAIN_MODE


def command(value: object) -> str:
    """Return shell text for a command: text is one already, a list is a program with its arguments."""
    if isinstance(value, str) and "\0" not in value:
        return value
    if isinstance(value, list) and value and all(isinstance(word, str | int | float) for word in value):
        words = [str(word) for word in value]
        if not any("\0" in word for word in words):
            return shlex.join(words)
    hint = "; put it in quotes: `: ` makes a mapping of it" if isinstance(value, dict) else ""
    raise ValueError(f"{shown(value)} is not a command: a text, or a list of texts{hint}")
