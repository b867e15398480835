"""Is somebody still writing to this file?

Linux grants a read lease only while nobody has the file open for writing, so asking for one answers the question. It
is given back at once: a writer that comes while it is held is kept waiting for that long, and no longer.
"""

import fcntl
import signal
import sys


def is_open_for_writing(descriptor: int) -> bool | None:
    """
    Tell whether any process has the file behind *descriptor*, which must be read-only, open for writing.

    None if this system, this file system or the file's owner does not let us know.
    """
    if sys.platform != "linux":
        return None
    try:
        # Whoever breaks a lease signals its holder. The default, SIGIO, would end us; SIGURG is ignored.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return True
    except OSError:
        return None
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def is_whole(descriptor: int, *, mtime_ns: int, now_ns: int, stillness_seconds: float) -> bool:
    """
    Tell whether nobody is writing to the file.

    Where that cannot be known, the file must not have changed for *stillness_seconds*. A time in the future says
    nothing of the kind, and passes.
    """
    being_written = is_open_for_writing(descriptor)
    if being_written is None:
        return not 0 <= now_ns - mtime_ns < stillness_seconds * 1e9
    return not being_written
