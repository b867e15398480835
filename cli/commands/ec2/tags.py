"""`ec2 create-tags`, `delete-tags` and `describe-tags`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from cli.commands.ec2.shared import DryRun, Filters, parse_filters, required
from cli.options import command, open_cloud
from cli.output import Answer
from emulator.errors import InvalidRequestError

app = typer.Typer()

_TAG = "Key=Name,Value=web"

_Resources = Annotated[
    list[str] | None,
    typer.Option("--resources", metavar="ID...", help="Ids of anything that has tags, or instances' Name tags."),
]
_Tags = Annotated[list[str] | None, typer.Option("--tags", metavar="TAG...", help="Key=NAME,Value=TEXT, or JSON.")]


@command(app, "create-tags")
def create_tags(resources: _Resources = None, tags: _Tags = None, dry_run: DryRun = False) -> Answer:
    """Give tags to instances, volumes, images, key pairs and the like. A key they have gets the new value.

    \b
    cloudlet ec2 create-tags --resources i-0123456789abcdef0 \\
        --tags Key=Name,Value=web Key=stage,Value=test
    """
    parsed = _parse(required(tags, "--tags"))
    with open_cloud() as cloud:
        ids = cloud.tags.create(
            required(resources, "--resources"), {key: value or "" for key, value in parsed.items()}, dry_run=dry_run
        )
    return _done("tagged", ids)


@command(app, "delete-tags")
def delete_tags(resources: _Resources = None, tags: _Tags = None, dry_run: DryRun = False) -> Answer:
    """Take tags away; without --tags all of them. One with a value goes only if it has that value.

    \b
    cloudlet ec2 delete-tags --resources i-0123456789abcdef0 --tags Key=stage
    """
    with open_cloud() as cloud:
        ids = cloud.tags.delete(
            required(resources, "--resources"), None if tags is None else _parse(tags), dry_run=dry_run
        )
    return _done("untagged", ids)


@command(app, "describe-tags")
def describe_tags(filters: Filters = None) -> Answer:
    """List the tags of everything.

    \b
    cloudlet ec2 describe-tags
    cloudlet ec2 describe-tags --filters Name=resource-type,Values=instance \\
        Name=key,Values=Name
    """
    with open_cloud() as cloud:
        found = cloud.tags.describe(parse_filters(filters))
    none_yet = "no tags; give some: cloudlet ec2 create-tags --resources ID --tags Key=Name,Value=web"
    none = "no tag matches; see all: cloudlet ec2 describe-tags" if filters else none_yet
    return Answer(
        {
            "Tags": [
                {"Key": tag.key, "ResourceId": tag.resource_id, "ResourceType": tag.resource_type, "Value": tag.value}
                for tag in found
            ]
        },
        columns=("RESOURCE ID", "TYPE", "KEY", "VALUE"),
        rows=[(tag.resource_id, tag.resource_type, tag.key, tag.value) for tag in found],
        ids=list(dict.fromkeys(tag.resource_id for tag in found)),
        hint=None if found else none,
    )


def _parse(texts: Sequence[str]) -> dict[str, str | None]:
    """Return the values of `--tags` by their keys; None for a tag that was given without a value."""
    from cli.shorthand import structures
    from emulator.resources.tags import tags_by_key

    pairs: list[tuple[str, str | None]] = []
    for text in texts:
        for tag in structures(text, "--tags", _TAG):
            if (
                "Key" not in tag
                or not {*tag} <= {"Key", "Value"}
                or any(isinstance(one, list | dict) for one in tag.values())
            ):
                raise InvalidRequestError(f"--tags {text!r} is no tag", hint=f"write {_TAG}, or Value='a, b'")
            pairs.append((str(tag["Key"]), None if tag.get("Value") is None else str(tag["Value"])))
    return tags_by_key(pairs)


def _done(verb: str, ids: Sequence[str]) -> Answer:
    return Answer(None, text="", ids=ids, hint=f"{verb} {', '.join(ids)}")
