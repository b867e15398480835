"""Sizes and times between people and code. Memory is binary everywhere, as it is to `docker run --memory`."""

from datetime import UTC, datetime

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

_DAY_SECONDS = 86_400


def format_bytes(count: int) -> str:
    """Return *count* bytes in the largest unit that keeps it readable.

    >>> format_bytes(1536), format_bytes(3 * GIB), format_bytes(12)
    ('1.5 KiB', '3 GiB', '12 B')
    """
    for unit, size in (("GiB", GIB), ("MiB", MIB), ("KiB", KIB)):
        if count >= size:
            return f"{count / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{count} B"


def utc_now() -> datetime:
    """Return the present, aware, in UTC."""
    return datetime.now(UTC)


def iso_millis(moment: datetime) -> str:
    """Return *moment* as AWS writes times in events and logs: UTC, milliseconds, a final Z.

    >>> iso_millis(datetime(2026, 1, 2, 3, 4, 5, 678_900, tzinfo=UTC))
    '2026-01-02T03:04:05.678Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def format_duration(seconds: float) -> str:
    """Return *seconds* with as many figures as people read.

    >>> [format_duration(one) for one in (0.0004, 0.0214, 1.5, 61, 3 * 3600 + 120, 90_000)]
    ['0 ms', '21 ms', '1.50 s', '1 min 1 s', '3 h 2 min', '1 d 1 h']
    """
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.995:
        return f"{seconds:.2f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < _DAY_SECONDS:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // _DAY_SECONDS} d {whole % _DAY_SECONDS // 3600} h"
