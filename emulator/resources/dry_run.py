"""The end of every request that was only to be checked."""

from emulator.errors import ConflictError


class DryRunError(ConflictError):
    """The request is right, and nothing was done: AWS calls that an error, and so do scripts that look for it."""

    code = "DryRunOperation"

    def __init__(self) -> None:
        super().__init__("Request would have succeeded, but DryRun flag is set.")
