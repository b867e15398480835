"""Rules: in force when the interface says so, at once when replaced, closed when there are none."""

import statistics
import time
from collections.abc import Callable

import pytest

from emulator.metadata import RulesNotAppliedError, read_applied, wait_applied, write_rules
from tests.conftest import wait_for
from tests.integration.metadata.conftest import OPEN_PORT, Interface, restart, rules

_SECONDS_BETWEEN_LOOKS = 2.0
_METADATA = ("curl", "-sf", "http://169.254.169.254/")


@pytest.fixture
def served(interface: Interface) -> Interface:
    """One whose machine listens on the open port."""
    interface.serve(OPEN_PORT, "hello")
    return interface


@pytest.fixture
def neighbour(start_interface: Callable[..., Interface], join: Callable[..., Interface]) -> Interface:
    """Another instance in the same network."""
    started = start_interface(script=rules("1"))
    wait_applied(started.folder, "1", 30)
    return join(started)


def test_rules_let_in_what_they_name_and_nothing_else(served: Interface, neighbour: Interface) -> None:
    served.serve(9090, "secret")

    assert neighbour.can_connect(served.address, OPEN_PORT)
    assert not neighbour.can_connect(served.address, 9090)
    assert served.says("curl", "-sf", "http://127.0.0.1:9090/") == "secret"


def test_replaced_rules_are_in_force_when_the_interface_says_so(served: Interface, neighbour: Interface) -> None:
    """Both ways, with no call to the engine."""
    for number in range(3):
        served.apply(f"closed-{number}")
        assert not neighbour.can_connect(served.address, OPEN_PORT)
        served.apply(f"open-{number}", OPEN_PORT)
        assert neighbour.can_connect(served.address, OPEN_PORT)


def test_replaced_rules_are_heard_of_at_once(interface: Interface) -> None:
    """Not only when the program next looks, which it does now and then."""
    took: list[float] = []
    for number in range(9):
        began = time.monotonic()
        interface.apply(f"change-{number}", OPEN_PORT)
        took.append(time.monotonic() - began)

    assert statistics.median(took) < _SECONDS_BETWEEN_LOOKS / 4


def test_rules_that_are_replaced_faster_than_they_apply_end_with_the_last(interface: Interface) -> None:
    """What comes while others are brought into force is not missed."""
    for number in range(200):
        write_rules(interface.folder, rules(f"fast-{number}", OPEN_PORT))

    wait_applied(interface.folder, "fast-199", 30)


def test_without_rules_all_is_closed_but_the_loopback(
    served: Interface, start_interface: Callable[..., Interface], join: Callable[..., Interface]
) -> None:
    """Neither in nor out, until there are rules; metadata are told all the same."""
    closed = join(start_interface())
    wait_for(lambda: closed.run(*_METADATA)[0] == 0)
    closed.serve(OPEN_PORT, "hello")

    assert read_applied(closed.folder) is None
    assert not served.can_connect(closed.address, OPEN_PORT)
    assert not closed.can_connect(served.address, OPEN_PORT)
    assert closed.can_connect("127.0.0.1", OPEN_PORT)

    closed.apply("1", OPEN_PORT)
    assert served.can_connect(closed.address, OPEN_PORT)
    assert closed.can_connect(served.address, OPEN_PORT)


@pytest.mark.parametrize("script", ["# bad\ntable inet cloudlet {\n\tnonsense\n}\n", "# bad\n\x01\n"])
def test_refused_rules_leave_the_last_good_ones_in_force(served: Interface, neighbour: Interface, script: str) -> None:
    """And whoever waits for them is told what the packet filter said."""
    write_rules(served.folder, script)

    with pytest.raises(RulesNotAppliedError) as caught:
        wait_applied(served.folder, "bad", 30)

    assert "Error: syntax error" in "\n".join(caught.value.log)
    assert read_applied(served.folder) == "first"
    assert neighbour.can_connect(served.address, OPEN_PORT)

    served.apply("2")
    assert not neighbour.can_connect(served.address, OPEN_PORT)
    wait_for(lambda: not (served.folder / "error").exists())


def test_an_interface_that_starts_with_refused_rules_is_closed(
    served: Interface, start_interface: Callable[..., Interface], join: Callable[..., Interface]
) -> None:
    """Closed, not open; and mended by the next good ones."""
    closed = join(start_interface(script="# 1\nnonsense\n"))
    with pytest.raises(RulesNotAppliedError):
        wait_applied(closed.folder, "1", 30)
    closed.serve(OPEN_PORT, "hello")

    assert not served.can_connect(closed.address, OPEN_PORT)
    assert not closed.can_connect(served.address, OPEN_PORT)

    closed.apply("2", OPEN_PORT)
    assert served.can_connect(closed.address, OPEN_PORT)


def test_what_was_in_force_before_a_restart_is_not_taken_for_what_is(
    interface: Interface, join: Callable[..., Interface]
) -> None:
    """The network is a new one; its rules come anew, and the interface says so anew."""
    (interface.folder / "rules.nft").unlink()
    interface.cloud.engine.containers.stop(interface.id)
    interface.cloud.engine.containers.start(interface.id)
    join(interface)
    wait_for(lambda: interface.run(*_METADATA)[0] == 0)

    assert read_applied(interface.folder) is None
    assert "policy drop" in interface.inside("nft", "list", "chain", "inet", "cloudlet", "output")


def test_rules_are_brought_into_force_by_a_restart(interface: Interface) -> None:
    """Those that are there when it starts, be they the old ones or others."""
    write_rules(interface.folder, rules("second"))
    restart(interface)
    wait_applied(interface.folder, "second", 30)
    restart(interface)
    wait_applied(interface.folder, "second", 30)

    assert "tcp dport" not in interface.inside("nft", "list", "table", "inet", "cloudlet")


def test_broken_files_do_not_end_the_program(interface: Interface) -> None:
    """With it, the instance's network would end."""
    wait_for(lambda: interface.run(*_METADATA)[0] == 0)
    (interface.folder / "metadata.json").write_text("{")
    for script in ("# 1\nnonsense", "nonsense", "#", ""):
        (interface.folder / "rules.nft").write_text(script)
        wait_for(lambda: (interface.folder / "error").exists())
        (interface.folder / "error").unlink()

    interface.apply("2")
    assert interface.get("/latest/meta-data/instance-id").startswith("i-")
