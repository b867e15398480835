"""`path`: where a bucket, or an object, is on this machine. Our own verb: AWS has no folders."""

from typing import Annotated

import typer

from cli.commands.s3.arguments import s3_command
from cli.commands.s3.words import open_buckets, parse
from cli.output import Answer

app = typer.Typer()


@s3_command(app, "path")
def show_path(
    uri: Annotated[str, typer.Argument(metavar="s3://BUCKET[/KEY]", help="A bucket, or a key in it.")],
) -> Answer:
    """Print the folder that a bucket is, or the file that a key is.

    \b
    cloudlet s3 path s3://raw
    cp data.csv "$(cloudlet s3 path s3://raw)"/
    """
    from emulator.buckets.keys import relative_path

    target = parse(uri)
    with open_buckets() as buckets:
        folder = buckets.get(target.bucket).path
    path = str(folder / relative_path(target.key.rstrip("/")) if target.key.rstrip("/") else folder)
    return Answer(document={"Path": path}, text=path, ids=[path])
