"""What EC2 says when it cannot: AWS's codes and words, our hints."""

import re
from collections.abc import Iterable, Sequence

from emulator.errors import ConflictError, EmulatorError, NotFoundError, nearest
from emulator.instances.model import Launch
from emulator.network.errors import AddressInUseError
from emulator.resources.references import list_hint, not_here


class InstanceNotFoundError(NotFoundError):
    """No instance has this id, running or recently terminated."""

    code = "InvalidInstanceID.NotFound"

    def __init__(self, ids: Sequence[str], known: Iterable[str]) -> None:
        super().__init__(not_here("instance ID", ids), hint=nearest(ids[0], known) or list_hint("instance"))


class IncorrectInstanceStateError(ConflictError):
    """The instance is in a state that does not allow this."""

    code = "IncorrectInstanceState"

    def __init__(self, instance_id: str, deed: str) -> None:
        article = "This" if deed == "stopped" else "The"  # AWS's own words differ so
        super().__init__(
            f"{article} instance '{instance_id}' is not in a state from which it can be {deed}.",
            hint=f"see its state with `cloudlet ec2 describe-instances --instance-ids {instance_id}`",
        )


class InterfaceLostError(ConflictError):
    """Somebody removed the container that owns the instance's network: nothing can join it any more."""

    code = "IncorrectInstanceState"

    def __init__(self, instance_id: str) -> None:
        super().__init__(
            f"The network interface of the instance '{instance_id}' was removed from outside.",
            hint="launch another instance, and terminate this one when its disk is of no more use",
        )


class PortInUseError(ConflictError):
    """A port to publish is taken on this machine."""

    code = "InvalidParameterValue"

    def __init__(self, port: int, instance_port: int) -> None:
        super().__init__(
            f"port {port} of this machine is already in use",
            hint=f"let any free one be found with `--publish :{instance_port}`, or see who has it with `ss -ltnp`",
        )


def explained(error: EmulatorError, launch: Launch) -> EmulatorError:
    """Return what an engine means by *error* when it cannot connect an instance to the network; else *error* itself."""
    if "Address already in use" in error.message:  # what it says of a port begins with a small letter
        return AddressInUseError(launch.private_ip)
    for outside, inside in launch.ports:
        if outside and re.search(rf":{outside}\b.*(already|in use)", error.message):
            return PortInUseError(outside, inside)
    return error


class NotStoppedError(ConflictError):
    """What is asked for can only be done while the machine stands still."""

    code = "IncorrectInstanceState"

    def __init__(self, instance_id: str) -> None:
        super().__init__(
            f"The instance '{instance_id}' is not in the 'stopped' state.",
            hint=f"stop it first: cloudlet ec2 stop-instances --instance-ids {instance_id}",
        )


class TokenOfTerminatedError(ConflictError):
    """What the client token stands for is over."""

    code = "IdempotentInstanceTerminated"

    def __init__(self, token: str) -> None:
        super().__init__(
            f"The client token '{token}' was used for instances that have been terminated.",
            hint="use a new token to launch others",
        )


class TerminationProtectedError(ConflictError):
    """Somebody said that this one is not to be terminated."""

    code = "OperationNotPermitted"

    def __init__(self, instance_id: str) -> None:
        super().__init__(
            f"The instance '{instance_id}' may not be terminated. "
            "Modify its 'disableApiTermination' instance attribute and try again.",
            hint=f"cloudlet ec2 modify-instance-attribute --instance-id {instance_id} --no-disable-api-termination",
        )
