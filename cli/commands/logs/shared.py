"""What the commands on logs share."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from emulator.errors import InvalidRequestError

GroupName = Annotated[str, typer.Option("--log-group-name", metavar="GROUP", help="Such as /aws/lambda/NAME.")]


def parse_millis(value: int | None, option: str) -> datetime | None:
    """Return the moment that is *value* milliseconds after 1970 began."""
    if value is None:
        return None
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise InvalidRequestError(
            f"{option} {value} is no moment", hint="write milliseconds since 1970, such as $(date +%s)000"
        ) from error
