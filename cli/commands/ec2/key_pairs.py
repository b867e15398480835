"""`ec2 create-key-pair`, `import-key-pair`, `describe-key-pairs` and `delete-key-pair`."""

from pathlib import Path
from typing import Annotated

import typer

from cli.commands.ec2.shared import DryRun, Filters, TagSpecifications, parse_filters, parse_tags
from cli.options import command, open_cloud, read_bytes_argument
from cli.output import Answer
from emulator.resources.invalid import InvalidParameterValueError

app = typer.Typer()

_KeyName = Annotated[str, typer.Option("--key-name", metavar="NAME", help="What it is called: 1 to 255 characters.")]

_NONE = "no key pairs; make one: cloudlet ec2 create-key-pair --key-name me"
_NONE_MATCHES = "no key pair matches; see all: cloudlet ec2 describe-key-pairs"

_COLUMNS = ("NAME", "TYPE", "KEY PAIR ID", "FILE")


@command(app, "create-key-pair")
def create_key_pair(
    key_name: _KeyName,
    key_type: Annotated[str, typer.Option("--key-type", metavar="TYPE", help="rsa or ed25519; default: rsa.")] = "rsa",
    key_format: Annotated[
        str, typer.Option("--key-format", metavar="FORMAT", help="pem, which is the default and all there is.")
    ] = "pem",
    tag_specifications: TagSpecifications = None,
    dry_run: DryRun = False,
) -> Answer:
    """Make a key pair. Its private key is told once, and kept here for `ec2 ssh`.

    \b
    cloudlet ec2 create-key-pair --key-name me
    cloudlet ec2 create-key-pair --key-name me --key-type ed25519
    cloudlet ec2 create-key-pair --key-name me \\
        --query KeyMaterial --output text > me.pem
    """
    from emulator.keypairs.document import created

    if key_format != "pem":
        raise InvalidParameterValueError(
            f"Invalid value '{key_format}' for KeyFormat.", hint="make a pem, and `puttygen me.pem` makes a ppk of it"
        )
    with open_cloud() as cloud:
        new = cloud.key_pairs.create(key_name, key_type, parse_tags(tag_specifications, "key-pair"), dry_run=dry_run)
    pair = new.pair
    return Answer(
        created(new),
        columns=_COLUMNS,
        rows=[(pair.name, pair.type, pair.id, _shown(pair.private_key_file))],
        ids=[pair.id],
        hint=_next_step(pair.name),
    )


@command(app, "import-key-pair")
def import_key_pair(
    key_name: _KeyName,
    public_key_material: Annotated[
        str,
        typer.Option("--public-key-material", metavar="KEY", help="fileb://PATH of an OpenSSH .pub file, or the text."),
    ],
    tag_specifications: TagSpecifications = None,
    dry_run: DryRun = False,
) -> Answer:
    """Use a key of your own: its public half is all that is read.

    \b
    cloudlet ec2 import-key-pair --key-name me \\
        --public-key-material fileb://~/.ssh/id_ed25519.pub
    """
    from emulator.keypairs.document import imported

    material = read_bytes_argument(public_key_material, "--public-key-material")
    with open_cloud() as cloud:
        pair = cloud.key_pairs.import_(key_name, material, parse_tags(tag_specifications, "key-pair"), dry_run=dry_run)
    return Answer(
        imported(pair),
        columns=("NAME", "TYPE", "FINGERPRINT"),
        rows=[(pair.name, pair.type, pair.fingerprint)],
        ids=[pair.id],
        hint=_next_step(pair.name),
    )


@command(app, "describe-key-pairs")
def describe_key_pairs(
    key_names: Annotated[list[str] | None, typer.Option("--key-names", metavar="NAME...", help="Only these.")] = None,
    key_pair_ids: Annotated[
        list[str] | None, typer.Option("--key-pair-ids", metavar="ID...", help="Only these.")
    ] = None,
    filters: Filters = None,
    include_public_key: Annotated[
        bool,
        typer.Option("--include-public-key/--no-include-public-key", help="Have the public keys in the answer, too."),
    ] = False,
) -> Answer:
    """List key pairs, and where the private keys of those made here are.

    \b
    cloudlet ec2 describe-key-pairs
    cloudlet ec2 describe-key-pairs --key-names me --include-public-key \\
        --query 'KeyPairs[].PublicKey' --output text
    """
    from emulator.keypairs.document import described

    with open_cloud() as cloud:
        found = cloud.key_pairs.describe(key_names or [], key_pair_ids or [], parse_filters(filters))
    return Answer(
        described(found, with_public_key=include_public_key),
        columns=_COLUMNS,
        rows=[(pair.name, pair.type, pair.id, _shown(pair.private_key_file)) for pair in found],
        ids=[pair.id for pair in found],
        hint=None if found else _NONE_MATCHES if filters else _NONE,
    )


@command(app, "delete-key-pair")
def delete_key_pair(
    key_name: Annotated[str | None, typer.Option("--key-name", metavar="NAME", help="The pair with this name.")] = None,
    key_pair_id: Annotated[str | None, typer.Option("--key-pair-id", metavar="ID", help="Or with this id.")] = None,
    dry_run: DryRun = False,
) -> Answer:
    """Delete a key pair, and its private key if it is kept here. Instances keep the public one.

    \b
    cloudlet ec2 delete-key-pair --key-name me
    """
    from emulator.keypairs.document import deleted

    with open_cloud() as cloud:
        removed = cloud.key_pairs.delete(key_name, key_pair_id, dry_run=dry_run)
    return Answer(
        deleted(removed),
        text="",
        ids=[removed] if removed else [],
        hint=f"deleted {removed}" if removed else "there was no such key pair",
    )


def _shown(file: Path | None) -> str:
    """Return a file of the user as a shell takes it, and no longer than it must be."""
    if file is None:
        return "-"
    return f"~/{file.relative_to(Path.home())}" if file.is_relative_to(Path.home()) else str(file)


def _next_step(name: str) -> str:
    import shlex

    return (
        "use it: cloudlet ec2 run-instances --image-id base --instance-type t3.micro"
        f" --key-name {shlex.quote(name)}, then cloudlet ec2 ssh ID"
    )
