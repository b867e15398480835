"""The form of every value that reaches a Dockerfile, a shell or a path.

Each check returns its value or raises ValueError, whose sentence follows the field's name:
`packages.2: 'foo;rm' is not a package name`.
"""

import posixpath
import re
import reprlib
from dataclasses import dataclass
from typing import Any

_LONGEST_LINE = 60_000  # the engine reads no Dockerfile line over 64 KiB

_VERSION = r"(===|==|~=|!=|<=|>=|<|>) ?[0-9A-Za-z.*+!_-]+"
_ACCOUNT = r"[a-z_][a-z0-9_-]{0,31}"

_brief = reprlib.Repr()
_brief.maxstring = _brief.maxother = 80
_brief.maxlevel = 2


@dataclass(frozen=True)
class Form:
    """What a text has to look like, as a check and, in the annotation of a field, as a line of the JSON schema."""

    pattern: str
    what: str

    def __call__(self, value: str) -> str:
        if re.fullmatch(self.pattern, value) is None:
            raise ValueError(f"{shown(value)} is not {self.what}")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core.core_schema import no_info_after_validator_function

        return no_info_after_validator_function(self, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^({self.pattern})$"}


package = Form(r"[a-z0-9][a-z0-9+.-]*(:[a-z0-9-]+)?(=[0-9A-Za-z.+:~-]+)?", "a package name")
requirement = Form(
    rf"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(\[[A-Za-z0-9._, -]+\])? ?({_VERSION}( ?, ?{_VERSION})*)?",
    "a Python package with an optional version, such as numpy or pandas==2.2.3",
)
image_name = Form(
    r"[a-z0-9]+([._:/-]+[a-z0-9]+)*:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}",
    "an image with its tag, such as debian:bookworm-slim",
)
suite = Form(r"[a-z][a-z0-9-]{0,39}", "a Debian suite, such as bookworm")
service = Form(r"[A-Za-z0-9_][A-Za-z0-9_.:@-]{0,200}", "a systemd unit, such as nginx or backup.timer")
account = Form(_ACCOUNT, "a user name")
owner = Form(rf"({_ACCOUNT}|[0-9]{{1,9}})(:({_ACCOUNT}|[0-9]{{1,9}}))?", "an owner, written user or user:group")
variable = Form(r"[A-Za-z_][A-Za-z0-9_]{0,127}", "the name of an environment variable")

NAME = r"(?!ami-)[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?"
MODE = r"[0-7]{3,4}"
PATH = r"(/(?!\.{1,2}(/|$))[A-Za-z0-9_.,@+:=~ -]+)+"
"""What those below come to, for the JSON schema; they themselves can say more exactly what is wrong."""


def shown(value: object) -> str:
    """Return *value* as an error message shows it, however large it is."""
    return _brief.repr(value)


def ami_name(value: str) -> str:
    if value.startswith("ami-"):
        raise ValueError(f"{shown(value)} looks like an AMI id; choose a name that does not begin with ami-")
    return Form(NAME, "a name of small letters, digits, dots and dashes")(value)


def mode(value: object) -> str:
    if isinstance(value, int):
        raise ValueError(f'{value} is a number, as YAML reads 0644 as octal; put it in quotes: mode: "0644"')  # noqa: TRY004
    if not isinstance(value, str) or re.fullmatch(MODE, value) is None:
        raise ValueError(f'{shown(value)} is not a file mode, such as "0644"')
    return value


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
    return Form(PATH, "a path of letters, digits, spaces and _.,@+:=~-")(value)


def _short(value: str) -> str:
    if len(value.encode(errors="surrogatepass")) > _LONGEST_LINE:
        raise ValueError("is longer than 60 000 bytes; put it into a file beside the ami.yaml and name it in `files`")
    return value
