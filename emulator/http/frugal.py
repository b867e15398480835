"""What keeps a server small, which may have nothing to do for weeks; called before its other modules are loaded."""

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


@contextlib.contextmanager
def without_certificates() -> Iterator[None]:
    """
    Have modules that are loaded within the context read none of this machine's certificates.

    aiohttp reads all of them into contexts of its own when it is loaded, for the case that it is a client. Who is one
    here makes a context when it is needed, as the Docker SDK does.
    """
    load = ssl.SSLContext.load_default_certs
    ssl.SSLContext.load_default_certs = lambda *_: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        ssl.SSLContext.load_default_certs = load  # type: ignore[method-assign]
