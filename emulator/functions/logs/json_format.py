"""The platform's own lines of a log in the JSON format: events as the Telemetry API defines them, each with a level.

https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from emulator.functions.definition import Function
from emulator.functions.logs.levels import passes
from emulator.functions.logs.report import runtime_version, used_mb
from emulator.functions.records import Failure, InvocationResult, Outcome
from emulator.units import iso_millis

_Record = dict[str, Any]


class JsonFormat:
    """The platform's lines as JSON; each method returns those that the function's system level lets through."""

    def __init__(self, function: Function, region: str, stream: str, clock: Callable[[], datetime]) -> None:
        self._function = function
        self._region = region
        self._stream = stream
        self._clock = clock

    def init_start(self) -> list[str]:
        function = self._function
        has_runtime = function.package_type != "Image"
        record: _Record = {"initializationType": "on-demand", "phase": "init"}
        if has_runtime:
            record |= {
                "runtimeVersion": runtime_version(function.runtime),
                "runtimeVersionArn": function.runtime_version_arn(self._region),
            }
        record |= {
            "functionName": function.name,
            "functionVersion": function.version,
            "instanceId": self._stream,
            "instanceMaxMemory": function.memory_bytes,
        }
        return self._event("platform.initStart", record, "INFO" if has_runtime else "DEBUG")

    def init_report(self, init_ms: float, failure: Failure | None) -> list[str]:
        record = {
            "initializationType": "on-demand",
            "phase": "init",
            **_status(failure),
            "metrics": {"durationMs": round(init_ms, 3)},
        }
        return self._event("platform.initReport", record, "WARN" if failure else "DEBUG")

    def start(self, request_id: str) -> list[str]:
        record = {
            "requestId": request_id,
            "functionArn": self._function.arn(self._region),
            "version": self._function.version,
        }
        return self._event("platform.start", record, "INFO")

    def explain(self, *_: str) -> list[str]:
        """Return nothing: the report says how it ended, and a line that is no JSON would not be found."""
        return []

    def end(self, result: InvocationResult) -> list[str]:
        failed = result.outcome is not Outcome.SUCCESS
        metrics = {
            "durationMs": round(result.duration_ms, 3),
            "billedDurationMs": result.billed_ms,
            "memorySizeMB": self._function.memory_mb,
            "maxMemoryUsedMB": used_mb(result),
        }
        if result.init_ms is not None:
            metrics["initDurationMs"] = round(result.init_ms, 3)
        status = _status(result if failed else None)
        done = {"durationMs": round(result.duration_ms, 3)}
        if not failed:
            done["producedBytes"] = len(result.payload)
        return [
            *self._event(
                "platform.runtimeDone",
                {"requestId": result.request_id, **status, "metrics": done},
                "WARN" if failed else "DEBUG",
            ),
            *self._event(
                "platform.report",
                {"requestId": result.request_id, "metrics": metrics, **status},
                "WARN" if failed else "INFO",
            ),
        ]

    def _event(self, kind: str, record: _Record, level: str) -> list[str]:
        if not passes(level, self._function.logging.system_level):
            return []
        event = {"time": iso_millis(self._clock()), "type": kind, "record": record}
        return [json.dumps(event, separators=(",", ":"))]


def _status(end: InvocationResult | Failure | None) -> _Record:
    if end is None:
        return {"status": "success"}
    if end.outcome is Outcome.ERROR:
        return {"status": "error", "errorType": end.error_type}
    return {"status": str(end.outcome)}
