"""What an instance printed on its console, as far back as AWS shows it."""

from emulator.units import KIB

MOST_BYTES = 64 * KIB


def console_output(printed: bytes) -> str:
    """
    Return the last 64 KiB of what was *printed*, over all boots, with line ends and colours as they came.

    Bytes that are no UTF-8 are replaced, and the half of a character that the cut left goes.
    """
    start = max(0, len(printed) - MOST_BYTES)
    while start and start < len(printed) and 0x80 <= printed[start] < 0xC0:
        start += 1
    return printed[start:].decode("utf-8", "replace")
