"""Events of several lines, as AWS's runtime clients hand them to the platform: each in a frame with its length.

    a5 5a 00 <kind>   length (4 bytes)   time in microseconds (8 bytes)   message

Clients write frames for what goes through `logging` and for errors, if `_LAMBDA_TELEMETRY_LOG_FD` says where to; what
is printed has none. Here both come through one pipe, so that they stay in order: UTF-8 has no such bytes.

The worker's own first process, which outlives the runtime, says in a note what that used of memory:

    a5 5a 01   bytes in decimal   \\n
"""

MAGIC = b"\xa5\x5a\x00"
NOTE = b"\xa5\x5a\x01"
LONGEST_MESSAGE = 1_048_576

_HEADER = 16


def unframe(data: bytes) -> tuple[bytes, bytes]:
    """
    Return (whole lines, the rest, which goes on in what is read next) of *data*; a frame becomes one line.

    Its own lines are joined by carriage returns. One that is too long for an event is taken for text.

    >>> unframe(b"a\\n" + MAGIC + b"\\x03\\0\\0\\0\\x04" + bytes(8) + b"b\\nc\\nd")
    (b'a\\nb\\rc\\n', b'd')
    """
    if MAGIC not in data:
        return _cut(data)
    lines: list[bytes] = []
    while (found := data.find(MAGIC)) != -1:
        if found:
            before = data[:found]
            lines.append(before if before.endswith(b"\n") else before + b"\n")
        length = int.from_bytes(data[found + 4 : found + 8], "big")
        end = found + _HEADER + length
        if len(data) < found + _HEADER or (len(data) < end and length <= LONGEST_MESSAGE):
            return b"".join(lines), data[found:]
        if length > LONGEST_MESSAGE:
            end = found + _HEADER
        else:
            lines.append(data[found + _HEADER : end].rstrip(b"\r\n").replace(b"\n", b"\r") + b"\n")
        data = data[end:]
    whole, rest = _cut(data)
    return b"".join((*lines, whole)), rest


def take_note(data: bytes) -> tuple[bytes, int | None]:
    """
    Return *data* without its note, and the number in it, None if there is none; it may stand behind half a line.

    >>> take_note(b"a\\nb" + NOTE + b"4096\\n")
    (b'a\\nb', 4096)
    """
    start = data.find(NOTE)
    end = data.find(b"\n", start)
    if start == -1 or end == -1:
        return data, None
    said = data[start + len(NOTE) : end]
    return data[:start] + data[end + 1 :], int(said) if said.isdigit() else None


def torn(rest: bytes) -> bytes:
    """Return what can be read of a rest that does not go on: a frame's message, as far as it came."""
    return rest[_HEADER:].rstrip(b"\r\n").replace(b"\n", b"\r") if rest.startswith(MAGIC) else rest


def _cut(data: bytes) -> tuple[bytes, bytes]:
    end = data.rfind(b"\n") + 1
    return data[:end], data[end:]
