"""The script that an instance runs at each boot. Pure: the same plan gives the same bytes.

Nothing of the user's becomes shell text by itself: values are quoted, and contents come in base64.
"""

import base64
import shlex
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from emulator.userdata.model import Account, BootPlan, FileToWrite, Script

_LIBRARY = Path(__file__).parent / "library.sh"
_EXEC_FORMAT_ERROR = 126


def boot_script(plan: BootPlan) -> bytes:
    """Return the boot.sh of the instance in *plan*, for a POSIX sh that root runs."""
    text = "\n".join(
        [
            _LIBRARY.read_text(),
            _function("at_each_boot", _at_each_boot(plan)),
            _function("before_services", _before_services(plan)),
            _function("after_services", _after_services(plan)),
            f"INSTANCE_ID={shlex.quote(plan.instance_id)}",
            'main "$@"',
            "",
        ]
    )
    return text.encode(errors="replace")


def _at_each_boot(plan: BootPlan) -> Iterator[str]:
    """What cloud-init does at each boot, not only at the first."""
    config = plan.user_data.config
    if config.bootcmd:
        yield _with_content(_step("bootcmd", "put_script", "bootcmd"), _shell_script(config.bootcmd))
        yield _step("bootcmd", "env", f"INSTANCE_ID={plan.instance_id}") + ' "$me/bootcmd"'
    if config.hostname and config.fqdn:
        yield _step("fqdn", "name_in_hosts", config.fqdn, config.hostname)


def _before_services(plan: BootPlan) -> Iterator[str]:
    config = plan.user_data.config
    yield from (_call("say", warning) for warning in plan.user_data.warnings)
    yield 'if [ -f "$cloud/seed/user-data" ]; then install -m 600 "$cloud/seed/user-data" "$me/user-data.txt"; fi'
    yield from (_file(entry) for entry in config.write_files if not entry.deferred)
    if config.hostname:
        yield _step("hostname", "set_hostname", config.hostname)
    for account in config.accounts:
        yield from _account(account)
    if config.has_default_user and (keys := (*plan.public_keys, *config.ssh_authorized_keys)):
        yield _step("ssh_authorized_keys", "authorize", plan.user, *keys)


def _after_services(plan: BootPlan) -> Iterator[str]:
    config = plan.user_data.config
    if config.timezone:
        yield _step("timezone", "set_timezone", config.timezone)
    if config.package_update or config.package_upgrade or config.packages:
        yield _step("package_update", "apt_get", "update")
    if config.package_upgrade:
        yield _step("package_upgrade", "apt_get", "dist-upgrade")
    if config.packages:
        yield _step("packages", "apt_get", "install", "--", *config.packages)
    yield from (_file(entry) for entry in config.write_files if entry.deferred)
    if config.runcmd:
        yield _script(Script("runcmd", _shell_script(config.runcmd)))
    yield from (_script(script) for script in plan.user_data.scripts)


def _script(script: Script) -> str:
    if not script.content.startswith(b"#!"):  # a shell would run it all the same, which EC2 does not
        return f"failed {shlex.quote(f'{script.name}: exec format error')} {_EXEC_FORMAT_ERROR}"
    return _with_content(_step(script.name, "put_script", f"scripts/{script.name}"), script.content)


def _file(entry: FileToWrite) -> str:
    how = "append" if entry.append else "write"
    words = ("write_file", entry.path, f"{entry.mode:04o}", entry.owner, how)
    return _with_content(_step(f"write_files: {entry.path}", *words), entry.content)


def _account(account: Account) -> Iterator[str]:
    title = f"users: {account.name}"
    for group in dict.fromkeys(filter(None, (account.primary_group, *account.groups))):
        yield _step(title, "make_group", group)
    yield _step(title, "make_user", account.name, *_options(account))
    if account.sudo:
        yield _step(title, "allow_sudo", account.name, *account.sudo)
    if account.ssh_authorized_keys:
        yield _step(title, "authorize", account.name, *account.ssh_authorized_keys)


def _options(account: Account) -> Iterator[str]:
    """Yield the options of useradd."""
    yield "--create-home"
    if account.system:
        yield "--system"
    values = {
        "--comment": account.gecos,
        "--gid": account.primary_group,
        "--groups": ",".join(account.groups),
        "--shell": account.shell,
        "--home-dir": account.homedir,
        "--uid": None if account.uid is None else str(account.uid),
    }
    for option, value in values.items():
        if value:
            yield from (option, value)


def _shell_script(commands: Iterable[str]) -> bytes:
    return "\n".join(("#!/bin/sh", *commands, "")).encode(errors="replace")


def _call(*words: str) -> str:
    return shlex.join(words)


def _step(title: str, *words: str) -> str:
    return _call("step", title, *words)


def _with_content(command: str, content: bytes) -> str:
    """Give *command* the content to read; no line of base64 is as short as the end mark."""
    lines = "\n".join(textwrap.wrap(base64.b64encode(content).decode(), 76))
    return f"{command} << 'EOF'\n{lines}\nEOF"


def _function(name: str, lines: Iterable[str]) -> str:
    return "\n".join((f"{name}() {{", *(lines), ":", "}", ""))
