"""`cloudlet s3`: the verbs and flags of `aws s3`, and `path`, which AWS has not. Server or not. One module a noun."""

import typer

from cli.lazy import LazyGroup

_MODULES = {
    "buckets": ("mb", "rb"),
    "listing": ("ls",),
    "copying": ("cp", "mv"),
    "removal": ("rm",),
    "syncing": ("sync",),
    "presigning": ("presign",),
    "path": ("path",),
    "website": ("website",),
    "notifications": (
        "add-notification",
        "list-notifications",
        "remove-notification",
        "list-deliveries",
        "retry-deliveries",
    ),
}


class S3(LazyGroup):
    """In the order in which one needs them."""

    modules = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}  # noqa: RUF012


app = typer.Typer(
    name="s3",
    no_args_is_help=True,
    help="""Buckets: folders whose files are objects.

    \b
    cloudlet s3 mb s3://raw
    cloudlet s3 cp data.csv s3://raw/in/
    cloudlet s3 sync ./site s3://raw/site --delete
    cp data.csv "$(cloudlet s3 path s3://raw)"/
    """,
)
