"""Versions of functions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.lambda_.shared import Description, FunctionName, RevisionId
from cli.options import command, open_cloud
from cli.output import Answer

if TYPE_CHECKING:
    from emulator.functions import Function

app = typer.Typer()


@command(app, "publish-version")
def publish_version(
    function_name: FunctionName,
    code_sha256: Annotated[
        str | None, typer.Option("--code-sha256", metavar="HASH", help="Publish nothing if the code is another.")
    ] = None,
    description: Description = None,
    revision_id: RevisionId = None,
) -> Answer:
    """Publish what a function is now as its next version, which never changes.

    If nothing has changed since the last version, that one is answered.

    \b
    cloudlet lambda publish-version --function-name resize --description 'faster'
    """
    with open_cloud() as cloud:
        version = cloud.functions.versions.publish(
            function_name, description=description, code_sha256=code_sha256, revision_id=revision_id
        )
        document = cloud.functions.configuration(version)
    hint = f"run it: cloudlet lambda invoke --function-name {version.name} --qualifier {version.version}"
    return _table([version], document, hint)


@command(app, "list-versions-by-function")
def list_versions_by_function(function_name: FunctionName) -> Answer:
    """List a function's versions: $LATEST, and those that were published.

    \b
    cloudlet lambda list-versions-by-function --function-name resize
    """
    with open_cloud() as cloud:
        found = cloud.functions.versions.list(function_name)
        document = {"Versions": [cloud.functions.configuration(one, one.version) for one in found]}
    return _table(found, document)


def _table(versions: "Sequence[Function]", document: object, hint: str | None = None) -> Answer:
    return Answer(
        document,
        columns=("NAME", "VERSION", "LAST MODIFIED", "DESCRIPTION"),
        rows=[
            (one.name, one.version, f"{one.last_modified:%Y-%m-%d %H:%M:%S}", one.description or "-")
            for one in versions
        ],
        ids=[one.version for one in versions],
        hint=hint,
    )
