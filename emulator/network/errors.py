"""What EC2 says about VPCs and subnets when it cannot: AWS's codes and words, our hints."""

from collections.abc import Sequence

from emulator.errors import ConflictError, InvalidRequestError, NotFoundError, nearest
from emulator.resources.references import not_here


class UnknownZoneError(InvalidRequestError):
    """The region has no zone with this name, or this id."""

    code = "InvalidParameterValue"

    def __init__(self, what: str, unknown: Sequence[str], known: Sequence[str]) -> None:
        super().__init__(
            f"Invalid availability {what}: [{', '.join(unknown)}]",
            hint=nearest(unknown[0], known) or f"there are {', '.join(known)}",
        )


class MalformedVpcIdError(InvalidRequestError):
    """It does not have the form of a VPC's id."""

    code = "InvalidVpcID.Malformed"

    def __init__(self, text: str) -> None:
        super().__init__(f'Invalid id: "{text}" (expecting "vpc-...")', hint="see `cloudlet ec2 describe-vpcs`")


class VpcNotFoundError(NotFoundError):
    """There is the default VPC, and no other."""

    code = "InvalidVpcID.NotFound"

    def __init__(self, unknown: Sequence[str], known: Sequence[str]) -> None:
        super().__init__(not_here("vpc ID", unknown), hint=f"there is one VPC, {known[0]}")


class MalformedSubnetIdError(InvalidRequestError):
    """It does not have the form of a subnet's id."""

    code = "InvalidSubnetID.Malformed"

    def __init__(self, text: str) -> None:
        super().__init__(f'Invalid id: "{text}" (expecting "subnet-...")', hint="see `cloudlet ec2 describe-subnets`")


class SubnetNotFoundError(NotFoundError):
    """No subnet has this id."""

    code = "InvalidSubnetID.NotFound"

    def __init__(self, unknown: Sequence[str], known: Sequence[str]) -> None:
        super().__init__(
            not_here("subnet ID", unknown),
            hint=nearest(unknown[0], known) or "list the ones there are with `cloudlet ec2 describe-subnets`",
        )


class AddressInUseError(ConflictError):
    """Somebody has the private address that was asked for."""

    code = "InvalidIPAddress.InUse"

    def __init__(self, address: str) -> None:
        super().__init__(f"Address {address} is in use.", hint="ask for another, or for none to get any free one")


class NoFreeAddressError(ConflictError):
    """The subnet is full."""

    code = "InsufficientFreeAddressesInSubnet"

    def __init__(self, cidr: str) -> None:
        super().__init__(
            f"There are not enough free addresses in subnet {cidr}",
            hint="choose another with --subnet-id, or terminate instances you do not need",
        )


class AddressOutsideError(InvalidRequestError):
    """The address is not in the subnet, or is none at all."""

    code = "InvalidParameterValue"

    def __init__(self, address: str, cidr: str) -> None:
        super().__init__(
            f"Address {address} does not fall within the subnet's address range",
            hint=f"the subnet is {cidr}; see `cloudlet ec2 describe-subnets`",
        )


class ReservedAddressError(InvalidRequestError):
    """AWS keeps the address for itself."""

    code = "InvalidParameterValue"

    def __init__(self, address: str) -> None:
        super().__init__(
            f"Address {address} is in subnet's reserved address range",
            hint="the first four addresses of a subnet and the last one are reserved",
        )
