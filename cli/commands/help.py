"""`cloudlet help`: any command's help, and the topics that belong to no one command."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from cli import errors
from cli.helptext import HelpfulCommand, commands_of
from cli.output import write
from emulator.errors import nearest
from emulator.settings import Settings


@dataclass(frozen=True)
class Topic:
    """A page of help: a paragraph, then a list."""

    title: str
    lead: str
    rows: Sequence[tuple[str, str]]


ENVIRONMENT = Topic(
    "Environment",
    "What may be set. Nothing has to be.",
    (
        ("CLOUDLET_HOME", "the folder of this cloud; default: cloudlet in $XDG_STATE_HOME or ~/.local/state"),
        ("CLOUDLET_PORT", f"where the server listens on 127.0.0.1; default: {Settings.port}"),
        ("CLOUDLET_OUTPUT", f"form of the answers, as --output; default: {Settings.output}"),
        (
            "CLOUDLET_MAX_WORKERS",
            "how many workers run at once, over all functions, if memory allows; default: 4 a processor, 8 at least",
        ),
        (
            "CLOUDLET_WORKER_PAUSE_SECONDS",
            f"after how long an idle worker is paused; default: {Settings.worker_pause_seconds:g}",
        ),
        (
            "CLOUDLET_WORKER_IDLE_SECONDS",
            f"how long an idle worker is kept warm; default: {Settings.worker_idle_seconds:g}",
        ),
        (
            "CLOUDLET_TIME_SCALE",
            f"multiplies the 60 and 120 s before a failed event is tried again; default: {Settings.time_scale:g}",
        ),
        (
            "CLOUDLET_LOG_BYTES",
            f"how much the logs of one group may take, the oldest go first; default: {Settings.log_bytes} (256 MiB)",
        ),
        (
            "CLOUDLET_LIFECYCLE_DAY_SECONDS",
            "how long a day is to the lifecycle rules of buckets, 10 in a demo say; default: 86400",
        ),
        (
            "CLOUDLET_EVENT_VERSION",
            f"which version S3's notifications say they have, 2.5 say; default: {Settings.event_version}, of tags 2.3",
        ),
        (
            "CLOUDLET_AWS_RUNTIME_IMAGES",
            "1: run functions on AWS's own runtime images where the engine has them; default: 0",
        ),
        (
            "CLOUDLET_WORKER_TRANSPORT",
            f"how functions reach the server: tcp, unix (a socket), or auto; default: {Settings.worker_transport}",
        ),
        (
            "CLOUDLET_VPC_CIDR",
            f"addresses of instances, when the network is first made; default: {Settings.vpc_cidr}",
        ),
        (
            "CLOUDLET_ACCESS_KEY_ID, CLOUDLET_SECRET_ACCESS_KEY",
            f"what presigned URLs are signed with; default: {Settings.access_key_id} and {Settings.secret_access_key}",
        ),
        (
            "CLOUDLET_ALLOWED_HOSTS",
            "further names, by commas, that the server may be called by, or it refuses them (403); default: none",
        ),
        (
            "CLOUDLET_REQUIRE_AUTH",
            "1: the S3 endpoint refuses requests that are not signed with them; default: 0",
        ),
        ("AWS_REGION, AWS_DEFAULT_REGION", f"the region's name, in this order; default: {Settings.region}"),
        ("DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CONFIG", "which engine is used, as for docker"),
        ("XDG_RUNTIME_DIR", "where a podman of your own is looked for"),
        (
            "HTTP_PROXY, HTTPS_PROXY, FTP_PROXY, NO_PROXY",
            "passed to image builds, and to pip when a function is deployed",
        ),
        (
            "PIP_CERT, REQUESTS_CA_BUNDLE, SSL_CERT_FILE",
            "certificates that builds trust besides their own; the first wins",
        ),
    ),
)

EXIT_CODES = Topic(
    "Exit codes",
    "What a script can tell apart.",
    (
        ("0", "done; for `lambda invoke`, also when the handler failed, as with aws"),
        (str(errors.FAILED), "the request failed: not found, wrong moment, or the engine refused"),
        (str(errors.USAGE), "usage: an unknown option, a value that cannot be, a definition with mistakes"),
        (str(errors.NO_ENGINE), "no container engine can be used; `cloudlet doctor` says why"),
        (str(errors.FUNCTION_FAILED), "`lambda invoke --fail-on-function-error`: the handler failed"),
        (str(errors.BUG), "a bug in cloudlet; the traceback is on stderr"),
        (str(errors.EXEC_FAILED), "`ec2 exec` or `ssh` could not run the command; else its exit code is the command's"),
        (str(errors.INTERRUPTED), "Ctrl-C"),
    ),
)

DEFINITIONS = Topic(
    "AMI definitions",
    """An AMI is a folder with an ami.yaml, looked for in ./amis, then in amis of the home, then among those that come
    with cloudlet. Check one with `cloudlet ami validate PATH`: it lists every mistake and builds nothing.""",
    (
        ("version", "1; required"),
        ("name", "the folder's name; required"),
        ("description", "shown in lists"),
        ("base", "what it starts from; an AMI has either `base` or `extends`"),
        ("base.image", "an image with its tag, such as debian:bookworm-slim; required"),
        ("base.bootstrap", "a Debian suite to make the base from where no registry answers"),
        ("extends", "another AMI that it starts from"),
        ("init", "systemd or none; default: the parent's, else systemd"),
        ("packages", "Debian packages"),
        ("pip", "Python packages, into a virtual environment on PATH"),
        ("user", "who logs in; default: the parent's, else root"),
        ("files", "a list of files that it gets"),
        ("files[].path", "where it goes; required"),
        ("files[].content", "what is in it; either this or `source`"),
        ("files[].source", "a file in the AMI's folder"),
        ("files[].mode", 'its permissions, in octal and in quotes; default: "0644"'),
        ("files[].owner", "user or user:group; default: root:root"),
        ("env", "environment variables, text to text"),
        ("run", "shell commands, run as root while it is built"),
        ("services", "systemd units that start at boot"),
        ("ports", "ports it serves; `--publish auto` publishes them"),
    ),
)

TOPICS = {"environment": ENVIRONMENT, "exit-codes": EXIT_CODES, "definitions": DEFINITIONS}

_Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[TOPIC | COMMAND...]", help=f"A topic ({', '.join(TOPICS)}) or a command."),
]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("help", cls=HelpfulCommand)(help_)


def help_(ctx: typer.Context, words: _Words = None) -> None:
    """Explain a topic or a command.

    \b
    cloudlet help environment
    cloudlet help exit-codes
    cloudlet help definitions
    cloudlet help ec2 run-instances
    """
    root = ctx.find_root()
    if words and len(words) == 1 and words[0] in TOPICS:
        write(_page(TOPICS[words[0]], root))
    else:
        write(_command_help(root, words or []))


def _page(topic: Topic, root: Any) -> str:
    formatter = root.make_formatter()
    formatter.write_text(" ".join(inspect.cleandoc(topic.lead).split()))
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_dl(topic.rows, col_max=26)
    return str(formatter.getvalue()).rstrip("\n")


def _command_help(root: Any, words: Sequence[str]) -> str:
    context = root
    for word in words:
        below = commands_of(context.command)
        if word not in below:
            known = [*below, *(TOPICS if context is root else ())]
            meant = nearest(word, known) or f"there are {', '.join(known)}"
            raise typer.BadParameter(f"{word!r} is no topic and no command of `{context.command_path}`; {meant}")
        context = type(root)(below[word], info_name=word, parent=context)
    return str(context.get_help())
