"""Which transport is in use, and why; what was found last time is kept beside the server's other facts."""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Transport(StrEnum):
    """What a worker's connections go through."""

    TCP = "tcp"
    UNIX = "unix"


@dataclass(frozen=True)
class Choice:
    """A transport, and the reason in a sentence."""

    transport: Transport
    reason: str


@dataclass(frozen=True)
class Memory:
    """What was found on an engine since this machine was started; another engine, another boot: another firewall."""

    file: Path
    engine: str
    boot: str

    def recall(self) -> Choice | None:
        """Return what was found last, None if nothing is known."""
        try:
            kept = json.loads(self.file.read_text())
            if (kept["engine"], kept["boot"]) == (self.engine, self.boot):
                return Choice(Transport(kept["transport"]), str(kept["reason"]))
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return None

    def keep(self, choice: Choice) -> None:
        """Write down what was found; it is found again where that fails."""
        facts = {"engine": self.engine, "boot": self.boot, "transport": choice.transport, "reason": choice.reason}
        try:
            self.file.write_text(json.dumps(facts))
        except OSError:
            return


def boot_id(file: Path = Path("/proc/sys/kernel/random/boot_id")) -> str:
    """Return what names this run of the machine; empty on a system that does not say."""
    try:
        return file.read_text().strip()
    except OSError:
        return ""
