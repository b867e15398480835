"""The interface folder: files through which an interface container is told what to answer and what to let through.

Each is replaced as a whole, so nobody ever reads half a file. The container looks as soon as one is replaced; no engine
is asked and no server needed.
"""

import contextlib
import json
import secrets
import time
from collections.abc import Mapping
from pathlib import Path

from emulator.errors import EmulatorError

_METADATA = "metadata.json"
_RULES = "rules.nft"
_APPLIED = "applied"
_ERROR = "error"
_PAUSE_SECONDS = 0.001
_LONGEST_PAUSE_SECONDS = 0.02


class RulesNotAppliedError(EmulatorError):
    """An interface did not bring its rules into force; `log` is what the packet filter said, if it refused them."""

    def __init__(self, generation: str, reason: str, log: tuple[str, ...] = ()) -> None:
        super().__init__(
            f"the network rules {generation} are not in force: {reason}",
            hint="`docker logs` of the instance's interface container may say more",
        )
        self.log = log


def write_metadata(folder: Path, document: Mapping[str, object]) -> None:
    """Have the interface answer from *document* from now on, as `metadata_document` makes it."""
    _replace(folder / _METADATA, json.dumps(document, separators=(",", ":")))


def write_rules(folder: Path, script: str) -> str:
    """
    Have the interface bring *script* into force, and return its generation.

    The first line is `# ` and the generation, which no other rules have. The script replaces the table `inet cloudlet`
    and touches no other: the engine's name service and the lock on the metadata address live in tables of their own.
    """
    generation = _generation(script)
    if not generation:
        raise ValueError("the first line of the rules is not `# ` and their generation")
    (folder / _ERROR).unlink(missing_ok=True)  # what was refused once may be accepted now
    _replace(folder / _RULES, script)
    return generation


def read_applied(folder: Path) -> str | None:
    """Return the generation of the rules in force; None if there are none but that all is closed."""
    return _read(folder / _APPLIED).strip() or None


def read_written(folder: Path) -> str:
    """Return the generation of the rules that are to be in force; empty if none were ever written."""
    return _generation(_read(folder / _RULES))


def has_run(folder: Path) -> bool:
    """Tell whether the interface ever ran: from its first moment on, it says what is in force."""
    return (folder / _APPLIED).exists()


def forget_applied(folder: Path) -> None:
    """Forget what was in force: to be called before an interface starts, so that nobody takes it for what is."""
    (folder / _APPLIED).unlink(missing_ok=True)


def wait_applied(folder: Path, generation: str, timeout_seconds: float) -> None:
    """Return when the rules *generation* are in force; RulesNotAppliedError says why they are not."""
    deadline = time.monotonic() + timeout_seconds
    pause = _PAUSE_SECONDS
    while read_applied(folder) != generation:
        mark, *reasons = _read(folder / _ERROR).splitlines() or [""]
        if mark == f"# {generation}":
            raise RulesNotAppliedError(generation, "the packet filter refused them", tuple(reasons))
        if time.monotonic() > deadline:
            raise RulesNotAppliedError(generation, f"no answer from the interface within {timeout_seconds:g} s")
        time.sleep(pause)
        pause = min(pause * 1.1, _LONGEST_PAUSE_SECONDS)


def _generation(script: str) -> str:
    """Return what the first line says; empty if it is not `# ` and a generation."""
    mark, _, generation = script.partition("\n")[0].partition(" ")
    return generation if mark == "#" and generation == generation.strip() else ""


def _read(path: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return path.read_text(errors="replace")
    return ""


def _replace(path: Path, text: str) -> None:
    """Write *text*, which may hold secrets, for its owner alone."""
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        new.touch(mode=0o600, exist_ok=False)
        new.write_text(text)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
