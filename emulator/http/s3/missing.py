"""A setting that a bucket does not have."""

from emulator.errors import NotFoundError


class NoSuchSettingError(NotFoundError):
    """Each kind of setting has a code and a message of its own."""

    def __init__(self, code: str, message: str, bucket: str) -> None:
        super().__init__(message, code=code)
        self.bucket = bucket
