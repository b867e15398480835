"""How many files, and so connections, a server may have open at once.

Shells allow a thousand, which is for programs that wait with select(); the system grants many more to who asks.
"""

import resource
from contextlib import suppress


def allow_most_open_files() -> None:
    """Raise this process's limit to what the system grants it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # macOS says "any number", and then grants fewer
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
