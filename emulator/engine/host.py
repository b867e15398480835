"""This machine, as far as getting an engine onto it goes. Looking changes nothing."""

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

ADMINISTRATION_PATH = "/usr/local/sbin:/usr/sbin:/sbin"
"""Where dockerd and what it calls lie: not on the PATH of Debian's ordinary users, nor of root after a plain `su`."""

_DEBIAN_KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


@dataclass(frozen=True)
class HostFacts:
    """What decides which commands bring an engine, and whether they may be run."""

    root: bool
    systemd: bool
    """systemd is this machine's first process: it starts services."""
    apt: bool
    dockerd: str | None
    """The engine's program, where it is installed."""
    dockerd_pid: int | None
    """An engine that runs in this network namespace, whether or not it answers yet."""
    can_bootstrap: bool
    """mmdebstrap is installed, and Debian's keys: Ubuntu has the one without the other."""


def look_at_host() -> HostFacts:
    """Return the facts of this moment."""
    return HostFacts(
        root=os.geteuid() == 0,
        systemd=Path("/run/systemd/system").is_dir(),
        apt=_program("apt-get") is not None,
        dockerd=_program("dockerd"),
        dockerd_pid=running_dockerd(),
        can_bootstrap=_program("mmdebstrap") is not None and _DEBIAN_KEYS.exists(),
    )


def running_dockerd(processes: Path = Path("/proc")) -> int | None:
    """
    Return the process id of a dockerd in this network namespace, or None.

    Not the pid file alone: an engine may keep it elsewhere, and a second engine beside any first one deletes
    its bridge, and with it the network of everything that runs.
    """
    here = _network_namespace(processes / "self")
    for process in processes.glob("[0-9]*"):
        if not is_running(process, "dockerd"):
            continue
        there = _network_namespace(process)
        if there is None or there == here:  # one that may not be looked at counts as here
            return int(process.name)
    return None


def forget_ended(pid_file: Path, program: str, processes: Path = Path("/proc")) -> None:
    """Remove a pid file whose number is not *program*'s any more: a killed engine leaves it, and is taken for alive."""
    with contextlib.suppress(OSError, ValueError):
        if not is_running(processes / str(int(pid_file.read_text())), program):
            pid_file.unlink()


def is_running(process: Path, program: str) -> bool:
    """Tell whether *process*, a folder of /proc, is *program* and has not ended."""
    try:
        name, _, rest = (process / "stat").read_text().rpartition(")")
    except OSError:
        return False  # ended meanwhile
    return name.endswith(f"({program}") and not rest.startswith(" Z")


def _network_namespace(process: Path) -> str | None:
    try:
        return str((process / "ns" / "net").readlink())
    except OSError:
        return None


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=ADMINISTRATION_PATH)
