"""What containers use of what they may, averaged over a second or so by the engine itself."""

import re
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator.engine.connection import Connection
from emulator.errors import EmulatorError, NotFoundError

LONGEST_SECONDS = 5.0  # the engine looks twice, a second apart; one that is busy takes a little longer


@dataclass(frozen=True)
class ContainerStats:
    """A running container's use of processors and memory."""

    cpus: float
    """Processors used: 0.5 is half of one."""
    cpu_limit: float
    """Processors it may use, never more than the engine's machine has."""
    memory_bytes: int
    """Without the cached files that the kernel would give up first."""
    memory_limit_bytes: int

    @property
    def cpu_percent(self) -> float:
        """Of the processors that it may use, not of the machine's."""
        return 100 * self.cpus / self.cpu_limit

    @property
    def memory_percent(self) -> float:
        return 100 * self.memory_bytes / self.memory_limit_bytes


class Stats:
    """Reads containers' statistics."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(
        self, container_ids: Collection[str], longest_seconds: float = LONGEST_SECONDS
    ) -> dict[str, ContainerStats | None]:
        """
        Return the statistics of all *container_ids*, None where the engine did not give them within *longest_seconds*.

        A container that does not run (any more) is missing. EngineError if the engine went away.
        """
        found: dict[str, ContainerStats | None] = dict.fromkeys(container_ids)
        failures: list[EmulatorError] = []

        def read_one(container_id: str) -> None:
            try:
                stats = self._read_one(container_id)
            except NotFoundError:
                stats = None
            except EmulatorError as error:
                failures.append(error)
                return
            if stats is None:
                del found[container_id]
            else:
                found[container_id] = stats

        # A thread each, since each waits for the engine's second look; daemons, so that Ctrl-C need not wait too.
        threads = [threading.Thread(target=read_one, args=(one,), daemon=True) for one in container_ids]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + longest_seconds
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if failures and not any(found.values()):
            raise failures[0]
        return dict(found)

    def _read_one(self, container_id: str) -> ContainerStats | None:
        with self._connection.translated("read a container's statistics") as api:
            limits = api.inspect_container(container_id)["HostConfig"]
            # Not the quick `one_shot`: it leaves out the first look, and is no quicker on Docker 20.10.
            return parse_stats(api.stats(container_id, stream=False), limits)


def parse_stats(stats: Mapping[str, Any], limits: Mapping[str, Any]) -> ContainerStats | None:
    """Return what an engine's answers mean: its statistics and a container's HostConfig. None if it does not run."""
    memory = stats.get("memory_stats") or {}
    seconds = (_moment(stats["read"]) - _moment(stats["preread"])).total_seconds()
    if "usage" not in memory or not _is_moment(stats["preread"]) or seconds <= 0:
        return None
    used_ns = stats["cpu_stats"]["cpu_usage"]["total_usage"] - stats["precpu_stats"]["cpu_usage"]["total_usage"]
    details = memory.get("stats") or {}
    idle_files = details.get("total_inactive_file", details.get("inactive_file", 0))  # cgroup v1, v2
    return ContainerStats(
        cpus=max(0.0, used_ns / 1e9 / seconds),
        cpu_limit=_cpu_limit(limits, _processors(stats["cpu_stats"])),
        memory_bytes=max(0, memory["usage"] - idle_files),
        memory_limit_bytes=memory["limit"],
    )


def _cpu_limit(limits: Mapping[str, Any], processors: int) -> float:
    most = [float(processors)]
    if limits.get("CpuQuota", 0) > 0:
        most.append(limits["CpuQuota"] / (limits.get("CpuPeriod") or 100_000))
    if limits.get("NanoCpus"):
        most.append(limits["NanoCpus"] / 1e9)
    if limits.get("CpusetCpus"):
        most.append(float(_set_size(limits["CpusetCpus"])))
    return min(most)


def _processors(cpu_stats: Mapping[str, Any]) -> int:
    return int(cpu_stats.get("online_cpus") or len(cpu_stats["cpu_usage"].get("percpu_usage") or ()) or 1)


def _set_size(processors: str) -> int:
    """Return how many processors a list such as `0-2,5` names."""
    return sum(int(last or first) - int(first) + 1 for first, last in re.findall(r"(\d+)(?:-(\d+))?", processors))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _is_moment(text: str) -> bool:
    """Tell whether an engine names a time; the year 1 is its word for none."""
    return not text.startswith("0001-")
