"""The options that `cp`, `mv`, `rm` and `sync` share: all of `aws s3`. Those without a meaning here are hidden."""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_args

import typer

from cli.commands.s3.given import Given, check
from cli.output import default_format
from emulator.settings import Settings

_Options = Mapping[str, tuple[Any, Any]]


def _text(name: str, metavar: str, help_text: str) -> tuple[Any, None]:
    return Annotated[str | None, typer.Option(name, metavar=metavar, help=help_text)], None


def _flag(name: str, help_text: str) -> tuple[Any, bool]:
    return Annotated[bool, typer.Option(name, help=help_text)], False


def _hidden(name: str, kind: Any = str | None, default: Any = None) -> tuple[Any, Any]:
    return Annotated[kind, typer.Option(name, hidden=True)], default


FILTERS: _Options = {
    "exclude": (
        Annotated[
            list[str] | None,
            typer.Option("--exclude", metavar="PATTERN", help="Leave out what matches; the last match counts."),
        ],
        None,
    ),
    "include": (
        Annotated[
            list[str] | None,
            typer.Option("--include", metavar="PATTERN", help="Do not leave out what matches; all is in at first."),
        ],
        None,
    ),
}

SHOWING: _Options = {
    "dryrun": _flag("--dryrun", "Say what would be done, and do nothing."),
    "only_show_errors": _flag("--only-show-errors", "Say nothing but what fails or is left out."),
}

DESCRIBING: _Options = {
    "content_type": _text("--content-type", "TYPE", "The media type; default: guessed from the name."),
    "no_guess_mime_type": _flag("--no-guess-mime-type", "Do not guess it: binary/octet-stream."),
    "metadata": _text("--metadata", "KEY=VALUE,...", "User metadata, in shorthand or JSON."),
    "metadata_directive": _text(
        "--metadata-directive",
        "WHAT",
        "What a copy is said to be: COPY, as its source is, or REPLACE, as said here.",
    ),
    "cache_control": _text("--cache-control", "TEXT", "Sent back with the object, as are the next four."),
    "content_disposition": _text("--content-disposition", "TEXT", "How a browser shows it."),
    "content_encoding": _text("--content-encoding", "TEXT", "What it is packed with, such as gzip."),
    "content_language": _text("--content-language", "TEXT", "The language that it is in."),
    "expires": _text("--expires", "TIME", "Until when it may be cached, in ISO 8601."),
    "storage_class": _text("--storage-class", "CLASS", "Kept and answered; bytes lie where all do."),
    "website_redirect": _text("--website-redirect", "PLACE", "Where a bucket's web site sends its readers instead."),
    "checksum_algorithm": _text("--checksum-algorithm", "NAME", "The checksum to keep with it, such as SHA256."),
}

LINKS: _Options = {
    "follow_symlinks": (
        Annotated[
            bool,
            typer.Option(
                "--follow-symlinks/--no-follow-symlinks",
                help="Upload what links lead to, as by default; --no-follow-symlinks leaves them out.",
            ),
        ],
        True,
    ),
    "no_progress": _flag("--no-progress", "Show no progress of long copies on a terminal."),
}

WITHOUT_MEANING: _Options = {
    "acl": _hidden("--acl"),
    "grants": _hidden("--grants", list[str] | None),
    "sse": _hidden("--sse"),
    "sse_c": _hidden("--sse-c"),
    "sse_c_key": _hidden("--sse-c-key"),
    "sse_kms_key_id": _hidden("--sse-kms-key-id"),
    "sse_c_copy_source": _hidden("--sse-c-copy-source"),
    "sse_c_copy_source_key": _hidden("--sse-c-copy-source-key"),
    "source_region": _hidden("--source-region"),
    "expected_size": _hidden("--expected-size", int | None),
    "ignore_glacier_warnings": _hidden("--ignore-glacier-warnings", bool, False),
    "force_glacier_transfer": _hidden("--force-glacier-transfer", bool, False),
    "request_payer": _hidden("--request-payer"),
    "checksum_mode": _hidden("--checksum-mode"),
    "case_conflict": _hidden("--case-conflict"),
    "validate_same_s3_paths": _hidden("--validate-same-s3-paths", bool, False),
}
REQUEST_PAYER: _Options = {"request_payer": _hidden("--request-payer")}


def takes(*groups: _Options) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the options of *groups*; it finds them in its parameter `given`."""
    options = {name: option for group in groups for name, option in group.items()}

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(function, eval_str=True)
        own = [one for name, one in signature.parameters.items() if name != "given"]
        shared = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for name, (annotation, default) in options.items()
        ]

        @functools.wraps(function)
        def call(**arguments: Any) -> Any:
            given = Given({name: arguments.pop(name) for name in options})
            check(given)
            return function(**arguments, given=given)

        kept = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own]
        call.__signature__ = signature.replace(parameters=kept + shared)  # type: ignore[attr-defined]
        call.__doc__ = f"{inspect.cleandoc(function.__doc__ or '')}\n\n{_accepted(options)}".rstrip()
        return call

    return decorate


def is_shown_live(ctx: typer.Context) -> bool:
    """Tell whether people read the answer, line by line as it comes, rather than a document at the end."""
    output, query = ctx.params["output"], ctx.params["query"]
    return query is None and (output or default_format(Settings.from_environment().output, query)) == "table"


def _accepted(options: _Options) -> str:
    """Return the paragraph that names the options which change nothing here."""
    infos = {name: get_args(annotation)[1] for name, (annotation, _) in options.items()}
    hidden = [f"--{name.replace('_', '-')}" for name, info in infos.items() if info.hidden]
    return f"Accepted, without a meaning here: {', '.join(hidden)}." if hidden else ""
