"""What a container needs so that systemd boots in it, and says `running`."""

from pathlib import Path

PACKAGES = ("systemd", "systemd-sysv", "dbus")

STOP_SIGNAL = "SIGPWR"
"""Starts our sigpwr.target, which ends with 143. SIGRTMIN+3 is also what `halt` inside means; SIGTERM re-executes."""

MASKED = (
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "console-getty.service",
    "dev-hugepages.mount",
    "e2scrub_all.timer",
    "getty.target",
    "getty-static.service",
    "sys-fs-fuse-connections.mount",
    "sys-kernel-config.mount",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "systemd-binfmt.service",
    "systemd-modules-load.service",
    "systemd-remount-fs.service",
    "systemd-udev-trigger.service",
    "systemd-udevd.service",
    "systemd-udevd-control.socket",
    "systemd-udevd-kernel.socket",
)
"""Units for hardware, kernel and consoles, which belong to the host; and apt's updates, which would slow each boot."""

ENABLED = ("cloudlet-init.service", "cloudlet-final.service", "cloudlet-ssh-keys.service")
"""Of the units beside this module, those that a boot starts."""

_UNITS = Path(__file__).parent / "units"


def units() -> dict[str, bytes]:
    """Return what comes to lie in /etc/systemd/system: path below it, content."""
    files = sorted(path for path in _UNITS.rglob("*") if path.is_file())
    return {path.relative_to(_UNITS).as_posix(): path.read_bytes() for path in files}


def default_environment(env: dict[str, str]) -> str:
    """Return the drop-in that gives *env* to every service: systemd passes nothing on of what it was started with."""
    assignments = " ".join(_quoted(f"{name}={value}") for name, value in env.items())
    return f"[Manager]\nDefaultEnvironment={assignments}\n"


def _quoted(assignment: str) -> str:
    escaped = assignment.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
