"""What EC2 says when it cannot: AWS's codes and words, our hints."""

from collections.abc import Iterable

from emulator.errors import ConflictError, InvalidRequestError, NotFoundError, nearest

_LIST_HINT = "list the ones you have with `cloudlet ec2 describe-instances`"


class InstanceNotFoundError(NotFoundError):
    """No instance has this id, running or recently terminated."""

    code = "InvalidInstanceID.NotFound"

    def __init__(self, instance_ids: Iterable[str], known: Iterable[str]) -> None:
        ids = list(instance_ids)
        one = len(ids) == 1
        near = nearest(ids[0], known)
        super().__init__(
            f"The instance ID{'' if one else 's'} '{', '.join(ids)}' do{'es' if one else ''} not exist",
            hint=near or _LIST_HINT,
        )


class MalformedInstanceIdError(NotFoundError):
    """It is no id, and no instance has it as its Name tag either."""

    code = "InvalidInstanceID.Malformed"

    def __init__(self, text: str, names: Iterable[str]) -> None:
        super().__init__(
            f'Invalid id: "{text}", and no instance has it as its Name',
            hint=nearest(text, names) or _LIST_HINT,
        )


class AmbiguousNameError(InvalidRequestError):
    """Two instances have this Name tag: acting on one of them would be a guess."""

    code = "InvalidParameterValue"

    def __init__(self, name: str, instance_ids: Iterable[str]) -> None:
        super().__init__(f"{name!r} is the Name of several instances: {', '.join(instance_ids)}", hint="use the id")


class IncorrectInstanceStateError(ConflictError):
    """The instance is in a state that does not allow this."""

    code = "IncorrectInstanceState"

    def __init__(self, instance_id: str, deed: str) -> None:
        super().__init__(
            f"The instance '{instance_id}' is not in a state from which it can be {deed}.",
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


class NotStoppedError(ConflictError):
    """What is asked for can only be done while the machine stands still."""

    code = "IncorrectInstanceState"

    def __init__(self, instance_id: str) -> None:
        super().__init__(
            f"The instance '{instance_id}' is not in the 'stopped' state.",
            hint=f"stop it first: cloudlet ec2 stop-instances --instance-ids {instance_id}",
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
