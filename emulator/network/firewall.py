"""Brings the rules of security groups to the interfaces of instances, through their folders. No server takes part."""

import contextlib
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator.engine.vpc_range import VpcRange
from emulator.errors import EmulatorError, EngineUnavailableError
from emulator.home import Home
from emulator.locks import locked
from emulator.network.member import Member
from emulator.network.ruleset import generation, ruleset
from emulator.network.security_group import SecurityGroup

_FOLDER = "interface"
_RULES = "rules.nft"
_APPLIED = "applied"

_DOUBT_SECONDS = 0.5


@dataclass(frozen=True)
class Interfaces:
    """How interfaces are told what to let through; the first two take an instance's `interface` folder first."""

    write_rules: Callable[[Path, str], object]
    """Have a script brought into force."""
    wait_applied: Callable[[Path, str, float], None]
    """Return when a generation is in force; an EmulatorError if it is refused, or not within so many seconds."""
    running: Callable[[], Collection[str]]
    """Return the ids of instances whose interface runs; asked only when one does not answer."""


class Firewall:
    """Writes the rules of every instance of a home, and waits until they are in force."""

    def __init__(
        self,
        home: Home,
        interfaces: Interfaces,
        members: Callable[[], Collection[Member]],
        groups: Callable[[], Sequence[SecurityGroup]],
        patience_seconds: float = 15.0,
    ) -> None:
        """*members* and *groups* are asked for all there are, anew each time."""
        self._home = home
        self._interfaces = interfaces
        self._members = members
        self._groups = groups
        self._patience_seconds = patience_seconds

    def is_needed(self) -> bool:
        """Tell whether any instance has an interface."""
        return any(self._folders())

    def write(self, vpc: VpcRange) -> list[str]:
        """Write the rules that are not written yet, and return the ids of the instances that have new ones."""
        with locked(self._home.lock("firewall")):
            # Asked within the lock: what an earlier writer knew is never newer than what a later one does.
            members = self._members()
            groups = {group.id: group for group in self._groups()}
            addresses: dict[str, set[str]] = defaultdict(set)
            for member in members:
                for group_id in member.group_ids:
                    addresses[group_id].add(member.private_ip)
            changed = []
            for member in members:
                own = [groups[group_id] for group_id in member.group_ids if group_id in groups]
                if self._write(member.instance_id, ruleset(own, addresses, vpc.gateway, vpc.cidr)):
                    changed.append(member.instance_id)
            return changed

    def wait(self) -> None:
        """Return when the rules of every running interface are in force; an EmulatorError says why one's are not."""
        running: Collection[str] | None = None
        for folder in self._folders():
            name = folder.parent.name
            # One that has not run yet brings its rules into force before anything can use it.
            if not (folder / _APPLIED).exists() or (running is not None and name not in running):
                continue
            try:
                self._wait(folder, _DOUBT_SECONDS)
            except EmulatorError:
                running = self._running() if running is None else running
                if name in running:
                    self._insist(folder)

    def _insist(self, folder: Path) -> None:
        try:
            self._wait(folder, self._patience_seconds)
        except EmulatorError as error:
            named = EmulatorError(f"{folder.parent.name}: {error.message}", hint=error.hint)
            named.log = error.log
            raise named from error

    def _running(self) -> Collection[str]:
        try:
            return self._interfaces.running()
        except EngineUnavailableError:
            return ()  # what runs all the same has no engine that it could be asked of

    def _wait(self, folder: Path, seconds: float) -> None:
        """Wait until the newest rules of one interface are in force, whoever wrote them."""
        while True:
            wanted = _written(folder)
            if not wanted:
                return  # its instance is terminated just now
            try:
                self._interfaces.wait_applied(folder, wanted, seconds)
            except EmulatorError:
                if _written(folder) == wanted:
                    raise
            else:
                return

    def _write(self, instance_id: str, script: str) -> bool:
        folder = self._home.instances / instance_id / _FOLDER
        if not folder.is_dir() or _written(folder) == generation(script):
            return False
        with contextlib.suppress(FileNotFoundError):  # its instance is terminated just now
            self._interfaces.write_rules(folder, script)
            return True
        return False

    def _folders(self) -> list[Path]:
        return sorted(self._home.instances.glob(f"*/{_FOLDER}"))


def _written(folder: Path) -> str:
    """Return the generation of the rules that an interface should have; empty if it has none."""
    try:
        return generation((folder / _RULES).read_text())
    except FileNotFoundError:
        return ""
