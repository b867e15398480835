"""The script of an instance, as text. What it does is in the integration tests."""

import shlex
import subprocess

import pytest

from emulator.userdata import BootPlan, UserData, boot_script, read

NASTY = """it's "$(touch /tmp/x)" `id` \\ EOF ${HOME} ; & | > é"""

EVERYTHING = f"""#cloud-config
bootcmd: [[echo, {shlex.quote("a b")}]]
write_files:
- path: "/etc/{"x"} $(y)"
  content: |
    {NASTY}
    EOF
- {{path: /late, defer: true}}
users: [default, {{name: bob, gecos: '$(id)', groups: [adm], sudo: 'ALL=(ALL) ALL'}}]
ssh_authorized_keys: ["ssh-ed25519 AAAA it's me"]
fqdn: a.example.com
timezone: UTC
packages: [curl]
runcmd: ["echo '"]
power_state: "$(id)"
"""


def plan(raw: bytes = b"", *keys: str) -> BootPlan:
    return BootPlan("i-0123456789abcdef0", "admin", keys, read(raw))


def steps(raw: bytes, *keys: str) -> list[str]:
    """Return the lines that the plan adds to what every script has."""
    common = set(boot_script(BootPlan("i-0123456789abcdef0", "admin")).decode().splitlines())
    return [line for line in boot_script(plan(raw, *keys)).decode().splitlines() if line not in common]


@pytest.mark.parametrize("raw", [b"", b"#!/bin/sh\nexit 1\n", EVERYTHING.encode()])
def test_a_posix_shell_can_read_it(raw: bytes) -> None:
    """Whatever stands in the user data."""
    script = boot_script(plan(raw, "ssh-ed25519 AAAA it's me"))

    assert subprocess.run(["/bin/sh", "-n"], input=script, check=False, capture_output=True).stderr == b""


def test_the_same_plan_gives_the_same_bytes() -> None:
    """So that whoever writes it again changes nothing."""
    assert boot_script(plan(EVERYTHING.encode())) == boot_script(plan(EVERYTHING.encode()))


def test_steps_come_in_the_order_of_cloud_init() -> None:
    """Files are written before users are made, unless they are deferred; scripts come last."""
    order = [line.split()[1].strip("'").rstrip(":") for line in steps(EVERYTHING.encode()) if line.startswith("step ")]

    assert list(dict.fromkeys(order)) == [
        *("bootcmd", "fqdn", "write_files", "hostname", "users", "ssh_authorized_keys"),
        *("timezone", "package_update", "packages", "runcmd"),
    ]


def test_the_key_pair_goes_to_the_user_of_the_ami() -> None:
    """And to nobody else."""
    assert steps(b"", "ssh-rsa AAAA me") == ["step ssh_authorized_keys authorize admin 'ssh-rsa AAAA me'"]


def test_without_the_default_user_the_key_pair_goes_to_nobody() -> None:
    """As on EC2; `read` has warned of it."""
    assert not any("ssh-rsa" in line for line in steps(b"#cloud-config\nusers: [bob]\n", "ssh-rsa AAAA me"))


def test_what_is_ignored_is_said_inside_too() -> None:
    """Whoever looks for the reason looks into the log."""
    (line,) = steps(b"#cloud-config\nntp: {enabled: true}\n")

    assert line == "say 'user data: ntp is ignored: cloudlet does not do it'"


def test_nothing_to_do_is_a_script_all_the_same() -> None:
    """Its result is waited for, and 0."""
    script = boot_script(BootPlan("i-0123456789abcdef0", "root", (), UserData())).decode()

    assert script.startswith("#!/bin/sh\n")
    assert script.endswith('INSTANCE_ID=i-0123456789abcdef0\nmain "$@"\n')
