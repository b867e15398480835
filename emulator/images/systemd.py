"""What a container needs so that systemd boots in it, and says `running`."""

PACKAGES = ("systemd", "systemd-sysv", "dbus")

STOP_SIGNAL = "SIGRTMIN+3"
"""systemd's own word for an orderly shutdown; SIGTERM would make it re-execute itself."""

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

SSH_KEYS_UNIT = """\
[Unit]
Description=Host keys of this instance's own
ConditionPathExists=/usr/bin/ssh-keygen
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key
Before=ssh.service

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key
ExecStart=/usr/bin/ssh-keygen -q -t ecdsa -N "" -f /etc/ssh/ssh_host_ecdsa_key

[Install]
WantedBy=multi-user.target
"""
"""Not `ssh-keygen -A`: an RSA key takes a small instance seconds, and nothing has needed one for years."""

SSH_KEYS_NAME = "cloudlet-ssh-keys.service"


def default_environment(env: dict[str, str]) -> str:
    """Return the drop-in that gives *env* to every service: systemd passes nothing on of what it was started with."""
    assignments = " ".join(_quoted(f"{name}={value}") for name, value in env.items())
    return f"[Manager]\nDefaultEnvironment={assignments}\n"


def _quoted(assignment: str) -> str:
    escaped = assignment.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
