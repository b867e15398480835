"""What the HTTP library logs of requests that are none, and of callers who hang up: no mistake of ours.

It writes an error with a traceback for each. Whoever reads the log of a server is to find mistakes there, and the
requests that are answered with one are the sender's to look at.
"""

import errno
import logging

from aiohttp.http_exceptions import HttpProcessingError

log = logging.getLogger(__name__)

_TOO_MANY = {errno.EMFILE, errno.ENFILE}


def expect_strangers() -> None:
    """Have what strangers do be logged as such, in a line, from now on."""
    for name in ("aiohttp.server", "asyncio"):
        logging.getLogger(name).addFilter(_explained)


def _explained(record: logging.LogRecord) -> bool:
    """Tell whether a record is to be written as it is."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError | ConnectionError):
        log.debug("request was none, or its sender went away: error=%r", error)
        return False
    if isinstance(error, OSError) and error.errno in _TOO_MANY:
        log.warning("connections wait: this process may open no more files; raise its limit with `ulimit -n`")
        return False
    return True
