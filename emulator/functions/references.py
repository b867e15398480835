"""How a function is named: a name, a partial or whole ARN, with or without a qualifier (a version or an alias)."""

import re
from dataclasses import dataclass

from emulator.functions.errors import InvalidFunctionError
from emulator.settings import ACCOUNT_ID

LATEST = "$LATEST"

_REFERENCE = re.compile(r"(?:arn:[^:]*:lambda:[^:]*:)?(?:\d{12}:)?(?:function:)?([^:]*)(?::(.*))?")


@dataclass(frozen=True)
class FunctionReference:
    """A function by name; `qualifier` is None where none was given, which means $LATEST."""

    name: str
    qualifier: str | None = None

    def arn(self, region: str) -> str:
        """Return the ARN as it was asked for: with the qualifier, if there was one."""
        unqualified = function_arn(self.name, region)
        return f"{unqualified}:{self.qualifier}" if self.qualifier else unqualified


def parse_reference(text: str, qualifier: str | None = None) -> FunctionReference:
    """
    Return what *text* names; *qualifier* is the request's own, which must not contradict one in *text*.

    >>> parse_reference("arn:aws:lambda:us-east-1:000000000000:function:resize:live")
    FunctionReference(name='resize', qualifier='live')
    >>> parse_reference("resize", "7")
    FunctionReference(name='resize', qualifier='7')
    """
    found = _REFERENCE.fullmatch(text)
    name, derived = (found[1], found[2]) if found else (text, None)
    if derived and qualifier and derived != qualifier:
        raise InvalidFunctionError(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    return FunctionReference(name, qualifier or derived or None)


def unqualified(reference: str) -> str:
    """Return the name in *reference*; refuse one of a version or an alias, where only a function itself is changed."""
    asked = parse_reference(reference)
    if asked.qualifier not in (None, LATEST):
        raise InvalidFunctionError(
            "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
            "Please specify either a function name or an unqualified function ARN."
        )
    return asked.name


def function_arn(name: str, region: str) -> str:
    """Return the ARN of the function itself, without a qualifier."""
    return f"arn:aws:lambda:{region}:{ACCOUNT_ID}:function:{name}"


def function_name(reference: str) -> str:
    """Return the name in *reference*: a name, an ARN or the last part of one, with or without a qualifier."""
    return parse_reference(reference).name


def is_function_name(text: str) -> bool:
    return re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", text) is not None


def is_version(qualifier: str) -> bool:
    """Tell whether a qualifier is the number of a published version."""
    return re.fullmatch(r"[0-9]+", qualifier) is not None
