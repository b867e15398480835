"""`cloudlet ec2`: the verbs and flags of `aws ec2`, and a few that AWS has not. One module a noun."""

import typer

from cli.lazy import LazyGroup

_MODULES = {
    "instances": ("run-instances", "describe-instances"),
    "lifecycle": ("stop-instances", "start-instances", "terminate-instances"),
    "types": ("describe-instance-types",),
    "entering": ("exec",),
}


class Ec2(LazyGroup):
    """In the order in which one needs them."""

    modules = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}  # noqa: RUF012


app = typer.Typer(
    name="ec2",
    no_args_is_help=True,
    help="""Instances: machines with a size.

    \b
    cloudlet ec2 run-instances --image-id web --instance-type t3.micro
    cloudlet ec2 describe-instances
    cloudlet ec2 exec i-0123456789abcdef0 -- bash
    cloudlet ec2 terminate-instances --instance-ids i-0123456789abcdef0
    """,
)
