"""A request to launch, checked before anything is made."""

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emulator.errors import InvalidRequestError
from emulator.instances.errors import PortInUseError
from emulator.instances.ssh import SSH_PORT, has_sshd
from emulator.metadata.options import MetadataOptions
from emulator.resources.client_tokens import check_token
from emulator.resources.invalid import InvalidParameterValueError
from emulator.resources.tags import check_tags
from emulator.volumes import BlockDevice

if TYPE_CHECKING:
    from emulator.images import Ami

_MOST_AT_ONCE = 100
_BEHAVIORS = ("stop", "terminate")
_PROFILE_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_PROFILE_ARN = re.compile(rf"arn:aws[a-z-]*:iam::\d{{12}}:instance-profile/([!-~]+/)?{_PROFILE_NAME.pattern}", re.ASCII)


@dataclass(frozen=True)
class LaunchRequest:
    """What `run-instances` is asked for."""

    image: str
    instance_type: str
    count: int = 1
    min_count: int | None = None
    """The fewest that would do, no more than `count`; all of them are launched, or none."""
    publish: tuple[tuple[int, int], ...] = ()
    """(port of this machine, port of the instance), 0 for any."""
    publish_auto: bool = False
    """Publish all that the AMI says it serves, each at any free port."""
    tags: dict[str, str] = field(default_factory=dict)
    key_name: str | None = None
    security_groups: tuple[str, ...] = ()
    """Ids or names; none for the default group."""
    subnet_id: str | None = None
    zone: str | None = None
    private_ip: str | None = None
    user_data: bytes | None = None
    profile_name: str | None = None
    profile_arn: str | None = None
    """One of the two says which instance profile it has."""
    metadata: MetadataOptions = field(default_factory=MetadataOptions)
    shutdown_behavior: str = "stop"
    is_protected: bool = False
    block_devices: tuple[BlockDevice, ...] = ()
    volume_tags: dict[str, str] = field(default_factory=dict)
    client_token: str | None = None

    @property
    def role(self) -> str | None:
        """The role whose credentials it gets: an instance profile is called as its role is."""
        return self.profile_arn.rpartition("/")[2] if self.profile_arn else self.profile_name

    def check(self) -> None:
        """Refuse what can never work."""
        if not 1 <= self.count <= _MOST_AT_ONCE:
            raise InvalidRequestError(
                f"Value ({self.count}) for parameter maxCount is invalid: it is between 1 and {_MOST_AT_ONCE}",
                code="InvalidParameterValue",
            )
        if self.min_count is not None and not 1 <= self.min_count <= self.count:
            raise InvalidRequestError(
                f"Value ({self.min_count}) for parameter minCount is invalid: it is between 1 and maxCount",
                code="InvalidParameterValue",
            )
        check_shutdown_behavior(self.shutdown_behavior)
        check_token(self.client_token)
        if self.private_ip is not None and self.count > 1:
            raise InvalidRequestError(
                "one private address cannot be given to several instances", code="InvalidParameterCombination"
            )
        self._check_profile()
        self.metadata.check()
        check_tags(self.tags)
        self.metadata.check_tag_keys(self.tags)
        check_tags(self.volume_tags)
        fixed = [outside for outside, _ in self.publish if outside]
        if fixed and self.count > 1:
            raise InvalidRequestError(
                "one port of this machine cannot be published by several instances",
                code="InvalidParameterCombination",
                hint="leave the first number out to get a free port for each: `--publish :80`",
            )
        for outside in fixed:
            if fixed.count(outside) > 1:
                raise InvalidParameterValueError(f"port {outside} of this machine is published twice")

    def _check_profile(self) -> None:
        """Refuse what no instance profile is called: a role is a part of a path of its instance's metadata."""
        if self.profile_name is not None and self.profile_arn is not None:
            raise InvalidRequestError(
                "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
                code="InvalidParameterCombination",
            )
        if self.profile_name is not None and not _PROFILE_NAME.fullmatch(self.profile_name):
            raise InvalidParameterValueError(
                f"Value ({self.profile_name}) for parameter iamInstanceProfile.name is invalid. "
                "Invalid IAM Instance Profile name",
                hint="a name has 1 to 128 letters, digits and any of + = , . @ - _",
            )
        if self.profile_arn is not None and not _PROFILE_ARN.fullmatch(self.profile_arn):
            raise InvalidParameterValueError(
                f"Value ({self.profile_arn}) for parameter iamInstanceProfile.arn is invalid. "
                "Invalid IAM Instance Profile ARN",
                hint="write one such as arn:aws:iam::000000000000:instance-profile/reader, or Name=reader",
            )

    def check_ports_free(self) -> None:
        """Refuse ports that are taken now."""
        for outside, inside in self.publish:
            if outside and not _is_free(outside):
                raise PortInUseError(outside, inside)


def published(request: LaunchRequest, ami: "Ami") -> tuple[tuple[int, int], ...]:
    """Return the ports to publish: those asked for, those that *ami* serves if so asked, and ssh's for a key."""
    wanted = dict.fromkeys(ami.ports if request.publish_auto else ())
    if request.key_name is not None and has_sshd(ami.init):
        wanted |= {SSH_PORT: None}
    asked_for = {inside for _, inside in request.publish}
    return (*request.publish, *((0, port) for port in wanted if port not in asked_for))


def useless_key(request: LaunchRequest, ami: "Ami") -> Iterator[str]:
    """Yield a sentence if nobody will get in with the key pair of *request*."""
    if request.key_name is not None and not has_sshd(ami.init):
        yield (
            f"the AMI {ami.name} has no systemd, and so no ssh server for the key pair {request.key_name}: "
            "enter its instances with `cloudlet ec2 exec`"
        )


def check_shutdown_behavior(behavior: str) -> None:
    """Refuse what a power-off from inside cannot mean."""
    if behavior not in _BEHAVIORS:
        raise InvalidParameterValueError(
            f"Invalid value '{behavior}' for InstanceInitiatedShutdownBehavior.",
            hint=f"choose from {', '.join(_BEHAVIORS)}",
        )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            return True  # a low port: the engine, which is root, may have it
        except OSError:
            return False
    return True
