"""Function URLs: the verbs of `aws lambda`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands.lambda_.shared import FunctionName
from cli.options import command, open_cloud
from cli.output import Answer
from emulator import own_paths

if TYPE_CHECKING:
    from emulator.cloud import Cloud
    from emulator.functions.urls import FunctionUrl
    from emulator.functions.urls.model import Cors

app = typer.Typer()

_MODEL = "AllowOrigins=https://example.org,AllowMethods=GET,POST,MaxAge=60"

Alias = Annotated[str | None, typer.Option("--qualifier", metavar="ALIAS", help="Of an alias; default: $LATEST.")]
CorsOption = Annotated[
    str | None,
    typer.Option("--cors", metavar="CORS", help=f"Which web pages may call, such as {_MODEL}; or JSON, {{}} for none."),
]
_MODE_HELP = "BUFFERED; RESPONSE_STREAM is kept and shown, and answers all at once, too."


@command(app, "create-function-url-config")
def create_function_url_config(
    function_name: FunctionName,
    auth_type: Annotated[
        str, typer.Option("--auth-type", metavar="TYPE", help="NONE: who knows it may call it; AWS_IAM: must sign.")
    ],
    qualifier: Alias = None,
    cors: CorsOption = None,
    invoke_mode: Annotated[str, typer.Option("--invoke-mode", metavar="MODE", help=_MODE_HELP)] = "BUFFERED",
) -> Answer:
    """Give a function an address of its own on the web of this machine. It answers as long as the server is up.

    \b
    cloudlet lambda create-function-url-config --function-name hello \\
        --auth-type NONE
    curl $(cloudlet lambda get-function-url-config --function-name hello \\
        --query FunctionUrl --output text)
    """
    from emulator.functions.urls.document import created

    with open_cloud() as cloud:
        url = cloud.function_urls.create(
            function_name, auth_type, qualifier=qualifier, cors=_cors(cors), invoke_mode=invoke_mode
        )
        document = created(url, cloud.settings.region, cloud.settings.port)
        path = f"http://127.0.0.1:{cloud.settings.port}{own_paths.FUNCTION_URL}{url.id}/"
        return _table(cloud, [url], document, f"where names under .localhost are not known, it is also {path}")


@command(app, "get-function-url-config")
def get_function_url_config(function_name: FunctionName, qualifier: Alias = None) -> Answer:
    """Show the URL of a function, or of an alias.

    \b
    cloudlet lambda get-function-url-config --function-name hello \\
        --query FunctionUrl
    """
    from emulator.functions.urls.document import configuration

    with open_cloud() as cloud:
        url = cloud.function_urls.find(function_name, qualifier)
        return _table(cloud, [url], configuration(url, cloud.settings.region, cloud.settings.port))


@command(app, "update-function-url-config")
def update_function_url_config(
    function_name: FunctionName,
    auth_type: Annotated[str | None, typer.Option("--auth-type", metavar="TYPE", help="NONE or AWS_IAM.")] = None,
    qualifier: Alias = None,
    cors: CorsOption = None,
    invoke_mode: Annotated[str | None, typer.Option("--invoke-mode", metavar="MODE", help=_MODE_HELP)] = None,
) -> Answer:
    """Change what is given of a function's URL; the address stays.

    \b
    cloudlet lambda update-function-url-config --function-name hello \\
        --auth-type AWS_IAM
    cloudlet lambda update-function-url-config --function-name hello \\
        --cors AllowOrigins=https://example.org,AllowMethods=GET,POST
    """
    from emulator.functions.urls.document import configuration

    with open_cloud() as cloud:
        url = cloud.function_urls.update(
            function_name,
            qualifier=qualifier,
            auth_type=auth_type,
            cors=_cors(cors),
            replace_cors=cors is not None,
            invoke_mode=invoke_mode,
        )
        return _table(cloud, [url], configuration(url, cloud.settings.region, cloud.settings.port))


@command(app, "delete-function-url-config")
def delete_function_url_config(function_name: FunctionName, qualifier: Alias = None) -> Answer:
    """Take a function's URL away, for good: a new one is another.

    \b
    cloudlet lambda delete-function-url-config --function-name hello
    """
    with open_cloud() as cloud:
        url = cloud.function_urls.delete(function_name, qualifier)
    return Answer(None, text="", hint=f"the URL of {url.function} is deleted")


@command(app, "list-function-url-configs")
def list_function_url_configs(function_name: FunctionName) -> Answer:
    """List the URLs of a function and its aliases.

    \b
    cloudlet lambda list-function-url-configs --function-name hello
    """
    from emulator.functions.urls.document import configuration

    with open_cloud() as cloud:
        found = cloud.function_urls.list(function_name)
        documents = [configuration(url, cloud.settings.region, cloud.settings.port) for url in found]
        return _table(cloud, found, {"FunctionUrlConfigs": documents})


def _cors(text: str | None) -> "Cors | None":
    from cli.shorthand import structures
    from emulator.functions.urls.model import parse_cors

    if text is None:
        return None
    given: dict[str, Any] = {}
    for one in structures(text, "--cors", _MODEL):
        given |= one
    return parse_cors(given)


def _table(cloud: "Cloud", urls: "list[FunctionUrl]", document: object, hint: str | None = None) -> Answer:
    port = cloud.settings.port
    return Answer(
        document,
        columns=("FUNCTION", "QUALIFIER", "AUTH", "CORS", "URL"),
        rows=[
            (
                url.function,
                url.qualifier,
                url.auth_type,
                ", ".join(url.cors.allow_origins) if url.cors else "-",
                url.address(port),
            )
            for url in urls
        ],
        ids=[url.address(port) for url in urls],
        hint=hint,
    )
