"""What `cp`, `mv`, `rm` and `sync` say: a line a file as it is done, as `aws s3` words it, or a document at the end."""

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import typer

from cli import output
from cli.commands.s3.bar import Bar, Lookahead
from cli.commands.s3.given import Given
from cli.commands.s3.options import is_shown_live
from cli.commands.s3.words import shown
from cli.errors import FAILED, USAGE
from cli.output import Answer, note, printable

if TYPE_CHECKING:
    from emulator.buckets.transfers import Request, Skipped, Tally, Transfer, Transfers

_LEFT_OUT = USAGE
"""What `aws s3` exits with when files were skipped; the number is that of a usage error."""


class Lines:
    """Tells each step as it happens, or remembers it where a document is wanted."""

    def __init__(self, *, live: bool, keeps: bool, only_errors: bool) -> None:
        self.copied: list[dict[str, str]] = []
        self.deleted: list[dict[str, str]] = []
        self.failures: list[dict[str, str]] = []
        self.write_beside: Callable[[Callable[[], None]], None] = lambda write: write()
        self._live = live
        self._keeps = keeps
        self._only_errors = only_errors

    def done(self, transfer: "Transfer") -> None:
        if not self._only_errors:
            self._write(line(transfer))
        self.remember(transfer)

    def failed(self, transfer: "Transfer", reason: str) -> None:
        said = f"{transfer.title} failed: {_way(transfer)} {reason}"
        self.write_beside(lambda: note(printable(said)))
        if self._keeps:
            self.failures.append(_document(transfer) | {"Message": reason})

    def skipped(self, skipped: "Skipped") -> None:
        said = f"warning: Skipping file {skipped.path}. {skipped.reason}"
        self.write_beside(lambda: note(printable(said)))

    def remember(self, transfer: "Transfer") -> None:
        """Keep the step for a document."""
        if self._keeps:
            (self.copied if transfer.destination else self.deleted).append(_document(transfer))

    def plan(self, transfer: "Transfer") -> None:
        """Say what would be done."""
        self._write(f"(dryrun) {line(transfer)}")
        self.remember(transfer)

    def _write(self, text: str) -> None:
        if self._live:
            self.write_beside(lambda: _write_now(printable(text)))


def carry_out(
    ctx: typer.Context, transfers: "Transfers", request: "Request", steps: "Iterator[Transfer | Skipped]", given: Given
) -> Answer:
    """Run *steps*, or with --dryrun only say them; return the answer and its exit code, which are those of `aws s3`."""
    live, quiet, terms = is_shown_live(ctx), bool(ctx.params["quiet"]), given.terms
    lines = Lines(live=live and not quiet, keeps=not live, only_errors=bool(given["only_show_errors"]))
    try:
        if given["dryrun"]:
            tally = _say(steps, lines)
        else:
            no_bar = quiet or given["only_show_errors"] or given["no_progress"] or not sys.stderr.isatty()
            run = functools.partial(transfers.run, request, terms=terms, report=lines)
            tally = run(steps) if no_bar else _run_beside_bar(run, steps, lines, transfers.meter.bytes)
    except KeyboardInterrupt:
        note("cancelled: ctrl-c received")
        raise
    names = ("Copied", lines.copied), ("Deleted", lines.deleted), ("Failed", lines.failures)
    nothing = not (tally.done or tally.failed or tally.skipped)
    return Answer(
        None if live else {name: found for name, found in names if found or name == _main_name(request)},
        text="",
        hint="there was nothing to do" if nothing and live and not _is_sync(ctx) else None,
        exit_code=FAILED if tally.failed else _LEFT_OUT if tally.skipped else 0,
    )


def line(transfer: "Transfer") -> str:
    """Return the line of a step that is done: `upload: ./a.csv to s3://raw/a.csv`."""
    return f"{transfer.title}: {_way(transfer)}"


def _run_beside_bar(
    run: "Callable[[Iterator[Transfer | Skipped]], Tally]",
    steps: "Iterator[Transfer | Skipped]",
    lines: Lines,
    done_bytes: Callable[[], int],
) -> "Tally":
    ahead = Lookahead(steps)
    with Bar(ahead, done_bytes) as bar:
        lines.write_beside = bar.beside
        return run(iter(ahead))


def _write_now(text: str) -> None:
    """Write a line that is seen at once; a reader that has left ends a list, not the copying."""
    with suppress(SystemExit):
        output.write(text)
    output.deliver()


def _say(steps: "Iterator[Transfer | Skipped]", lines: Lines) -> "Tally":
    from emulator.buckets.transfers import Skipped, Tally

    tally = Tally()
    for step in steps:
        if isinstance(step, Skipped):
            lines.skipped(step)
            tally.skipped += 1
        else:
            lines.plan(step)
            tally.done += 1
    return tally


def _way(transfer: "Transfer") -> str:
    if transfer.destination is None:
        return shown(transfer.source)
    return f"{shown(transfer.source)} to {shown(transfer.destination)}"


def _document(transfer: "Transfer") -> dict[str, str]:
    if transfer.destination is not None:
        return {"Source": shown(transfer.source), "Destination": shown(transfer.destination)}
    key = getattr(transfer.source, "key", None)
    return {"Path": shown(transfer.source)} if key is None else {"Key": key}


def _main_name(request: "Request") -> str:
    return "Deleted" if request.destination is None else "Copied"


def _is_sync(ctx: typer.Context) -> bool:
    return ctx.info_name == "sync"
