"""The line that sums an invocation up."""

import math

from emulator.functions.records import InvocationResult, Outcome
from emulator.units import MIB


def report_line(result: InvocationResult, memory_mb: int) -> str:
    """Return AWS's REPORT line: tab-separated, durations in ms, billed by the millisecond."""
    fields = [
        f"REPORT RequestId: {result.request_id}",
        f"Duration: {result.duration_ms:.2f} ms",
        f"Billed Duration: {result.billed_ms} ms",
        f"Memory Size: {memory_mb} MB",
        f"Max Memory Used: {math.ceil(result.max_memory_bytes / MIB)} MB",
    ]
    if result.init_ms is not None:
        fields.append(f"Init Duration: {result.init_ms:.2f} ms")
    if result.outcome is not Outcome.SUCCESS:
        fields.append(f"Status: {result.outcome}")
        if result.outcome is Outcome.ERROR:
            fields.append(f"Error Type: {result.error_type}")
    return "\t".join(fields) + "\t"
