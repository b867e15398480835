"""`presign`: a URL that lets anybody read an object for a while."""

from typing import Annotated
from urllib.parse import quote

import typer

from cli.commands.s3.arguments import s3_command
from cli.commands.s3.endpoint import port_of
from cli.commands.s3.words import ObjectUri, object_only, with_scheme
from cli.output import Answer
from emulator.settings import Settings
from emulator.units import utc_now

app = typer.Typer()


@s3_command(app, "presign")
def presign(
    uri: ObjectUri,
    expires_in: Annotated[
        int, typer.Option("--expires-in", metavar="SECONDS", help="How long it is good, at most a week; default: 3600.")
    ] = 3600,
) -> Answer:
    """Print a URL by which anybody can read an object for a while.

    \b
    cloudlet s3 presign s3://raw/in/data.csv
    cloudlet s3 presign s3://raw/in/data.csv --expires-in 60
    curl "$(cloudlet s3 presign s3://raw/in/data.csv)"

    It is signed with CLOUDLET_ACCESS_KEY_ID and CLOUDLET_SECRET_ACCESS_KEY. The object need not be there yet.
    """
    from emulator.signatures import Credentials, MalformedSignatureError, Signer, presign

    settings, target = Settings.from_environment(), object_only(with_scheme(uri))
    try:
        url = presign(
            Signer(Credentials(settings.access_key_id, settings.secret_access_key), settings.region),
            "GET",
            f"http://127.0.0.1:{port_of(settings)}/{target.bucket}/{quote(target.key, safe='/~')}",
            expires_seconds=expires_in,
            now=utc_now(),
        )
    except MalformedSignatureError as error:
        error.hint = "--expires-in takes 0 to 604800 seconds, a week"
        raise
    return Answer(document={"Url": url}, text=url, ids=[url])
