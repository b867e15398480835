"""What has to be known of an instance to tell it about itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from emulator.metadata.options import MetadataOptions
from emulator.resources.root_device import ROOT_DEVICE
from emulator.settings import ACCOUNT_ID


@dataclass(frozen=True)
class NamedGroup:
    """A security group as its members see it."""

    id: str
    name: str


@dataclass(frozen=True)
class LoginKey:
    """The key pair that an instance was launched with."""

    name: str
    public_key: str
    """In OpenSSH's form, as one line of authorized_keys."""


@dataclass(frozen=True)
class InstanceFacts:
    """An instance, for its metadata."""

    instance_id: str
    image_id: str
    instance_type: str
    reservation_id: str
    launch_index: int
    launch_time: datetime
    region: str
    availability_zone: str
    availability_zone_id: str
    private_ip: str
    private_dns_name: str
    mac: str
    interface_id: str
    subnet_id: str
    subnet_cidr: str
    vpc_id: str
    vpc_cidr: str
    architecture: str
    """Of AWS's: `x86_64` or `arm64`."""
    security_groups: tuple[NamedGroup, ...] = ()
    options: MetadataOptions = field(default_factory=MetadataOptions)
    tags: Mapping[str, str] = field(default_factory=dict)
    """Told only if the options say so."""
    key: LoginKey | None = None
    user_data: bytes | None = None
    """As it was before base64."""
    role: str | None = None
    """The role whose credentials it may have; its instance profile is called so, too."""
    public_ip: str | None = None
    public_dns_name: str | None = None
    account_id: str = ACCOUNT_ID
    root_device_name: str = ROOT_DEVICE


def mac_for(private_ip: str) -> str:
    """
    Return the MAC that a network interface with this address has, in the form Docker gives it.

    >>> mac_for("172.31.0.10")
    '02:42:ac:1f:00:0a'
    """
    return "02:42:" + ":".join(f"{int(number):02x}" for number in private_ip.split("."))
