"""The only writer of stdout. An answer is a document in AWS's shape; the format never depends on the terminal."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from emulator.errors import InvalidRequestError
from emulator.settings import OUTPUTS

_GAP = "  "
_NARROWEST = 12
"""With less room than this, a last column does not go beside the others."""
_NOTHING = "-"


@dataclass(frozen=True)
class Answer:
    """What a command found out or did."""

    document: object
    """In AWS's shape and names, for json, yaml, text and --query."""
    pages: Sequence[object] = ()
    """The same as it came, for text: `aws` writes a listing page by page, each as if it were the whole."""
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[object]] = ()
    """For people: a table, whose columns may change freely."""
    ids: Sequence[str] = ()
    """For --quiet, one a line."""
    text: str | None = None
    """Shown in place of the table where the answer is no table."""
    footnotes: Sequence[str] = ()
    """What people want to know beside the table; to stderr, and with it only."""
    hint: str | None = None
    """What to do next; to stderr."""
    exit_code: int = 0


def show(answer: Answer, output: str, query: str | None, quiet: bool) -> None:
    """Write *answer*; --quiet wins over --query, and where AWS answers nothing, nothing is written."""
    if quiet:
        for identifier in answer.ids:
            write(identifier)
        return
    if query is not None:
        for document in _documents(answer, output):
            _FORMATS[output](_search(query, document))
    elif output == "table":
        _write_table(answer)
        for sentence in answer.footnotes:
            note(sentence)
    elif answer.document is not None:
        for document in _documents(answer, output):
            _FORMATS[output](document)
    if answer.hint:
        note(answer.hint)


def _documents(answer: Answer, output: str) -> Sequence[object]:
    return answer.pages if output == "text" and answer.pages else [answer.document]


def default_format(output: str, query: str | None) -> str:
    """Return the format where none is asked for: *output*, but json in place of a table of what *query* finds."""
    return "json" if query is not None and output == "table" else output


def check_format(output: str) -> str:
    """Return *output* if it is a format; InvalidRequestError names those that are."""
    if output not in OUTPUTS:
        raise InvalidRequestError(f"{output!r} is no output format", hint=f"choose from {', '.join(OUTPUTS)}")
    return output


def check_query(query: str | None) -> None:
    """Refuse what is no JMESPath: before anything is done, whose answer would then be lost."""
    if query is not None:
        import jmespath

        with _refusing(query):
            jmespath.compile(query)


def printable(text: str) -> str:
    """
    Return *text* with its control characters spelled out: a name must not move a terminal's cursor, or fake a line.

    >>> printable("a\\x1b[31m")
    'a\\\\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def table_lines(columns: Sequence[str], rows: Sequence[Sequence[object]], width: int | None = None) -> Iterator[str]:
    """
    Yield the lines of a table for people, its head first.

    To fit in *width*, the last column goes on below itself; where there is no room for it, below its row.
    """
    cells = [list(columns), *([printable(str(cell)) for cell in row] for row in rows)]
    beside = sum(max(len(cell) for cell in column) + len(_GAP) for column in zip(*cells, strict=True))
    last = max(len(row[-1]) for row in cells) + len(_GAP)
    if width is None or beside - last + min(last - len(_GAP), _NARROWEST) <= width:
        yield from _aligned(cells, width)
        return
    title = f"{_GAP}{columns[-1]}{_GAP}"
    for line, row in zip(_aligned([row[:-1] for row in cells], None), cells, strict=True):
        yield line
        if row is not cells[0] and row[-1] != _NOTHING:
            yield from (title + part for part in _wrapped(row[-1], max(width - len(title), _NARROWEST)))


def _aligned(cells: Sequence[Sequence[str]], width: int | None) -> Iterator[str]:
    widths = [max(len(row[index]) for row in cells) for index in range(len(cells[0]))]
    indent = sum(one + len(_GAP) for one in widths[:-1])
    room = max((width or sys.maxsize) - indent, _NARROWEST)
    for *row, last in cells:
        start = "".join(cell.ljust(one) + _GAP for cell, one in zip(row, widths, strict=False))
        for line in _wrapped(last, room):
            yield (start + line).rstrip()
            start = " " * indent


def _wrapped(text: str, width: int) -> list[str]:
    if len(text) <= width:
        return [text]
    import textwrap

    return textwrap.wrap(text, width, break_on_hyphens=False)


def write(line: str) -> None:
    """Write a line to stdout."""
    with _reader_may_leave():
        sys.stdout.write(line + "\n")


def write_bytes(content: bytes, *, to_stderr: bool = False) -> None:
    """Pass bytes on as they are."""
    stream = sys.stderr if to_stderr else sys.stdout
    with _reader_may_leave():
        stream.flush()
        stream.buffer.write(content)
        stream.flush()


def note(sentence: str, stream: TextIO | None = None) -> None:
    """Tell the person at the terminal something that is not the answer."""
    sys.stdout.flush()
    (stream or sys.stderr).write(sentence + "\n")


def open_streams() -> None:
    """Have somewhere to write, even if we were started with stdout or stderr closed."""
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115, PTH123
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115, PTH123


def deliver() -> None:
    """
    Send off what was written, as a process ends.

    A reader that has left, such as `head`, is left in peace; any other failure, such as a full disk, is raised.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        _discard()
        if not isinstance(error, BrokenPipeError):
            raise


@contextmanager
def _reader_may_leave() -> Iterator[None]:
    """End well when nobody reads on: typer would call it a failure, which `set -o pipefail` hears."""
    try:
        yield
    except BrokenPipeError:
        _discard()
        raise SystemExit(0) from None


def _discard() -> None:
    """Lead stdout nowhere: the interpreter's own flush must not come across what is left."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def terminal_width() -> int | None:
    """Return how wide the terminal is that stdout is; in a pipe a line is a row, however long."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _write_table(answer: Answer) -> None:
    if answer.text is not None:
        if answer.text:
            write(answer.text)
        return
    if not answer.rows:
        return
    for line in table_lines(answer.columns, answer.rows, terminal_width()):
        write(line)


def _write_found(document: object) -> None:
    """Write a part of an answer, which has no columns of its own, for people."""
    rows = [[_cell(cell) for cell in row] for row in _found_rows(document)]
    columns = max((len(row) for row in rows), default=0)
    if not columns:
        return
    for line in _aligned([[*row, *[""] * (columns - len(row))] for row in rows], terminal_width()):
        write(line)


def _found_rows(document: object) -> list[list[object]]:
    """Return the lines of a table: keys and values, structures under their keys, lists as columns, else one value."""
    if isinstance(document, dict):
        return [[key, value] for key, value in document.items()]
    if not isinstance(document, list):
        return [[document]]
    if document and all(isinstance(one, dict) for one in document):
        keys = [*dict.fromkeys(key for one in document for key in one)]
        return [[*keys], *([one.get(key) for key in keys] for one in document)]
    return [one if isinstance(one, list) else [one] for one in document]


def _cell(value: object) -> str:
    if isinstance(value, str):
        return printable(value)
    return "-" if value is None else json.dumps(value, ensure_ascii=False)


def _search(query: str, document: object) -> object:
    import jmespath

    with _refusing(query):
        found: object = jmespath.search(query, _plain(document))
    return found


@contextmanager
def _refusing(query: str) -> Iterator[None]:
    import jmespath

    try:
        yield
    except jmespath.exceptions.JMESPathError as error:
        reason = str(error).splitlines()[0].rstrip(":")  # the others draw an arrow at the place
        raise InvalidRequestError(f"--query {query!r}: {reason}", hint="see jmespath.org for the language") from error


def _plain(document: object) -> object:
    """Turn dates into text: JSON and JMESPath know none."""
    return json.loads(_json(document))


def _json(document: object) -> str:
    def encode(value: object) -> str:
        if isinstance(value, datetime):
            return value.isoformat(timespec="seconds")
        raise TypeError(f"{type(value).__name__} in an answer")

    return json.dumps(document, indent=4, ensure_ascii=False, default=encode)


def _write_json(document: object) -> None:
    if document != {}:  # of which `aws` says nothing
        write(_json(document))


def _write_yaml(document: object) -> None:
    import yaml

    if document != {}:
        write(yaml.safe_dump(_plain(document), sort_keys=False, allow_unicode=True).rstrip())


def _write_text(document: object) -> None:
    from cli.text_output import text_lines

    for line in text_lines(_plain(document)):
        write(line)


_FORMATS: dict[str, Callable[[object], None]] = {
    "table": _write_found,
    "json": _write_json,
    "yaml": _write_yaml,
    "text": _write_text,
}
