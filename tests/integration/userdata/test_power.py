"""How a machine ends tells what was wanted: the engine boots it again after a reboot, and after nothing else."""

import pytest

from tests.conftest import wait_for
from tests.integration.userdata.conftest import Boot


@pytest.mark.parametrize(
    "command", ["poweroff", "halt", "shutdown -h now", "shutdown now", "systemctl poweroff", "init 0"]
)
def test_a_power_off_from_inside_ends_with_0_and_stays(boot: Boot, command: str) -> None:
    """However it is said."""
    machine = boot()
    machine.booted()

    machine.run(*command.split())

    assert machine.ended() == 0


@pytest.mark.parametrize("command", ["reboot", "shutdown -r now", "systemctl reboot", "init 6"])
def test_a_reboot_from_inside_boots_again(boot: Boot, command: str) -> None:
    """The disk is kept, memory is not."""
    machine = boot()
    machine.booted()
    before = machine.first_process
    machine.says("touch", "/root/kept", "/run/lost")

    machine.run(*command.split())

    wait_for(lambda: machine.first_process not in (0, before))
    assert machine.booted() == "running"
    assert machine.says("sh", "-c", "ls /root/kept /run/lost 2> /dev/null; true") == "/root/kept"


def test_a_stop_from_outside_ends_with_143_and_stays(boot: Boot) -> None:
    """Another end than both: it was the engine that asked. In order, too: a kill would be 137."""
    machine = boot()
    machine.booted()

    assert machine.stop() == 143

    machine.start()
    assert machine.booted() == "running"
    assert machine.stop() == 143


def test_a_stop_while_it_still_boots_is_a_stop(boot: Boot) -> None:
    """Systemd hears the signal before anything else is up."""
    machine = boot()
    wait_for(lambda: "Welcome to" in machine.console)

    assert machine.stop() == 143


def test_a_machine_that_stops_complains_of_nothing(boot: Boot) -> None:
    """What the engine mounted is not unmounted: each stop would end in lines of red on the console."""
    machine = boot()
    machine.booted()

    machine.stop()

    assert "FAILED" not in machine.console
    assert "Reached target" in machine.console


@pytest.mark.parametrize(("command", "status"), [(b"reboot", 0), (b"sleep 0.1; reboot; sleep 0.1; exit 5", 5)])
def test_a_script_may_end_in_a_reboot(boot: Boot, command: bytes, status: int) -> None:
    """Common after an upgrade; its result is known afterwards, and it does not reboot for ever."""
    machine = boot(b"#!/bin/sh\necho once >> /root/ran\n" + command + b"\n")
    before = machine.first_process

    wait_for(lambda: machine.first_process not in (0, before))
    machine.booted()

    assert machine.result() == status
    assert machine.says("cat", "/root/ran") == "once"


def test_a_script_may_power_the_machine_off(boot: Boot) -> None:
    """A worker that ends itself when its work is done."""
    machine = boot(b"#!/bin/sh\nshutdown -h now\n")

    assert machine.ended() == 0


def test_systemd_finds_nothing_wrong_with_the_units(boot: Boot) -> None:
    """A line that it does not understand is passed over in silence at boot."""
    machine = boot()
    units = "cloudlet-init.service cloudlet-final.service cloudlet-stop.service cloudlet-ssh-keys.service sigpwr.target"

    found = machine.run("systemd-analyze", "verify", *units.split())

    assert (found.exit_code, [line for line in found.errors.decode().splitlines() if "cloudlet" in line]) == (0, [])
