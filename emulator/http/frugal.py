"""What keeps a server small, which may have nothing to do for weeks."""

import contextlib
import ctypes
import ssl
from collections.abc import Iterator

_ARENAS = -8
"""M_ARENA_MAX, as glibc's malloc.h has it."""


def use_one_arena() -> None:
    """Have all threads share one arena: an arena each would hold free memory that no other thread is given."""
    with contextlib.suppress(OSError, AttributeError):  # another C library, another way
        ctypes.CDLL(None).mallopt(_ARENAS, 1)


def give_back() -> None:
    """Return to the system what the start has used and freed."""
    with contextlib.suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


@contextlib.contextmanager
def without_certificates() -> Iterator[None]:
    """
    Have modules that are loaded within the context read none of this machine's certificates.

    aiohttp reads all of them into two contexts of its own when it is loaded, for the case that it is a client. Who is
    one here makes a context when it is needed, as the Docker SDK does.
    """
    ssl.SSLContext.set_default_verify_paths = lambda _: None  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        del ssl.SSLContext.set_default_verify_paths  # what it inherits is there again
