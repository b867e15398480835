"""What is wrong with user data, in EC2's codes."""

from collections.abc import Sequence

from emulator.errors import DefinitionError, Problem
from emulator.resources.invalid import InvalidParameterValueError

LARGEST_BYTES = 16_384


class UserDataTooLargeError(InvalidParameterValueError):
    """More than EC2 takes."""

    def __init__(self, size_bytes: int) -> None:
        super().__init__(
            f"User data is limited to {LARGEST_BYTES} bytes",
            hint=f"it has {size_bytes}: compress it with gzip, or have a script fetch the rest from a bucket",
        )


class UserDataError(DefinitionError):
    """It cannot mean what it says; all mistakes are listed, and nothing was launched."""

    code = "InvalidUserData.Malformed"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems, hint="docs/user-data.md has every key")
