"""Runtimes: what a worker's image is built from, and the command that runs a handler in it."""

from dataclasses import dataclass
from pathlib import Path

from emulator.functions.errors import RuntimeNotFoundError

DEFINITIONS = Path(__file__).with_name("images")
"""AMI definitions, one a runtime: runtime images are built as instances' images are."""

_PYTHON = "/opt/venv/bin/python"


@dataclass(frozen=True)
class Runtime:
    """A runtime by AWS's name; `command` takes the handler as its last word."""

    name: str
    command: tuple[str, ...]
    install: tuple[str, ...]
    """Installs /requirements/requirements.txt into /dependencies."""


_RUNTIMES = {
    runtime.name: runtime
    for runtime in (
        Runtime(
            "python3.11",
            command=(_PYTHON, "-m", "awslambdaric"),
            install=(
                *(_PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-warn-script-location"),
                *("--progress-bar", "off", "--cache-dir", "/pip-cache", "--target", "/dependencies"),
                *("-r", "/requirements/requirements.txt"),
            ),
        ),
    )
}


def find_runtime(name: str) -> Runtime:
    """Return the runtime called *name*; RuntimeNotFoundError lists those there are."""
    try:
        return _RUNTIMES[name]
    except KeyError:
        raise RuntimeNotFoundError(name, _RUNTIMES) from None
