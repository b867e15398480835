"""What the commands for security groups and for their rules share: how a group is called, how traffic is shown."""

from typing import TYPE_CHECKING, Annotated

import typer

from emulator.errors import InvalidRequestError

if TYPE_CHECKING:
    from emulator.network.security_group import Permission

GroupId = Annotated[str | None, typer.Option("--group-id", metavar="ID", help="The group with this id.")]
GroupName = Annotated[str | None, typer.Option("--group-name", metavar="NAME", help="Or with this name.")]


def group_reference(group_id: str | None, group_name: str | None) -> str:
    """Return what a group is called; it has to be called by one of the two."""
    from emulator.network.group_references import check_group_id

    if group_id is not None and group_name is not None:
        raise InvalidRequestError(
            "The parameter groupName cannot be used with the parameter groupId",
            code="InvalidParameterCombination",
            hint="leave one of the two out",
        )
    if group_id is not None:
        check_group_id(group_id)
    reference = group_id or group_name
    if not reference:
        raise InvalidRequestError(
            "The request must contain the parameter groupName or groupId",
            code="MissingParameter",
            hint="add --group-id or --group-name",
        )
    return reference


def traffic_text(permission: "Permission") -> str:
    """Return a kind of traffic as people say it: `tcp 80-90`, `icmp`, `all`."""
    if permission.protocol == "-1":
        return "all"
    name = f"protocol {permission.protocol}" if permission.protocol.isdigit() else permission.protocol
    if permission.from_port < 0:
        return name
    ends = [permission.from_port, *([permission.to_port] if permission.to_port >= 0 else [])]
    return f"{name} {'-'.join(str(end) for end in dict.fromkeys(ends))}"
