"""How much memory a container used at most, read from its cgroup: exact, and far faster than asking the engine."""

from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")


def memory_peak_file(pid: int) -> Path | None:
    """
    Return the file that holds the peak, in bytes, of the container whose first process is *pid* on this machine.

    None where the engine runs elsewhere or the kernel keeps no peak (cgroup v2 before Linux 5.19).
    """
    try:
        lines = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            file = _CGROUPS / "memory" / path.lstrip("/") / "memory.max_usage_in_bytes"
        elif not controllers:
            file = _CGROUPS / path.lstrip("/") / "memory.peak"
        else:
            continue
        if file.is_file():
            return file
    return None


def read_peak(file: Path | None) -> int:
    """Return the bytes in a peak file, 0 if there is none (any more)."""
    try:
        return int(file.read_text()) if file else 0
    except (OSError, ValueError):
        return 0
