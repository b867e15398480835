"""User data that is a program: once, as root, its output where AWS's users look for it."""

import pytest

from tests.conftest import wait_for
from tests.integration.userdata.conftest import Boot


def test_a_script_runs_as_root_and_its_output_is_in_the_log_and_on_the_console(boot: Boot) -> None:
    """Both streams of it; `get-console-output` shows the console."""
    machine = boot(b'#!/bin/sh\necho "I am $(id -un) in $(pwd), $HOME"\necho trouble >&2\n')

    assert machine.result() == 0
    assert machine.output.splitlines()[:2] == ["I am root in /, /root", "trouble"]
    console = wait_for(lambda: text if "with exit status 0" in (text := machine.console) else "")
    assert "I am root in /, /root" in console
    assert "trouble" in console
    assert "Reached target" in console
    assert machine.booted() == "running"


def test_user_data_runs_when_the_services_are_up(boot: Boot) -> None:
    """So that a script may configure and restart them."""
    machine = boot(b"#!/bin/sh\nsystemctl is-active ssh multi-user.target && systemctl restart ssh\n")

    assert machine.result() == 0
    assert machine.output.splitlines()[:2] == ["active", "active"]


@pytest.mark.parametrize(
    "script",
    [
        b"#!/usr/bin/env python3\nimport sys\nprint('by', sys.version_info.major)\nsys.exit(0)\n",
        b"#!/bin/bash\nwords=(by 3)\necho ${words[@]}\n",
        b"#!/bin/sh\r\necho by 3\r\n",
    ],
)
def test_the_first_line_says_which_program_reads_the_script(boot: Boot, script: bytes) -> None:
    """Not always a shell; and not always written on Unix."""
    machine = boot(script)

    assert machine.result() == 0
    assert machine.output.splitlines()[0] == "by 3"


def test_a_script_that_fails_is_reported_and_leaves_the_machine_running(boot: Boot) -> None:
    """As on EC2: systemd names what failed, and the instance is there to be looked at."""
    machine = boot(b"#!/bin/sh\necho so far\nexit 7\n")

    assert machine.result() == 7
    assert "cloudlet: user data: part-001: failed with exit status 7" in machine.output
    assert machine.booted() == "degraded"
    assert machine.says("systemctl", "list-units", "--failed", "--plain", "--no-legend").split()[0] == (
        "cloudlet-final.service"
    )


@pytest.mark.parametrize(
    ("script", "status", "said"),
    [
        (b"#!/no/such/program\n", 127, "not found"),
        (b"\n#!/bin/sh\necho ran\n", 126, "exec format error"),
    ],
)
def test_a_script_that_cannot_start_fails(boot: Boot, script: bytes, status: int, said: str) -> None:
    """What EC2 would not run is not run here."""
    machine = boot(script)

    assert machine.result() == status
    assert said in machine.output
    assert "\nran" not in machine.output


def test_a_script_of_16384_bytes_arrives_whole(boot: Boot) -> None:
    """Also bytes that are no text, behind its end."""
    script = b'#!/bin/sh\nwc -c < "$0"; tail -c 4 "$0" | od -An -tx1\nexit 0\n'
    machine = boot(script + bytes(16_384 - len(script) - 4) + b"\x00\xff\x80\r")

    assert machine.result() == 0
    assert [line.split() for line in machine.output.splitlines()[:2]] == [["16384"], ["00", "ff", "80", "0d"]]
    assert machine.says("wc", "-c", "/var/lib/cloud/instance/user-data.txt").split()[0] == "16384"
    assert machine.says("stat", "-c", "%a %U", "/var/lib/cloud/instance/user-data.txt") == "600 root"


def test_what_a_script_leaves_in_the_background_goes_on(boot: Boot) -> None:
    """The way many a server is started; it may write to the log, and nobody waits for it."""
    machine = boot(b"#!/bin/sh\n(while sleep 0.2; do echo tick; done) &\nexit 1\n")

    assert machine.result() == 1
    assert machine.booted() == "degraded"
    wait_for(lambda: machine.output.count("tick") > 2)
    assert machine.stop() == 143


def test_user_data_runs_once_however_often_the_machine_boots(boot: Boot) -> None:
    """Not at a start, not at a reboot, and not when it was changed meanwhile."""
    machine = boot(b"#!/bin/sh\necho once >> /root/ran\n", "ssh-ed25519 AAAA first")
    assert machine.result() == 0

    machine.stop()
    machine.plan(b"#!/bin/sh\necho changed >> /root/ran\n", "i-0123456789abcdef0", "ssh-ed25519 AAAA second")
    machine.start()

    assert machine.booted() == "running"
    assert machine.result() == 0
    assert machine.says("cat", "/root/ran") == "once"
    assert machine.says("cat", "/home/admin/.ssh/authorized_keys") == "ssh-ed25519 AAAA first"


def test_a_new_instance_from_the_same_disk_runs_its_own_user_data(boot: Boot) -> None:
    """What `create-image` copies includes the results of the instance that it was made from."""
    machine = boot(b"#!/bin/sh\nexit 9\n")
    assert machine.result() == 9
    machine.stop()

    machine.plan(b"#!/bin/sh\necho new\n", "i-fedcba98765432100")
    machine.start()

    assert wait_for(lambda: machine.run("true").exit_code == 0)
    assert machine.result() == 0
    assert machine.says("readlink", "/var/lib/cloud/instance") == "/var/lib/cloud/instances/i-fedcba98765432100"


def test_a_script_that_is_cut_short_is_not_begun_again(boot: Boot) -> None:
    """As on EC2; and whoever waits hears of it."""
    machine = boot(b"#!/bin/sh\necho begun >> /root/ran\nsleep 1000\n")
    wait_for(lambda: machine.run("test", "-e", "/root/ran").exit_code == 0)

    machine.stop()
    machine.start()

    machine.booted()
    assert machine.result() == 143
    assert machine.says("cat", "/root/ran") == "begun"
    assert "user data is not run again" in machine.output


def test_without_user_data_there_is_a_result_all_the_same(boot: Boot) -> None:
    """So that waiting needs no case of its own."""
    machine = boot()

    assert machine.result() == 0
    assert machine.booted() == "running"
    assert machine.run("test", "-e", "/var/lib/cloud/instance/boot-finished").exit_code == 0


def test_a_machine_without_systemd_runs_user_data_too(boot: Boot) -> None:
    """With a shell and what Debian cannot be without; and once, as everywhere."""
    machine = boot(b"#!/bin/sh\necho once >> /root/ran\necho said\nexit 4\n", "ssh-rsa AAAA me", image="minimal")

    assert machine.result() == 4
    assert machine.output.splitlines()[0] == "said"
    wait_for(lambda: "said" in machine.console)
    assert machine.says("cat", "/root/.ssh/authorized_keys") == "ssh-rsa AAAA me"

    assert machine.stop() == 137
    machine.start()
    wait_for(lambda: machine.run("test", "-e", "/var/lib/cloud/instance/boot-finished").exit_code == 0)
    assert machine.says("cat", "/root/ran") == "once"
