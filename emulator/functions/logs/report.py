"""The platform's own lines of a log in the text format: AWS's words, tabs and milliseconds."""

import math

from emulator.functions.definition import Function
from emulator.functions.records import Failure, InvocationResult, Outcome
from emulator.units import MIB


def runtime_version(runtime: str) -> str:
    """Return how AWS names a version of a runtime; ours says whose it is.

    >>> runtime_version("python3.11"), runtime_version("nodejs20.x"), runtime_version("provided.al2023")
    ('python:3.11.cloudlet', 'nodejs:20.cloudlet', 'provided:al2023.cloudlet')
    """
    name = runtime.rstrip("0123456789.x") if runtime[:1] != "p" or runtime.startswith("python") else "provided"
    return f"{name}:{runtime.removeprefix(name).strip('.').removesuffix('.x')}.cloudlet"


class TextFormat:
    """The platform's lines as text; each method returns those that are logged."""

    def __init__(self, function: Function, region: str) -> None:
        self._function = function
        self._region = region

    def init_start(self) -> list[str]:
        if self._function.package_type == "Image":  # it has no runtime of AWS's
            return []
        version = runtime_version(self._function.runtime)
        arn = self._function.runtime_version_arn(self._region)
        return [f"INIT_START Runtime Version: {version}\tRuntime Version ARN: {arn}"]

    def init_report(self, init_ms: float, failure: Failure | None) -> list[str]:
        if failure is None:
            return []
        return ["\t".join((f"INIT_REPORT Init Duration: {init_ms:.2f} ms", "Phase: init", *_status(failure)))]

    def start(self, request_id: str) -> list[str]:
        return [f"START RequestId: {request_id} Version: {self._function.version}"]

    def explain(self, *lines: str) -> list[str]:
        return [*lines]

    def end(self, result: InvocationResult) -> list[str]:
        return [f"END RequestId: {result.request_id}", report_line(result, self._function.memory_mb)]


def report_line(result: InvocationResult, memory_mb: int) -> str:
    """Return AWS's REPORT line: tab-separated, durations in ms, billed by the millisecond."""
    fields = [
        f"REPORT RequestId: {result.request_id}",
        f"Duration: {result.duration_ms:.2f} ms",
        f"Billed Duration: {result.billed_ms} ms",
        f"Memory Size: {memory_mb} MB",
        f"Max Memory Used: {used_mb(result)} MB",
    ]
    if result.init_ms is not None:
        fields.append(f"Init Duration: {result.init_ms:.2f} ms")
    return "\t".join((*fields, *_status(result))) + "\t"


def used_mb(result: InvocationResult) -> int:
    return math.ceil(result.max_memory_bytes / MIB)


def _status(end: InvocationResult | Failure) -> tuple[str, ...]:
    if end.outcome is Outcome.SUCCESS:
        return ()
    status = f"Status: {end.outcome}"
    return (status, f"Error Type: {end.error_type}") if end.outcome is Outcome.ERROR else (status,)
