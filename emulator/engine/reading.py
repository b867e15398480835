"""What is read of an engine without its SDK: to import that takes a tenth of a second, an answer a few milliseconds."""

import socket
from pathlib import Path

_CHUNK = 65536


def get(engine: Path, target: str, seconds: float) -> tuple[int, bytes]:
    """
    Return the status and the body of what the unix socket *engine* answers to a GET, in HTTP/1.0: it ends, whole.

    OSError if nobody answers within *seconds*, ValueError if that is no HTTP.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(seconds)
        connection.connect(str(engine))
        connection.sendall(f"GET {target} HTTP/1.0\r\nHost: engine\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(_CHUNK), b""))
    head, separator, body = answer.partition(b"\r\n\r\n")
    protocol, _, rest = head.partition(b" ")
    if not separator or not protocol.startswith(b"HTTP/"):
        raise ValueError(f"it says {answer[:80]!r}")
    return int(rest[:3]), body
