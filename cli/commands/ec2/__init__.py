"""`cloudlet ec2`: the verbs and flags of `aws ec2`, and a few that AWS has not. One module a noun."""

import typer

from cli.lazy import LazyGroup

_MODULES = {
    "instances": ("run-instances", "describe-instances"),
    "lifecycle": ("stop-instances", "start-instances", "reboot-instances", "terminate-instances"),
    "status": ("describe-instance-status",),
    "attributes": (
        "modify-instance-attribute",
        "describe-instance-attribute",
        "modify-instance-metadata-options",
    ),
    "imaging": ("create-image",),
    "images": ("describe-images", "copy-image", "deregister-image"),
    "types": ("describe-instance-types",),
    "entering": ("exec",),
    "ssh": ("ssh",),
    "copying": ("cp",),
    "console": ("get-console-output",),
    "key_pairs": ("create-key-pair", "import-key-pair", "describe-key-pairs", "delete-key-pair"),
    "volumes": (
        "create-volume",
        "describe-volumes",
        "attach-volume",
        "detach-volume",
        "modify-volume",
        "delete-volume",
    ),
    "snapshots": ("create-snapshot", "describe-snapshots", "delete-snapshot"),
    "tags": ("create-tags", "delete-tags", "describe-tags"),
    "security_groups": ("create-security-group", "describe-security-groups", "delete-security-group"),
    "security_group_rules": (
        "authorize-security-group-ingress",
        "authorize-security-group-egress",
        "revoke-security-group-ingress",
        "revoke-security-group-egress",
        "describe-security-group-rules",
    ),
    "vpc": ("describe-vpcs", "describe-subnets", "describe-availability-zones"),
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
