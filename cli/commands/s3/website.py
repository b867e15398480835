"""`website`: a bucket as a web site."""

from typing import Annotated

import typer

from cli.commands.s3.arguments import s3_command
from cli.commands.s3.endpoint import port_of
from cli.commands.s3.words import BucketUri, bucket_only, open_buckets, with_scheme
from cli.output import Answer

app = typer.Typer()


@s3_command(app, "website")
def website(
    uri: BucketUri,
    index_document: Annotated[
        str | None,
        typer.Option("--index-document", metavar="NAME", help="What a folder's page is called, such as index.html."),
    ] = None,
    error_document: Annotated[
        str | None, typer.Option("--error-document", metavar="KEY", help="The page for what is not there.")
    ] = None,
) -> Answer:
    """Make a bucket a web site, and print its address.

    \b
    cloudlet s3 website s3://web --index-document index.html
    cloudlet s3 website s3://web --index-document index.html \\
        --error-document error.html
    """
    name = bucket_only(with_scheme(uri))
    with open_buckets() as buckets:
        document = _document(index_document, error_document)
        buckets.bucket_settings.put(name, "BucketWebsite", document)
        address = f"http://{name}.s3-website.localhost:{port_of(buckets.settings)}/"
    return Answer(document=document | {"Address": address}, text=address, ids=[address])


def _document(index_document: str | None, error_document: str | None) -> dict[str, dict[str, str]]:
    from emulator.buckets.errors import InvalidArgumentError

    if not index_document:
        raise InvalidArgumentError(
            "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
            hint="add --index-document index.html",
        )
    if "/" in index_document:
        raise InvalidArgumentError("The IndexDocument Suffix is not well formed", hint="it is a name without a slash")
    document = {"IndexDocument": {"Suffix": index_document}}
    return document | {"ErrorDocument": {"Key": error_document}} if error_document else document
