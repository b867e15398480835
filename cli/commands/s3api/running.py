"""One run of a command: options in, requests there and back, an answer out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.commands.s3api.answer import Answered, document_of
from cli.commands.s3api.connection import Connection, connected
from cli.commands.s3api.pages import Asked, all_pages
from cli.commands.s3api.request import request_of
from cli.commands.s3api.showing import shown
from cli.commands.s3api.values import values_of
from cli.output import Answer, write_bytes
from emulator.errors import InvalidRequestError
from emulator.http.aws.model import Operation

_URL_ENCODED = ("ListObjects", "ListObjectsV2", "ListObjectVersions")
"""Keys may hold what XML cannot: these are asked for in another spelling, unless somebody asks for one."""

_BLOCK_BYTES = 1 << 20


def run(operation: Operation, paginator: Mapping[str, Any] | None, arguments: dict[str, Any]) -> Answer:
    """Call *operation*, once or page by page, and return what `aws` would show."""
    asked, outfile = _asked(arguments), arguments.pop("outfile", None)
    values = values_of(operation, arguments)
    with connected() as connection:
        if outfile is not None:
            return _downloaded(connection, operation, values, outfile)
        if paginator is None or not _is_paged(paginator, values, asked):
            return shown(_called(connection, operation, values))
        whole, pages = all_pages(lambda page: _called(connection, operation, page), paginator, values, asked)
        return shown(whole, pages)


def _asked(arguments: dict[str, Any]) -> Asked:
    names = ("starting_token", "max_items", "page_size", "no_paginate")
    return Asked(**{name: arguments.pop(name, None) for name in names})


def _is_paged(paginator: Mapping[str, Any], values: Mapping[str, Any], asked: Asked) -> bool:
    """Tell whether one goes on by oneself: not if it is refused, nor if a place to begin at is given as S3 takes it."""
    tokens = paginator["input_token"]
    given = {*([tokens] if isinstance(tokens, str) else tokens), paginator["limit_key"]} & values.keys()
    if not (asked.no_paginate or given):
        return True
    if asked.options:
        raise InvalidRequestError(
            f"Cannot specify --no-paginate along with pagination arguments: {', '.join(asked.options)}",
            hint="leave one of them out",
        )
    return False


def _called(connection: Connection, operation: Operation, values: Mapping[str, Any]) -> dict[str, Any]:
    is_spelled = operation.name in _URL_ENCODED and "EncodingType" not in values
    sent = {**values, "EncodingType": "url"} if is_spelled else values
    with request_of(operation, sent) as request, connection.answer(request) as answer:
        return document_of(operation, answer, is_spelled=is_spelled)


def _downloaded(connection: Connection, operation: Operation, values: Mapping[str, Any], outfile: str) -> Answer:
    with request_of(operation, values) as request, connection.answer(request) as answer:
        document = document_of(operation, answer, is_spelled=False)
        if outfile == "-":
            for block in answer.blocks(_BLOCK_BYTES):
                write_bytes(block)
            return Answer(None, text="")
        _write(answer, Path(outfile))
    return shown(document)


def _write(answer: Answered, path: Path) -> None:
    with path.open("wb") as file:
        for block in answer.blocks(_BLOCK_BYTES):
            file.write(block)
