"""The form of every value that reaches a Dockerfile, a shell or a path.

Each check returns its value or raises ValueError, whose sentence follows the field's name:
`packages.2: 'foo;rm' is not a package name`.
"""

import posixpath
import re
import reprlib

_LONGEST_LINE = 60_000  # the engine reads no Dockerfile line over 64 KiB

_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]*(:[a-z0-9-]+)?(=[0-9A-Za-z.+:~-]+)?")
_VERSION = r"(===|==|~=|!=|<=|>=|<|>) ?[0-9A-Za-z.*+!_-]+"
_REQUIREMENT = re.compile(
    rf"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(\[[A-Za-z0-9._, -]+\])? ?({_VERSION}( ?, ?{_VERSION})*)?"
)
_IMAGE = re.compile(r"[a-z0-9]+([._:/-]+[a-z0-9]+)*:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_ACCOUNT = r"[a-z_][a-z0-9_-]{0,31}"
_OWNER = re.compile(rf"({_ACCOUNT}|[0-9]{{1,9}})(:({_ACCOUNT}|[0-9]{{1,9}}))?")

_brief = reprlib.Repr()
_brief.maxstring = _brief.maxother = 80
_brief.maxlevel = 2


def shown(value: object) -> str:
    """Return *value* as an error message shows it, however large it is."""
    return _brief.repr(value)


def ami_name(value: str) -> str:
    if value.startswith("ami-"):
        raise ValueError(f"{shown(value)} looks like an AMI id; choose a name that does not begin with ami-")
    return _matching(value, r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?", "a name of small letters, digits, dots and dashes")


def image_name(value: str) -> str:
    if _IMAGE.fullmatch(value) is None:
        raise ValueError(f"{shown(value)} is not an image with its tag, such as debian:bookworm-slim")
    return value


def suite(value: str) -> str:
    return _matching(value, r"[a-z][a-z0-9-]{0,39}", "a Debian suite, such as bookworm")


def package(value: str) -> str:
    return _matching(value, _PACKAGE, "a package name")


def requirement(value: str) -> str:
    return _matching(value, _REQUIREMENT, "a Python package with an optional version, such as numpy or pandas==2.2.3")


def service(value: str) -> str:
    return _matching(value, r"[A-Za-z0-9_][A-Za-z0-9_.:@-]{0,200}", "a systemd unit, such as nginx or backup.timer")


def account(value: str) -> str:
    return _matching(value, _ACCOUNT, "a user name")


def owner(value: str) -> str:
    return _matching(value, _OWNER, "an owner, written user or user:group")


def mode(value: object) -> str:
    if isinstance(value, int):
        raise ValueError(f'{value} is a number, as YAML reads 0644 as octal; put it in quotes: mode: "0644"')  # noqa: TRY004
    if not isinstance(value, str) or re.fullmatch(r"[0-7]{3,4}", value) is None:
        raise ValueError(f'{shown(value)} is not a file mode, such as "0644"')
    return value


def variable(value: str) -> str:
    return _matching(value, r"[A-Za-z_][A-Za-z0-9_]{0,127}", "the name of an environment variable")


def variable_value(value: str) -> str:
    if not value.isprintable():
        raise ValueError(f"{shown(value)} has a line break or control character, which no environment file can hold")
    return _short(value)


def command(value: str) -> str:
    if not value.strip() or "\0" in value:
        raise ValueError(f"{shown(value)} is not a command")
    return _short(value)


def sentence(value: str) -> str:
    """Return *value* on one line; a terminal's control characters are refused."""
    line = " ".join(value.split())
    if not line.isprintable():
        raise ValueError(f"{shown(value)} has control characters")
    return line


def path(value: str) -> str:
    """Accept an absolute path of ordinary characters: it stands unquoted by any shell in a COPY step."""
    if not value.startswith("/"):
        raise ValueError(f"{shown(value)} is not an absolute path")
    if posixpath.normpath(value) != value or value in ("/", "//") or value.startswith("//"):
        raise ValueError(f"{shown(value)} is not the plain path of a file: no .., no double or final slash")
    return _matching(value, r"[A-Za-z0-9_.,@+:=~/ -]+", "a path of letters, digits, spaces and _.,@+:=~-")


def _matching(value: str, pattern: str | re.Pattern[str], what: str) -> str:
    if re.fullmatch(pattern, value) is None:
        raise ValueError(f"{shown(value)} is not {what}")
    return value


def _short(value: str) -> str:
    if len(value.encode(errors="surrogatepass")) > _LONGEST_LINE:
        raise ValueError("is longer than 60 000 bytes; put it into a file beside the ami.yaml and name it in `files`")
    return value
