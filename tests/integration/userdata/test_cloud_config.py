"""What a #cloud-config makes of a machine."""

import pytest

from emulator.userdata import read
from tests.integration.userdata.conftest import Boot, Machine

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA it's me"

CONFIG = f"""#cloud-config
bootcmd:
  - echo boot >> /root/boots
  - [sh, -c, 'echo "$INSTANCE_ID" > /root/instance-id']
write_files:
  - path: /etc/app/plain
    content: |
      it's "quoted" $HOME `id` \\n
      EOF
  - {{path: /etc/app/packed, encoding: gz+b64, permissions: '0600', owner: 'daemon:daemon',
      content: H4sIAAAAAAACA8tIzcnJBwCGphA2BQAAAA==}}
  - {{path: /etc/hosts.d/a b, content: one}}
  - {{path: /etc/hosts.d/a b, content: two, append: true}}
  - {{path: /home/bob/notes, owner: 'bob:builders', content: late, defer: true}}
users:
  - default
  - name: bob
    gecos: Bob B.
    groups: adm, builders
    shell: /bin/bash
    uid: 1500
    sudo: ALL=(ALL) NOPASSWD:ALL
    ssh_authorized_keys: ["{KEY}"]
ssh_authorized_keys: ["{KEY}"]
hostname: web1.example.com
timezone: Europe/Vienna
runcmd:
  - echo "$(id -un) $(cat /home/bob/notes)" > /root/said
  - [touch, /root/a b, '$HOME']
power_state: {{mode: poweroff}}
"""


@pytest.fixture
def configured(boot: Boot) -> Machine:
    machine = boot(CONFIG.encode(), "ssh-rsa AAAA pair", KEY, hostname=read(CONFIG.encode()).hostname)
    assert machine.result() == 0, machine.output
    return machine


def test_every_key_is_done(configured: Machine) -> None:
    """Read back from inside, all in one machine."""
    says = configured.says

    assert says("cat", "/etc/app/plain") == """it's "quoted" $HOME `id` \\n\nEOF"""
    assert says("cat", "/etc/app/packed", "/etc/hosts.d/a b") == "helloonetwo"
    assert says("stat", "-c", "%a %U:%G", "/etc/app/packed", "/etc/app/plain", "/home/bob/notes").splitlines() == [
        *("600 daemon:daemon", "644 root:root", "644 bob:builders")
    ]
    assert says("getent", "passwd", "bob").startswith("bob:x:1500:")
    assert says("getent", "passwd", "bob").endswith(":Bob B.:/home/bob:/bin/bash")
    assert set(says("id", "-Gn", "bob").split()) == {"bob", "adm", "builders"}
    assert says("su", "bob", "-c", "sudo -n id -un") == "root"
    assert says("cat", "/root/said") == "root late"
    assert says("sh", "-c", "cd /root; ls -d 'a b'; ls -d '/$HOME'").splitlines() == ["a b", "/$HOME"]
    assert says("cat", "/root/instance-id") == "i-0123456789abcdef0"
    assert says("date", "-d", "2026-07-01T12:00:00Z", "+%H:%M %Z") == "14:00 CEST"
    assert says("hostname") == "web1"
    assert says("hostname", "-f") == "web1.example.com"
    assert configured.booted() == "running"


def test_keys_are_there_for_those_whom_they_let_in_and_for_nobody_else_to_see(configured: Machine) -> None:
    """sshd refuses keys that others could write. A key that is given twice is there once."""
    says = configured.says

    assert says("cat", "/home/admin/.ssh/authorized_keys").splitlines() == ["ssh-rsa AAAA pair", KEY]
    assert says("cat", "/home/bob/.ssh/authorized_keys") == KEY
    for user in ("admin", "bob"):
        folder = f"/home/{user}/.ssh"
        modes = says("stat", "-c", "%a %U:%G", folder, f"{folder}/authorized_keys")
        assert modes.splitlines() == [f"700 {user}:{user}", f"600 {user}:{user}"]


def test_what_is_ignored_is_named_in_the_log(configured: Machine) -> None:
    """And nothing else happens: this machine would be off."""
    assert "cloudlet: user data: power_state is ignored" in configured.output
    assert configured.state == "running"


def test_bootcmd_runs_at_each_boot_and_the_rest_does_not(configured: Machine) -> None:
    """As with EC2's cloud-init, of which it is the one exception."""
    configured.stop()
    configured.start()
    configured.booted()

    assert configured.says("cat", "/root/boots", "/etc/hosts.d/a b").split() == ["boot", "boot", "onetwo"]
    assert configured.says("grep", "-c", "web1.example.com", "/etc/hosts") == "1"


def test_keys_are_there_before_anybody_can_log_in(boot: Boot) -> None:
    """A login that is refused is not tried again by most scripts."""
    machine = boot(b"", "ssh-rsa AAAA me")
    machine.booted()

    moments = machine.says(
        "systemctl", "show", "--value", "-p", "ActiveEnterTimestampMonotonic", "cloudlet-init.service"
    )
    later = machine.says("systemctl", "show", "--value", "-p", "InactiveExitTimestampMonotonic", "ssh.service")

    assert 0 < int(moments) < int(later)
    assert machine.says("cat", "/home/admin/.ssh/authorized_keys") == "ssh-rsa AAAA me"


def test_packages_are_installed_before_commands_run(boot: Boot) -> None:
    """From Debian's mirror, as an AMI's."""
    machine = boot(b"#cloud-config\npackages: [tree]\nruncmd: [tree --version]\n")

    assert machine.result() == 0, machine.output
    assert "Steve Baker" in machine.output


def test_a_package_that_does_not_exist_fails_in_apts_own_words_and_the_rest_is_done(boot: Boot) -> None:
    """No step keeps the others from being done, and the result is the first failure's."""
    machine = boot(b"#cloud-config\npackages: [no-such-package]\nruncmd: [echo done all the same]\n")

    assert machine.result() == 100
    assert "E: Unable to locate package no-such-package" in machine.output
    assert "cloudlet: packages: failed with exit status 100" in machine.output
    assert "done all the same" in machine.output


def test_scripts_and_cloud_config_come_together_as_mime(boot: Boot) -> None:
    """The files of the one are there for the other; several scripts run in the order of their names."""
    parts = [
        ("text/x-shellscript", "#!/bin/sh\ncat /etc/written; echo\nexit 6\n"),
        ("text/cloud-config", "write_files: [{path: /etc/written, content: 'by the config'}]\nruncmd: [echo last]\n"),
        ("text/x-shellscript", "#!/bin/sh\necho and the second\n"),
    ]
    raw = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="//"\n\n'
    raw += "".join(f"--//\nContent-Type: {kind}; charset=us-ascii\n\n{text}\n" for kind, text in parts) + "--//--\n"

    machine = boot(raw.encode())

    assert machine.result() == 6
    said = [line for line in machine.output.splitlines() if not line.startswith("cloudlet:")]
    assert said == ["by the config", "and the second", "last"]


def test_what_a_small_machine_lacks_is_named(boot: Boot) -> None:
    """No sudo, and a name that cannot be given any more: the rest is done."""
    machine = boot(
        b"#cloud-config\nhostname: other\nusers: [default, {name: bob, sudo: 'ALL=(ALL) ALL'}]\nruncmd: [id -un bob]\n",
        image="minimal",
    )

    assert machine.result() == 1
    assert "cloudlet: a machine's name is given to it when it is made: this one remains ip-172-31-0-1" in machine.output
    assert "cloudlet: visudo is not installed here" in machine.output
    assert "\nbob" in machine.output
