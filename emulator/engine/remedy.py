"""Which commands bring an engine, or the means to make a base image, to a machine. Pure: nothing is run here."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator.engine.host import HostFacts

DOCKERD_LOG = Path("/var/log/cloudlet-dockerd.log")

_INSTALL = ("apt-get", "install", "--yes", "--no-install-recommends")


@dataclass(frozen=True)
class Step:
    """One command, and what to call it while it runs."""

    title: str
    command: tuple[str, ...]
    detached: bool = False
    """It goes on for as long as the machine does."""

    def as_typed(self) -> str:
        """Return what a person types who is not root."""
        line = shlex.join(self.command)
        return f"sudo sh -c '{line} >{DOCKERD_LOG} 2>&1 &'" if self.detached else f"sudo {line}"


def steps_to_an_engine(facts: HostFacts) -> tuple[Step, ...] | None:
    """
    Return what makes an engine answer on a machine where none does; None if no way is known here.

    No step at all is an answer too: an engine runs and has not got round to answering.
    """
    if facts.dockerd_pid is not None:
        return ()
    if facts.dockerd is not None:
        return (_start(facts, facts.dockerd),)
    if facts.apt:
        return (*_install("Docker", ("docker.io", "iptables")), _start(facts, "dockerd"))
    return None


def steps_to_bootstrap(facts: HostFacts) -> tuple[Step, ...] | None:
    """Return what lets a base image be made from a Debian mirror; None if no way is known here."""
    if facts.can_bootstrap:
        return ()
    if facts.apt:
        # gpg tells mmdebstrap which keys to use where they are not the system's own; uidmap stands in for root.
        packages = ("mmdebstrap", "debian-archive-keyring", "gpg", *(() if facts.root else ("uidmap",)))
        return _install("mmdebstrap", packages)
    return None


def as_typed(steps: Sequence[Step]) -> str:
    """Return one line that a person can paste."""
    return " && ".join(step.as_typed() for step in steps)


def _install(name: str, packages: tuple[str, ...]) -> tuple[Step, ...]:
    return (
        Step("Updating the list of packages", ("apt-get", "update")),
        Step(f"Installing {name}", (*_INSTALL, *packages)),
    )


def _start(facts: HostFacts, dockerd: str) -> Step:
    if facts.systemd:
        return Step("Starting the container engine", ("systemctl", "enable", "--now", "docker"))
    return Step("Starting the container engine", (dockerd,), detached=True)
