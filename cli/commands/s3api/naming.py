"""What AWS's command calls operations and their members."""

import re
from collections.abc import Iterable

_BETWEEN = re.compile(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z0-9])(?=[A-Z])")


def option_name(member: str) -> str:
    """
    Return the option that sets *member*.

    >>> option_name("SSECustomerKeyMD5"), option_name("UploadId")
    ('--sse-customer-key-md5', '--upload-id')
    """
    return f"--{command_name(member)}"


def command_name(operation: str) -> str:
    """
    Return the command that calls *operation*.

    >>> command_name("ListObjectsV2")
    'list-objects-v2'
    """
    return _BETWEEN.sub("-", operation).lower()


def parameter_name(member: str) -> str:
    """Return what the value of *member* is called where a command's function takes it."""
    return command_name(member).replace("-", "_")


def operation_name(command: str, operations: Iterable[str]) -> str:
    """Return which of *operations* the command calls."""
    return next(name for name in operations if command_name(name) == command)
