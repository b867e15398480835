"""The numbers of parts, and of how many are wanted: what S3 takes, and its words for the rest."""

from emulator.buckets.uploads import MAX_PARTS
from emulator.http.aws.errors import InvalidArgumentError

PAGE = 1000
"""How many parts or uploads an answer has at most."""


def checked_part_number(number: int) -> int:
    """Return *number* if a part can have it; InvalidArgumentError if not."""
    if not 1 <= number <= MAX_PARTS:
        raise InvalidArgumentError(
            f"Part number must be an integer between 1 and {MAX_PARTS}, inclusive", "partNumber", str(number)
        )
    return number


def count_of(number: int | None, name: str) -> int:
    """Return how many an answer may have, which is a page for whoever asks for more, or does not say."""
    return PAGE if number is None else min(not_negative(number, name), PAGE)


def not_negative(number: int, name: str) -> int:
    """Return *number*, which came in the parameter *name*; InvalidArgumentError if there is no such count."""
    if number < 0:
        raise InvalidArgumentError(f"Argument {name} must be an integer between 0 and 2147483647", name, str(number))
    return number
