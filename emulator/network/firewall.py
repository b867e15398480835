"""Brings the rules of security groups to the interfaces of instances, through their folders. No server takes part."""

import contextlib
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from emulator.engine.vpc_range import VpcRange
from emulator.errors import EmulatorError, EngineUnavailableError
from emulator.home import Home
from emulator.locks import locked
from emulator.network.interfaces import Interfaces
from emulator.network.member import Member
from emulator.network.ruleset import generation, ruleset
from emulator.network.security_group import SecurityGroup

_DOUBT_SECONDS = 0.5


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
        self._files = interfaces.files
        self._ask_running = interfaces.running
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
            if not self._files.has_run(folder) or (running is not None and name not in running):
                continue
            try:
                self._wait(folder, _DOUBT_SECONDS)
            except EmulatorError:
                running = self._running() if running is None else running
                if name in running:
                    self._insist(folder)

    def wait_for(self, instance_id: str) -> None:
        """Return when the rules of one instance, whose interface runs, are in force."""
        self._insist(self._home.interface(instance_id))

    def _insist(self, folder: Path) -> None:
        try:
            self._wait(folder, self._patience_seconds)
        except EmulatorError as error:
            named = EmulatorError(f"{folder.parent.name}: {error.message}", hint=error.hint)
            named.log = error.log
            raise named from error

    def _running(self) -> Collection[str]:
        try:
            return self._ask_running()
        except EngineUnavailableError:
            return ()  # what runs all the same has no engine that it could be asked of

    def _wait(self, folder: Path, seconds: float) -> None:
        """Wait until the newest rules of one interface are in force, whoever wrote them."""
        while True:
            wanted = self._files.read_written(folder)
            if not wanted:
                return  # its instance is terminated just now
            try:
                self._files.wait_applied(folder, wanted, seconds)
            except EmulatorError:
                if self._files.read_written(folder) == wanted:
                    raise
            else:
                return

    def _write(self, instance_id: str, script: str) -> bool:
        folder = self._home.interface(instance_id)
        if not folder.is_dir() or self._files.read_written(folder) == generation(script):
            return False
        with contextlib.suppress(FileNotFoundError):  # its instance is terminated just now
            self._files.write_rules(folder, script)
            return True
        return False

    def _folders(self) -> list[Path]:
        found = (self._home.interface(instance.name) for instance in self._home.instances.glob("*"))
        return sorted(folder for folder in found if folder.is_dir())
