"""A value that EC2 does not take."""

from emulator.errors import InvalidRequestError


class InvalidParameterValueError(InvalidRequestError):
    """AWS's own code for it, which users are shown."""

    code = "InvalidParameterValue"
