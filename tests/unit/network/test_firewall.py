"""Rules on their way to interfaces, which are played by threads here: what is written when, and who is waited for."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from emulator.engine.vpc_range import VpcRange
from emulator.errors import EmulatorError, EngineUnavailableError
from emulator.home import Home
from emulator.metadata import folder as interface_files
from emulator.network.firewall import Firewall
from emulator.network.interfaces import Interfaces
from emulator.network.member import Member
from emulator.network.security_group import Permission, Rule, SecurityGroup
from tests.conftest import wait_for

RANGE = VpcRange.of("172.31.0.0/16")
GROUP = "sg-0123456789abcdef0"
FIRST, SECOND = "i-00000000000000001", "i-00000000000000002"


@dataclass
class Fleet:
    """Instances of one group that lets in its members, and what their interfaces do."""

    home: Home
    members: list[Member] = field(default_factory=list)
    running: set[str] = field(default_factory=set)
    questions: int = 0
    groups: list[SecurityGroup] = field(default_factory=list)

    def add(self, instance_id: str, address: str) -> Path:
        """Add an instance, and return the folder of its interface."""
        self.members.append(Member(instance_id, address, (GROUP,)))
        folder = self.folder(instance_id)
        folder.mkdir(parents=True)
        return folder

    def folder(self, instance_id: str) -> Path:
        return self.home.interface(instance_id)

    def firewall(self, members: Callable[[], list[Member]] | None = None, patience_seconds: float = 30.0) -> Firewall:
        return Firewall(
            self.home,
            Interfaces(interface_files, self._running),
            members or (lambda: self.members),
            lambda: self.groups,
            patience_seconds=patience_seconds,
        )

    def _running(self) -> set[str]:
        self.questions += 1
        return self.running


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    among_members = Rule("sgr-1", GROUP, False, Permission("-1", -1, -1, peer_group=GROUP))
    return Fleet(Home(tmp_path), groups=[SecurityGroup(GROUP, "name", "x", (among_members,))])


@pytest.fixture
def interface(fleet: Fleet) -> Iterator[Callable[[str], None]]:
    """Play the interface of an instance: it has in force what was written last, a moment later."""
    end = threading.Event()
    threads = []

    def run(instance_id: str) -> None:
        folder = fleet.folder(instance_id)
        (folder / "applied").touch()
        fleet.running.add(instance_id)

        def play() -> None:
            while not end.wait(0.01):
                (folder / "new").write_text(interface_files.read_written(folder) + "\n")
                (folder / "new").replace(folder / "applied")  # nobody reads half of it

        threads.append(threading.Thread(target=play))
        threads[-1].start()

    yield run
    end.set()
    for thread in threads:
        thread.join()


def rules(folder: Path) -> str:
    return (folder / "rules.nft").read_text()


def test_without_instances_there_is_nothing_to_do(fleet: Fleet) -> None:
    """Security groups can be prepared where there is no engine."""
    assert not fleet.firewall().is_needed()
    assert fleet.firewall().write(RANGE) == []
    fleet.firewall().wait()


def test_rules_are_written_once(fleet: Fleet) -> None:
    """What is the same as before makes no interface stir."""
    folder = fleet.add(FIRST, "172.31.0.4")

    assert fleet.firewall().is_needed()
    assert fleet.firewall().write(RANGE) == [FIRST]
    before = (folder / "rules.nft").stat()
    assert fleet.firewall().write(RANGE) == []
    assert (folder / "rules.nft").stat() == before


def test_a_new_member_is_let_in_by_the_others(fleet: Fleet) -> None:
    first = fleet.add(FIRST, "172.31.0.4")
    fleet.firewall().write(RANGE)
    fleet.add(SECOND, "172.31.0.5")

    assert fleet.firewall().write(RANGE) == [FIRST, SECOND]
    assert "{ 172.31.0.4, 172.31.0.5 }" in rules(first)


def test_an_instance_without_a_folder_is_a_member_all_the_same(fleet: Fleet) -> None:
    """It is about to be made, or to be gone; nobody stumbles over it."""
    first = fleet.add(FIRST, "172.31.0.4")
    fleet.members.append(Member(SECOND, "172.31.0.5", (GROUP,)))

    assert fleet.firewall().write(RANGE) == [FIRST]
    assert "172.31.0.5" in rules(first)


def test_an_instance_in_a_group_that_is_lost_is_closed(fleet: Fleet) -> None:
    first = fleet.add(FIRST, "172.31.0.4")
    fleet.groups.clear()

    fleet.firewall().write(RANGE)

    assert "@" not in rules(first)
    assert "policy accept" not in rules(first)


def test_waiting_ends_when_every_interface_has_answered(fleet: Fleet, interface: Callable[[str], None]) -> None:
    for instance_id, address in ((FIRST, "172.31.0.4"), (SECOND, "172.31.0.5")):
        fleet.add(instance_id, address)
        interface(instance_id)

    fleet.firewall().write(RANGE)
    fleet.firewall().wait()

    for instance_id in (FIRST, SECOND):
        folder = fleet.folder(instance_id)
        assert (folder / "applied").read_text().strip() == interface_files.read_written(folder)


def test_an_interface_that_never_ran_is_not_waited_for(fleet: Fleet) -> None:
    """It brings its rules into force before anything can use it."""
    fleet.add(FIRST, "172.31.0.4")
    fleet.firewall().write(RANGE)

    fleet.firewall().wait()

    assert fleet.questions == 0


def test_interfaces_that_do_not_run_are_not_waited_for(fleet: Fleet) -> None:
    """After an engine was stopped, say; who runs is asked once, however many there are."""
    for number in range(5):
        folder = fleet.add(f"i-0000000000000000{number}", f"172.31.0.{number + 4}")
        (folder / "applied").write_text("0123456789abcdef\n")
    fleet.firewall().write(RANGE)

    fleet.firewall().wait()

    assert fleet.questions == 1


def test_without_an_engine_nothing_is_waited_for(fleet: Fleet) -> None:
    folder = fleet.add(FIRST, "172.31.0.4")
    (folder / "applied").touch()
    fleet.firewall().write(RANGE)

    def unavailable() -> set[str]:
        raise EngineUnavailableError("there is no engine")

    interfaces = Interfaces(interface_files, unavailable)
    Firewall(fleet.home, interfaces, lambda: fleet.members, lambda: fleet.groups).wait()


def test_a_running_interface_that_does_not_answer_is_an_error(fleet: Fleet) -> None:
    """A rule that was revoked and still lets everything in must not look done."""
    folder = fleet.add(FIRST, "172.31.0.4")
    (folder / "applied").touch()
    fleet.running.add(FIRST)
    fleet.firewall().write(RANGE)

    with pytest.raises(EmulatorError, match=f"{FIRST}: .* not in force"):
        fleet.firewall(patience_seconds=0.1).wait()


def test_what_the_packet_filter_says_against_rules_is_told(fleet: Fleet) -> None:
    folder = fleet.add(FIRST, "172.31.0.4")
    (folder / "applied").touch()
    fleet.running.add(FIRST)
    fleet.firewall().write(RANGE)
    (folder / "error").write_text(f"# {interface_files.read_written(folder)}\nline 3: syntax error\n")

    with pytest.raises(EmulatorError, match="refused") as caught:
        fleet.firewall().wait()

    assert caught.value.log == ("line 3: syntax error",)


def test_newer_rules_of_another_shell_are_as_good(fleet: Fleet) -> None:
    """They are made of what both shells have changed."""
    folder = fleet.add(FIRST, "172.31.0.4")
    (folder / "applied").touch()
    fleet.running.add(FIRST)
    fleet.firewall().write(RANGE)
    waiting = threading.Thread(target=fleet.firewall().wait)
    waiting.start()

    fleet.members.append(Member(SECOND, "172.31.0.5", (GROUP,)))
    fleet.firewall().write(RANGE)
    (folder / "applied").write_text(interface_files.read_written(folder))
    waiting.join(timeout=30)

    assert not waiting.is_alive()


def test_an_instance_that_is_terminated_meanwhile_is_not_waited_for(fleet: Fleet) -> None:
    folder = fleet.add(FIRST, "172.31.0.4")
    (folder / "applied").touch()
    fleet.running.add(FIRST)
    fleet.firewall().write(RANGE)
    waiting = threading.Thread(target=fleet.firewall().wait)
    waiting.start()

    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    waiting.join(timeout=30)

    assert not waiting.is_alive()


def test_what_an_earlier_shell_knew_never_replaces_what_a_later_one_knows(fleet: Fleet) -> None:
    """Both ask who is there only when it is their turn."""
    first = fleet.add(FIRST, "172.31.0.4")
    newer = [*fleet.members, Member(SECOND, "172.31.0.5", (GROUP,))]
    later = threading.Thread(target=lambda: fleet.firewall(lambda: newer).write(RANGE))

    def older() -> list[Member]:
        later.start()
        later.join(timeout=0.3)  # it cannot end: it is not its turn
        return fleet.members

    fleet.firewall(older).write(RANGE)
    later.join()

    assert "172.31.0.5" in wait_for(lambda: rules(first))
