"""What this machine's processors are: everything that runs on them is the same, whatever type it was launched as."""

import platform

_AWS_NAMES = {"aarch64": "arm64", "amd64": "x86_64"}


def architecture() -> str:
    """Return AWS's name for it, `x86_64` or `arm64`."""
    machine = platform.machine().lower()
    return _AWS_NAMES.get(machine, machine)
