"""`cloudlet ami`: the images that instances start from. AWS has no verbs for building them, so these are our own."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import command, open_cloud
from cli.output import Answer
from emulator.errors import EngineUnavailableError

if TYPE_CHECKING:
    from emulator.images import Ami, BrokenAmi, Images

app = typer.Typer(
    no_args_is_help=True,
    help="""AMIs: defined in a YAML file each, built here.

    \b
    cloudlet ami list
    cloudlet ami validate amis/web
    cloudlet ami build web
    """,
)

_COLUMNS = ("NAME", "AMI ID", "BUILT", "SOURCE", "DESCRIPTION")  # the longest last: it may run over the edge

Name = Annotated[str, typer.Argument(metavar="NAME", help="An AMI's name or id.")]


@command(app, "list")
def list_amis() -> Answer:
    """Show the AMIs that there are, and which are built.

    \b
    cloudlet ami list
    cloudlet ami list --query 'Images[].ImageId' --output text

    Looked for in ./amis, the home's amis folder, and among those that come with cloudlet; of two with the same
    name the first one counts. Then come the images that were made from instances.
    """
    with open_cloud() as cloud:
        amis, built = _all(cloud.images)
    rows = [_row(ami, built) for ami in amis]
    return Answer(
        document={"Images": [_document(ami, built) for ami in amis]},
        columns=_COLUMNS,
        rows=rows,
        ids=[row[1] for row in rows if row[1] != "-"],
        hint=None if amis else "no AMIs are here; write amis/<name>/ami.yaml, as docs/definitions.md explains",
    )


@command(app, "show")
def show_ami(name: Name) -> Answer:
    """Show one AMI, with what it inherits.

    \b
    cloudlet ami show web
    """
    with open_cloud() as cloud:
        ami = cloud.images.find(name)
        built = _built_ids(cloud.images)
    lines = {
        "name": ami.name,
        "ami id": ami.id,
        "description": ami.description,
        "from": ami.location,
        "built": _built_word(ami, built),
        "made of": " <- ".join(ami.lineage),
        "init": ami.init,
        "user": ami.user,
        "ports": ", ".join(str(port) for port in ami.ports),
        "env": ", ".join(f"{key}={value}" for key, value in ami.env.items()),
    }
    text = "\n".join(f"{label + ':':<13}{value}" for label, value in lines.items() if value)
    return Answer(document={"Images": [_document(ami, built)]}, text=text, ids=[ami.id])


@command(app, "build")
def build_amis(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="AMIs' names or ids.")],
) -> Answer:
    """Build AMIs and what they extend. What is built already is left alone.

    \b
    cloudlet ami build web
    cloudlet ec2 run-instances --image-id web --instance-type t3.micro
    """
    with open_cloud() as cloud:
        amis = [cloud.images.find(name) for name in names]
        for ami in amis:
            cloud.images.ensure_built(ami)
    ids = [ami.id for ami in amis]
    document = {"Images": [{"ImageId": ami.id, "Name": ami.name, "State": "available"} for ami in amis]}
    return Answer(document=document, text="\n".join(ids), ids=ids)


@command(app, "validate")
def validate_ami(
    target: Annotated[str, typer.Argument(metavar="PATH|NAME|-", help="An ami.yaml, its folder, a name; - for stdin.")],
) -> Answer:
    """Check a definition and list all its mistakes. Nothing is built.

    \b
    cloudlet ami validate amis/web
    cloudlet ami validate - < ami.yaml
    """
    with open_cloud() as cloud:
        if target == "-":
            ami = cloud.images.validate_text(sys.stdin.buffer.read())
        elif _is_path(target):
            ami = cloud.images.validate(Path(target))
        else:
            ami = cloud.images.find_defined(target)
    document = {"Valid": True, "ImageId": ami.id, "Name": ami.name}
    return Answer(document=document, text=f"{ami.definition.file}: {ami.name} is valid ({ami.id})", ids=[ami.id])


@command(app, "render")
def render_ami(name: Name) -> Answer:
    """Show the Dockerfile that an AMI is built from.

    \b
    cloudlet ami render web
    """
    with open_cloud() as cloud:
        ami = cloud.images.find_defined(name)
        dockerfile = cloud.images.render(ami)
    return Answer(document={"ImageId": ami.id, "Dockerfile": dockerfile}, text=dockerfile.rstrip(), ids=[ami.id])


@command(app, "schema")
def schema_of_amis() -> Answer:
    """Show the JSON schema of ami.yaml. With it, editors complete fields and underline mistakes.

    \b
    cloudlet ami schema > amis/ami.schema.json

    Then begin each ami.yaml with `# yaml-language-server: $schema=../ami.schema.json`.
    """
    import json

    from emulator.images.json_schema import definition_schema

    schema = definition_schema()
    return Answer(schema, text=json.dumps(schema, indent=2), ids=[])


def _is_path(target: str) -> bool:
    """Tell a path from a name: a folder that happens to be called as an AMI is, and holds none, is no path to one."""
    try:
        return (
            "/" in target
            or target.endswith((".yaml", ".yml"))
            or Path(target).is_file()
            or (Path(target) / "ami.yaml").exists()
        )
    except OSError:
        return False  # too long for any path


def _all(images: "Images") -> "tuple[Sequence[Ami | BrokenAmi], frozenset[str] | None]":
    """Return the AMIs and what is built; without an engine those with a definition: they can be looked at anyway."""
    try:
        return images.list(), images.built_ids()
    except EngineUnavailableError:
        return images.defined(), None


def _built_ids(images: "Images") -> frozenset[str] | None:
    try:
        return images.built_ids()
    except EngineUnavailableError:
        return None


def _built_word(ami: "Ami", built: frozenset[str] | None) -> str:
    return "unknown" if built is None else "yes" if ami.id in built else "no"


def _row(ami: "Ami | BrokenAmi", built: frozenset[str] | None) -> list[str]:
    from emulator.images import BrokenAmi

    if isinstance(ami, BrokenAmi):
        return [ami.name, "-", "broken", ami.origin, ami.reason]
    return [ami.name, ami.id, _built_word(ami, built), ami.origin, ami.description]


def _document(ami: "Ami | BrokenAmi", built: frozenset[str] | None) -> dict[str, object]:
    from emulator.images import BrokenAmi
    from emulator.images.document import broken_image, image

    if isinstance(ami, BrokenAmi):
        return broken_image(ami)
    return image(ami, {}, built=None if built is None else ami.id in built)
