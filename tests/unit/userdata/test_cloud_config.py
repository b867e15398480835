"""A #cloud-config, key by key."""

import base64
import gzip
import json
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.userdata import UserDataError, read
from emulator.userdata.checks import command
from emulator.userdata.model import Account, CloudConfig, FileToWrite

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA me@here"


def config(text: str) -> CloudConfig:
    return read(b"#cloud-config\n" + text.encode()).config


def warnings(text: str) -> tuple[str, ...]:
    return read(b"#cloud-config\n" + text.encode()).warnings


def problems(text: str) -> dict[str, str]:
    """Return what is wrong, by its path."""
    with pytest.raises(UserDataError) as caught:
        config(text)
    return {problem.path: problem.message for problem in caught.value.problems}


def test_packages_come_with_or_without_a_version() -> None:
    """A pair is a name and its version, as cloud-init writes it."""
    found = config("packages: [curl, [nginx, 1.22.1-9], 'libc6:i386']\npackage_upgrade: true\n")

    assert found.packages == ("curl", "nginx=1.22.1-9", "libc6:i386")
    assert (found.package_upgrade, found.package_update) == (True, False)


def test_commands_are_shell_text_or_a_program_with_its_arguments() -> None:
    """Only a text is read by a shell."""
    found = config("runcmd:\n- echo $HOME\n- [echo, $HOME, 3]\n-\nbootcmd: [date]\n")

    assert found.runcmd == ("echo $HOME", "echo '$HOME' 3")
    assert found.bootcmd == ("date",)


@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20), max_size=4))
def test_arguments_reach_a_program_as_they_were_written(words: list[str]) -> None:
    """Whatever a shell would make of them."""
    text = command(["printf", "[%s]", *words])

    printed = subprocess.run(["/bin/sh", "-c", text], capture_output=True, check=True, env={"LC_ALL": "C"}).stdout

    assert printed.decode() == "".join(f"[{word}]" for word in words or [""])


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("text/plain", "hé"),
        ("b64", base64.b64encode("hé".encode()).decode()),
        ("base64", "aMOp\n"),
        ("gz+b64", base64.b64encode(gzip.compress("hé".encode(), mtime=0)).decode()),
        ("gzip+base64", base64.b64encode(gzip.compress("hé".encode(), mtime=0)).decode()),
    ],
)
def test_content_is_decoded_on_this_side(encoding: str, content: str) -> None:
    """What is broken is refused before the launch, not found in a log."""
    text = f"write_files:\n- {{path: /a, encoding: {encoding}, content: {json.dumps(content)}}}\n"

    assert config(text).write_files == (FileToWrite("/a", "hé".encode()),)


def test_binary_yaml_may_be_compressed() -> None:
    """YAML has a type of its own for bytes."""
    packed = base64.b64encode(gzip.compress(b"data")).decode()

    (entry,) = config(f"write_files: [{{path: /a, encoding: gzip, content: !!binary {packed}}}]\n").write_files

    assert entry.content == b"data"


@pytest.mark.parametrize(("written", "mode"), [("'0644'", 0o644), ("0600", 0o600), ("'755'", 0o755), ("0o1777", None)])
def test_permissions_are_octal(written: str, mode: int | None) -> None:
    """YAML reads 0600 as octal by itself, and 0o1777 as text."""
    (entry,) = config(f"write_files: [{{path: /a, permissions: {written}}}]\n").write_files

    assert entry.mode == (0o1777 if mode is None else mode)


def test_permissions_that_lost_their_zero_are_warned_about() -> None:
    """644 is a decimal number, on EC2 too."""
    text = "write_files: [{path: /a, permissions: 644}]\n"

    assert warnings(text) == ("user data: write_files.0.permissions is 0o1204, since 644 stands without quotes and 0",)


def test_a_file_of_a_user_who_is_yet_to_be_made_is_warned_about() -> None:
    """A trap of EC2's own; `defer` is the way out."""
    text = "users: [default, {name: bob}]\nwrite_files:\n- {path: /a, owner: 'bob:bob'}\n"

    assert "`defer: true` waits" in warnings(text)[0]
    assert warnings(text.replace("}\n", ", defer: true}\n")) == ()


def test_users_have_all_that_cloud_init_gives_them() -> None:
    """Lists may be written as one text, as in most examples."""
    text = f"""
users:
  - default
  - name: bob
    gecos: Bob B.
    primary-group: staff
    groups: adm, builders
    shell: /bin/bash
    homedir: /srv/bob
    uid: 1500
    sudo: ALL=(ALL) NOPASSWD:ALL
    ssh_authorized_keys: {KEY}
  - name: service
    system: true
    sudo: false
  - carol
"""
    found = config(text)

    assert found.has_default_user
    assert found.accounts == (
        Account(
            "bob",
            gecos="Bob B.",
            primary_group="staff",
            groups=("adm", "builders"),
            shell="/bin/bash",
            homedir="/srv/bob",
            uid=1500,
            sudo=("ALL=(ALL) NOPASSWD:ALL",),
            ssh_authorized_keys=(KEY,),
        ),
        Account("service", system=True),
        Account("carol"),
    )


def test_users_without_the_default_one_leave_it_without_keys() -> None:
    """As on EC2, where it would not even be made; many have locked themselves out with it."""
    text = "users: [{name: bob}]\n"

    assert not config(text).has_default_user
    assert "the AMI's own user gets no keys" in warnings(text)[0]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("hostname: web1\n", ("web1", None)),
        ("hostname: web1.example.com\n", ("web1", "web1.example.com")),
        ("fqdn: web1.example.com\n", ("web1", "web1.example.com")),
        ("hostname: db\nfqdn: web1.example.com\n", ("db", "web1.example.com")),
        ("timezone: Europe/Vienna\n", (None, None)),
    ],
)
def test_host_name_and_domain_come_from_each_other(text: str, names: tuple[str | None, str | None]) -> None:
    """The rules of cloud-init."""
    found = config(text)

    assert (found.hostname, found.fqdn) == names


def test_other_keys_are_ignored_by_name() -> None:
    """Not silently: whoever wrote them meant something."""
    text = "runcmds: [date]\npower_state: {mode: reboot}\n7: seven\nwrite_files: [{path: /a, mode: '0644'}]\n"

    assert warnings(text) == (
        "user data: write_files.0.mode is ignored: cloudlet does not do it",
        "user data: runcmds is ignored: cloudlet does not do it; did you mean runcmd?",
        "user data: power_state is ignored: cloudlet does not do it",
        "user data: 7 is ignored: cloudlet does not do it",
    )


def test_of_a_key_that_stands_twice_the_last_counts_and_one_hears_of_it() -> None:
    """YAML and EC2 drop the first in silence."""
    text = "runcmd: [echo one]\nruncmd: [echo two]\n"

    assert config(text).runcmd == ("echo two",)
    assert warnings(text) == ("user data: runcmd stands twice, in lines 2 and 3: only the last counts",)


def test_every_mistake_is_listed_with_its_place() -> None:
    """One launch, one list."""
    text = """
packages: curl nginx
package_update: maybe
runcmd:
  - echo note: this is a mapping
  - []
bootcmd: echo
write_files:
  - content: 5
  - {path: relative, owner: 7, permissions: rw, append: 1}
  - {path: /a, encoding: rot13}
  - {path: /b, encoding: b64, content: '%%%'}
  - {path: /c, encoding: gz+b64, content: aGVsbG8=}
  - just text
users:
  - name: Bad Name
    uid: -1
    groups: [ok, "not ok"]
    ssh_authorized_keys: [nokey]
  - {shell: bash}
  - 5
ssh_authorized_keys: {a: b}
hostname: -web
timezone: ../../etc/passwd
"""
    found = problems(text)

    assert list(found) == [
        *("users.1.name", "write_files.0.path"),  # what is missing comes first
        *("packages", "package_update", "runcmd.0", "runcmd.1", "bootcmd"),
        *("write_files.0.content", "write_files.1.path", "write_files.1.owner", "write_files.1.permissions"),
        *("write_files.1.append", "write_files.2.encoding", "write_files.3.content", "write_files.4.content"),
        *("write_files.5", "users.0.name", "users.0.uid", "users.0.groups.1", "users.0.ssh_authorized_keys.0"),
        *("users.1.shell", "users.2", "ssh_authorized_keys", "hostname", "timezone"),
    ]
    assert found["packages"] == "'curl nginx' is not a list; write one `- item` a line"
    assert "put it in quotes: `: ` makes a mapping of it" in found["runcmd.0"]
    assert found["write_files.0.path"] == "is missing"
    assert found["write_files.1.owner"] == "7 is not text; put it in quotes"
    assert "is not base64" in found["write_files.3.content"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("runcmd: [unclosed\n", "line 3, column 1"),
        ("- a\n- list\n", "is not a mapping"),
        ("[" * 5000, "user data"),
        ("a: \udcff\n", "is not YAML"),
    ],
)
def test_what_is_no_yaml_is_an_error_with_its_line(text: str, said: str) -> None:
    """EC2 would boot, and do nothing."""
    with pytest.raises(UserDataError, match=said) as caught:
        read(b"#cloud-config\n" + text.encode(errors="surrogateescape"))

    assert caught.value.code == "InvalidUserData.Malformed"


def test_small_files_must_not_become_large_ones() -> None:
    """Each within the limit, all together beyond it."""
    packed = base64.b64encode(gzip.compress(bytes(600_000))).decode()
    files = "".join(f"- {{path: /{name}, encoding: gz+b64, content: {packed}}}\n" for name in "ab")

    assert list(problems("write_files:\n" + files)) == ["write_files.1.content"]
