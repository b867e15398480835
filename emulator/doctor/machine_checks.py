"""What this machine gives beside an engine: Python, room, watches, a place to write, a way through the proxy."""

import ipaddress
import os
import platform
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

from emulator.doctor.check import Check
from emulator.progress import Progress
from emulator.settings import Settings
from emulator.settings.shown import without_password
from emulator.units import GIB, format_bytes

_KERNEL_LIMITS = Path("/proc/sys/fs/inotify")
_WATCHES = 65_536
_INSTANCES = 512

_LITTLE_ROOM_BYTES = 5 * GIB
_NO_ROOM_BYTES = 1 * GIB


def examine_machine(settings: Settings) -> list[Check]:
    """Return all that can be known without an engine."""
    return [
        check_home(settings.home),
        check_room(settings.home),
        *check_inotify(_KERNEL_LIMITS),
        check_certificates(settings),
        check_proxies(settings),
    ]


def check_python() -> Check:
    """Name the interpreter: a message about a module is often a message about the wrong one."""
    return Check.ok("python", f"{platform.python_version()} at {sys.executable}")


def check_home(home: Path) -> Check:
    """Tell whether cloudlet may write where it keeps everything, without making anything there."""
    there = _nearest(home)
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return Check.ok("home", f"{home} can be written" if there == home else f"{home} can be made")
    reason = "may not be written" if there.is_dir() else "is not a folder"
    return Check.fail("home", f"{home}: {there} {reason}", "set CLOUDLET_HOME to a folder of yours")


def check_room(home: Path, free_bytes: int | None = None) -> Check:
    """Tell how much room the home's file system has; *free_bytes* is measured if not given."""
    free = shutil.disk_usage(_nearest(home)).free if free_bytes is None else free_bytes
    fact = f"{format_bytes(free)} free for {home}"
    if free < _NO_ROOM_BYTES:
        return Check.fail("disk", fact, "images and objects need room: free some, or move CLOUDLET_HOME")
    if free < _LITTLE_ROOM_BYTES:
        return Check.warn("disk", fact, "each AMI takes a few hundred MiB: consider freeing some")
    return Check.ok("disk", fact)


def check_inotify(limits: Path) -> list[Check]:
    """Compare the kernel's limits in *limits* with what buckets and booted instances use; none, nothing to check."""
    if not limits.is_dir():
        return []
    watches = int((limits / "max_user_watches").read_text())
    instances = int((limits / "max_user_instances").read_text())
    return [
        _at_least("inotify watches", watches, _WATCHES, "max_user_watches", "one for each folder of a bucket"),
        _at_least(
            "inotify instances", instances, _INSTANCES, "max_user_instances", "about six for each booted instance"
        ),
    ]


def raise_inotify_limit(progress: Progress, limits: Path = _KERNEL_LIMITS) -> None:
    """Let as many instances boot as the checks ask for, until the next boot of this machine; only root may."""
    limit = limits / "max_user_instances"
    if limit.exists() and os.access(limit, os.W_OK) and int(limit.read_text()) < _INSTANCES:
        with progress.step(f"Raising fs.inotify.max_user_instances to {_INSTANCES}, until the next boot"):
            limit.write_text(f"{_INSTANCES}\n")


def check_certificates(settings: Settings) -> Check:
    """Tell which certificates builds will trust beside the distribution's own."""
    if settings.ca_bundle is None:
        return Check.ok("certificates", "the distribution's own")
    if not os.access(settings.ca_bundle, os.R_OK):
        return Check.fail("certificates", f"{settings.ca_bundle} may not be read", "builds need it: make it readable")
    return Check.ok("certificates", f"{settings.ca_bundle}, handed to builds")


def check_proxies(settings: Settings) -> Check:
    """Name the proxies in effect, without the passwords in them."""
    if not settings.proxies:
        return Check.ok("proxies", "none")
    shown = ", ".join(f"{name}={without_password(value)}" for name, value in sorted(settings.proxies.items()))
    if any(_is_loopback(value) for name, value in settings.proxies.items() if name != "NO_PROXY"):
        return Check.warn(
            "proxies",
            shown,
            "containers do not reach this machine's loopback: name the proxy by an address that they can reach",
        )
    return Check.ok("proxies", f"{shown}, handed to builds")


def _at_least(name: str, value: int, wanted: int, setting: str, use: str) -> Check:
    fact = f"{value}, {use}"
    if value >= wanted:
        return Check.ok(name, fact)
    return Check.warn(name, fact, f"raise it with `sudo sysctl fs.inotify.{setting}={wanted}`")


def _nearest(path: Path) -> Path:
    """Return *path*, or the closest folder above it that exists."""
    return next((folder for folder in (path, *path.parents) if os.path.lexists(folder)), Path("/"))


def _is_loopback(proxy: str) -> bool:
    host = urlsplit(proxy if "//" in proxy else f"//{proxy}").hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
