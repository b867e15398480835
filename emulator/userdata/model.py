"""User data once it is understood: what is to be done at the first boot. Nothing in here is done yet."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class FileToWrite:
    """One of `write_files`, its content already decoded."""

    path: str
    content: bytes = b""
    owner: str = "root:root"
    mode: int = 0o644
    append: bool = False
    deferred: bool = False
    """Written after packages and users, not before."""


@dataclass(frozen=True)
class Account:
    """One of `users`, other than `default`."""

    name: str
    gecos: str | None = None
    primary_group: str | None = None
    groups: tuple[str, ...] = ()
    shell: str | None = None
    homedir: str | None = None
    uid: int | None = None
    system: bool = False
    sudo: tuple[str, ...] = ()
    ssh_authorized_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class CloudConfig:
    """What a `#cloud-config` asks for. Commands are shell text, whichever way they were written."""

    bootcmd: tuple[str, ...] = ()
    """Run at each boot, as EC2 does."""
    write_files: tuple[FileToWrite, ...] = ()
    hostname: str | None = None
    fqdn: str | None = None
    accounts: tuple[Account, ...] = ()
    has_default_user: bool = True
    """Whether the AMI's own user gets keys: not if `users` leaves out `default`."""
    ssh_authorized_keys: tuple[str, ...] = ()
    """For the default user."""
    timezone: str | None = None
    package_update: bool = False
    package_upgrade: bool = False
    packages: tuple[str, ...] = ()
    runcmd: tuple[str, ...] = ()


@dataclass(frozen=True)
class Script:
    """A program with its `#!` line."""

    name: str
    content: bytes


@dataclass(frozen=True)
class UserData:
    """All that user data asks for, and sentences about what will not be done."""

    config: CloudConfig = field(default_factory=CloudConfig)
    scripts: tuple[Script, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def hostname(self) -> str | None:
        """The name it gives the machine, which has to be known when the machine is made; None leaves EC2's."""
        return self.config.hostname


@dataclass(frozen=True)
class BootPlan:
    """One instance's boots."""

    instance_id: str
    user: str
    """The AMI's own user, who gets the public keys."""
    public_keys: tuple[str, ...] = ()
    """In OpenSSH's form, one line each."""
    user_data: UserData = field(default_factory=UserData)
